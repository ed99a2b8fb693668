"""Awards: claims in, credits out, in the transaction of the caller: ledger, award, trace and caps together."""

import calendar
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from greencredit.awards import queries, rules
from greencredit.awards.errors import RulesNotInForce
from greencredit.awards.rules import Claim, Filed, Grant, UsageKey
from greencredit.awards.service.turns import wait_for_turn
from greencredit.awards.tables import AwardsAward, AwardsMeasure
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.ledger import rules as ledger_rules
from greencredit.ledger import service as ledger
from greencredit.schemas.actions import Quantification
from greencredit.schemas.awards import Ground
from greencredit.schemas.evidence import Item
from greencredit.schemas.issuers import Filing
from greencredit.schemas.ledger import Earning, Terms
from greencredit.schemas.values import Credits, Grams

_MONTHS = 12


class Awarded(NamedTuple):
    """What a batch of claims came to."""

    awarded: int
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
    """Award what is in order under the issuer's filed rules; each item is judged in turn.

    Raises:
        NotActive (issuers): the issuer may not issue now.
        RulesNotInForce: nothing is filed.
    """
    if not items:
        return Awarded(0, 0, Credits(0), Grams(0))
    issuers.require_may_issue(session, issuer_id)
    filing = issuers.filing_in_force(session, issuer_id, civil_date(now(session)))
    if filing is None:
        raise RulesNotInForce(issuer_id)
    wait_for_turn(session, issuer_id)
    index = rules.index_of(queries.rules_in_force(session, issuer_id))
    if not index:
        raise RulesNotInForce(issuer_id)
    claims = _claims(ground, items, quantifications)
    usage = _usage(session, index, claims)
    before = dict(usage)
    granted: list[tuple[Item, Claim, Grant]] = []
    for item, claim in zip(items, claims, strict=True):
        grant = rules.grant_for(claim, index.get((ground, claim.subject), ()), usage)
        if grant is not None and grant.credits > 0:
            granted.append((item, claim, grant))
    _book(session, filing, granted, quantifications)
    _move_usage(session, {key: used - before.get(key, 0) for key, used in usage.items() if used != before.get(key, 0)})
    _keep_measures(session, issuer_id, items, quantifications)
    return Awarded(
        awarded=len(granted),
        no_credit=len(items) - len(granted),
        credits=Credits(sum(grant.credits for _, _, grant in granted)),
        grams=Grams(sum(max(found.grams, 0) for found in quantifications.values())),
    )


def _claims(ground: Ground, items: Sequence[Item], quantifications: Mapping[int, Quantification]) -> list[Claim]:
    receipts: defaultdict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    for item in items:
        receipts[item.receipt, item.on][item.subject] += item.spent_fen or 0
    return [
        Claim(
            evidence_id=item.evidence_id,
            holder=item.holder,
            on=item.on,
            ground=ground,
            subject=item.subject,
            spent_fen=item.spent_fen or 0,
            grams=found.grams if (found := quantifications.get(item.evidence_id)) else 0,
            times=1,
            bought=receipts[item.receipt, item.on],
        )
        for item in items
    ]


def _usage(
    session: Session, index: Mapping[tuple[Ground, str], Sequence[Filed]], claims: Sequence[Claim]
) -> dict[UsageKey, int]:
    wanted: defaultdict[int, tuple[set[int], set[int]]] = defaultdict(lambda: (set(), set()))
    for claim in claims:
        for filed in index.get((claim.ground, claim.subject), ()):
            for lineage, holder, window in rules.usage_keys(filed, claim.holder, claim.on):
                holders, windows = wanted[lineage]
                holders.add(holder)
                windows.add(window)
    usage: dict[UsageKey, int] = {}
    for lineage, (holders, windows) in wanted.items():
        usage.update(queries.usage(session, lineage, holders, windows))
    return usage


def _move_usage(session: Session, moves: Mapping[UsageKey, int]) -> None:
    if moves:
        session.execute(
            text(
                'INSERT INTO awards_usage (lineage, holder, "window", credits) VALUES (:l, :h, :w, :c) '
                'ON CONFLICT (lineage, holder, "window") '
                "DO UPDATE SET credits = awards_usage.credits + excluded.credits"
            ),
            [{"l": key[0], "h": key[1], "w": key[2], "c": moved} for key, moved in sorted(moves.items())],
        )


def _book(
    session: Session,
    filing: Filing,
    granted: Sequence[tuple[Item, Claim, Grant]],
    quantifications: Mapping[int, Quantification],
) -> None:
    if not granted:
        return
    series = {
        month: ledger.series(session, terms_of(filing, month))
        for month in sorted({(claim.on.year, claim.on.month) for _, claim, _ in granted})
    }
    earnings = [
        Earning(
            holder=claim.holder,
            series=series[claim.on.year, claim.on.month],
            credits=grant.credits,
            key=ledger_rules.dated_key(claim.on, item.fingerprint),
        )
        for item, claim, grant in granted
    ]
    posted = ledger.earn(session, ledger.caller(session, queries.AWARDING), earnings)
    rows = []
    for (item, claim, grant), event in zip(granted, posted, strict=True):
        assert not event.repeated, "evidence that earned before is a duplicate and never gets here"
        found = quantifications.get(item.evidence_id)
        rows.append(
            {
                "event_id": event.event_id,
                "rule_id": grant.filed.rule_id,
                "evidence_id": item.evidence_id,
                "holder": claim.holder,
                "subject": item.subject,
                "occurred_on": item.on,
                "quantity": item.quantity,
                "unit": item.unit,
                "spent_fen": item.spent_fen,
                "credits": grant.credits,
                "grams": None if found is None else found.grams,
                "tier": None if found is None else found.tier.value,
                "trace": json.dumps(grant.steps, separators=(",", ":")),
            }
        )
    session.execute(insert(AwardsAward), rows)


def terms_of(filing: Filing, month: tuple[int, int]) -> Terms:
    """Give the terms of what is earned in a month under a filing; an expiry is rounded up in the holder's favour."""
    year, number = month
    expires_at = None
    if (months := filing.scheme.validity.months) is not None:
        years, last = divmod(number - 1 + months, _MONTHS)
        end = date(year + years, last + 1, calendar.monthrange(year + years, last + 1)[1])
        expires_at = start_of(end + timedelta(days=1))
    return Terms(
        issuer_id=filing.issuer_id,
        terms_version=filing.version,
        funding=filing.scheme.funding,
        award_month=year * 100 + number,
        expires_at=expires_at,
        cap=filing.scheme.monthly_cap_credits,
        clawback_cap=Credits(filing.scheme.clawback.cap_credits or 0),
        refund_grace_days=filing.scheme.refund_grace_days,
    )


def _keep_measures(
    session: Session, issuer_id: str, items: Sequence[Item], quantifications: Mapping[int, Quantification]
) -> None:
    rows = [
        {
            "evidence_id": item.evidence_id,
            "issuer_id": issuer_id,
            "holder": item.holder,
            "action": item.subject,
            "occurred_on": item.on,
            "grams": found.grams,
            "tier": found.tier.value,
            "document": found.model_dump_json(),
        }
        for item in items
        if (found := quantifications.get(item.evidence_id)) is not None
    ]
    if rows:
        session.execute(insert(AwardsMeasure), rows)
