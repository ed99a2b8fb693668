"""Awards: claims in, credits out, in the transaction of the caller: ledger, award, trace and caps together."""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.service.decided import decided
from greencredit.awards.service.judged import note_judged
from greencredit.awards.service.kept import Under, keep_awards, keep_measures, move_counters
from greencredit.awards.service.ready import ReadyRules, ready_rules
from greencredit.awards.service.turns import require_still_covered, wait_for_turn
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import start_of
from greencredit.ledger import rules as ledger_rules
from greencredit.ledger import service as ledger
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground
from greencredit.schemas.evidence import Item
from greencredit.schemas.issuers import Filing
from greencredit.schemas.ledger import Earning, Terms
from greencredit.schemas.values import Credits, Grams

if TYPE_CHECKING:
    from greencredit.awards.rules.columns import Columns
    from greencredit.awards.rules.evaluate import Decisions

_MONTHS = 12


class Awarded(NamedTuple):
    """What a batch of claims came to."""

    awarded: int
    """Pieces of evidence that earned something."""
    no_credit: int
    credits: Credits
    grams: Grams


def award(
    session: Session,
    issuer_id: str,
    ground: Ground,
    items: Sequence[Item],
    quantifications: Mapping[int, Quantification],
) -> Awarded:
    """Award what is in order under the issuer's filed rules, as if each item were judged in turn.

    Raises:
        NotActive (issuers): the issuer may not issue now.
        RulesNotInForce: nothing is filed.
    """
    if not items:
        return Awarded(0, 0, Credits(0), Grams(0))
    issuers.require_may_issue(session, issuer_id)
    wait_for_turn(session, issuer_id)
    ready = ready_rules(session, issuer_id)
    note_judged(session, issuer_id, items)
    columns, found = decided(session, issuer_id, ready.rules, ground, items, quantifications)
    if found.at_once or found.in_turn:
        _book(session, ready, items, columns, found, quantifications)
    move_counters(session, found)
    keep_measures(session, issuer_id, items, quantifications)
    earned = found.claims
    return Awarded(
        awarded=earned,
        no_credit=len(items) - earned,
        credits=Credits(found.credits),
        grams=Grams(sum(max(one.grams, 0) for one in quantifications.values())),
    )


def _book(
    session: Session,
    ready: ReadyRules,
    items: Sequence[Item],
    columns: "Columns",
    found: "Decisions",
    quantifications: Mapping[int, Quantification],
) -> None:
    from greencredit.awards.rules.traced import traced

    awards = traced(found, columns)
    series: dict[tuple[str, date], int] = {}
    earnings: list[Earning] = []
    months: dict[tuple[str, int, int], int] = {}
    for one in awards:
        item = items[one.row]
        funding = one.filed.rule.funding or ready.filing.scheme.funding
        number = series.get((funding, item.on))
        if number is None:
            month = (funding, item.on.year, item.on.month)
            number = months.get(month)
            if number is None:
                terms = terms_of(ready.filing, (item.on.year, item.on.month), funding)
                number = months[month] = ledger.series(session, terms)
            series[funding, item.on] = number
        earnings.append(Earning(item.holder, number, Credits(one.credits), _key(item, one.rank, one.filed.lineage)))
    require_still_covered(session, ready.filing.issuer_id)
    posted = ledger.earn(session, ledger.caller(session, queries.AWARDING), earnings)
    assert not any(event.repeated for event in posted), "evidence that earned before is a duplicate: it never gets here"
    kept = Under(ready.filing.version, columns.household.tolist())
    keep_awards(session, [event.event_id for event in posted], awards, items, quantifications, kept)


def _key(item: Item, rank: int, lineage: int) -> bytes:
    """Make the key of an award: one for a piece of evidence, and one of its own for every rule on top of the first."""
    mark = item.fingerprint if not rank else item.fingerprint + lineage.to_bytes(8, "big")
    return ledger_rules.dated_key(item.on, mark)


def terms_of(filing: Filing, month: tuple[int, int], funding: str | None = None) -> Terms:
    """Give the terms of what is earned in a month under a filing; an expiry is rounded up in the holder's favour.

    `funding` names the filed split by which it is paid; none: that of the scheme.
    """
    year, number = month
    expires_at = None
    if (months := filing.scheme.validity.months) is not None:
        years, last = divmod(number - 1 + months, _MONTHS)
        end = date(year + years, last + 1, calendar.monthrange(year + years, last + 1)[1])
        expires_at = start_of(end + timedelta(days=1))
    return Terms(
        issuer_id=filing.issuer_id,
        terms_version=filing.version,
        funding=funding or filing.scheme.funding,
        award_month=year * 100 + number,
        expires_at=expires_at,
        cap=filing.scheme.monthly_cap_credits,
        clawback_cap=Credits(filing.scheme.clawback.cap_credits or 0),
        refund_grace_days=filing.scheme.refund_grace_days,
    )
