"""积分变动明细: opening, every movement by rule, merchant and document, closing; what the ledger says, to the unit."""

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import ScopeKind
from greencredit.kernel.clock import civil_date, start_of
from greencredit.ledger import queries as ledger
from greencredit.ledger import rules as paths
from greencredit.people import queries as people
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet, consumer
from greencredit.reports.errors import StatementDiffers
from greencredit.schemas.awards import AwardLine as Award
from greencredit.schemas.issuers import PublicIssuer
from greencredit.schemas.ledger import LeafKind, Movement, Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS
from greencredit.schemas.reports import MovementStatement, ReportHolder, StatementAccount, StatementLine, VerbSum
from greencredit.schemas.values import Credits, Period, Words

_EVERY: Final = 1_000_000
"""More movements than anybody has."""

_BALANCE: Final = (LeafKind.AVAILABLE, LeafKind.PENDING, LeafKind.HELD, LeafKind.FROZEN)


def gather(
    session: Session, subject_id: str, period: Period, shared: consumer.Background | None = None
) -> MovementStatement:
    """Collect a holder's movements; refuse if they do not lead to the balance that the ledger adds up by itself."""
    shared = shared or consumer.background(session, period)
    holder = people.consumer(session, subject_id)
    every = ledger.movements_of(session, subject_id, limit=_EVERY)[::-1]
    _require_the_same(session, subject_id, every)
    given = {one.award_id: one for one in awards.awards_of(session, subject_id, limit=_EVERY)}
    within = [one for one in every if civil_date(one.posted_at) in period]
    names = {**shared.merchants, **_enterprises(session, every)}
    return MovementStatement(
        holder=ReportHolder(holder_id=holder.id, name=holder.display_name),
        period=period,
        as_of=max((one.posted_at for one in within), default=start_of(period.until)),
        legal=issuers.legal_basis("statement", period.last_day),
        accounts=tuple(
            _account(
                shared.issuers[issuer_id], [one for one in every if one.issuer_id == issuer_id], period, names, given
            )
            for issuer_id in sorted({one.issuer_id for one in every if civil_date(one.posted_at) < period.until})
        ),
    )


def change_of(verb: Verb) -> int:
    """Tell what a movement does to its holder's balance: 1 adds, -1 takes, 0 only sets aside or touches a debt."""
    path = paths.PATHS[verb]
    return (path.target in _BALANCE) - (path.source in _BALANCE)


def owed_change_of(verb: Verb) -> int:
    """Tell what a movement does to what its holder owes."""
    path = paths.PATHS[verb]
    return (path.source is LeafKind.OWED) - (path.target is LeafKind.OWED)


def _require_the_same(session: Session, subject_id: str, every: Iterable[Movement]) -> None:
    """Hold the movements against the sums the ledger computes in its own way."""
    found: dict[str, tuple[int, int]] = {}
    for one in every:
        balance, owed = found.get(one.issuer_id, (0, 0))
        found[one.issuer_id] = (
            balance + change_of(one.verb) * one.credits,
            owed + owed_change_of(one.verb) * one.credits,
        )
    wanted = {one.issuer_id: (one.balance, one.owed) for one in ledger.totals_of(session, subject_id)}
    if found != wanted:
        raise StatementDiffers(subject_id, wanted=wanted, found=found)


def _enterprises(session: Session, every: Iterable[Movement]) -> dict[str, Words]:
    """Name the enterprises that gave credits; merchants are known already."""
    found = people.enterprises(session, {one.party for one in every if one.party})
    return {one.id: rules.name_words(one.name, None) for one in found.values()}


def _account(
    issuer: PublicIssuer,
    every: list[Movement],
    period: Period,
    names: Mapping[str, Words],
    given: Mapping[int, Award],
) -> StatementAccount:
    earlier = [one for one in every if civil_date(one.posted_at) < period.since]
    opening = sum(change_of(one.verb) * one.credits for one in earlier)
    opening_owed = sum(owed_change_of(one.verb) * one.credits for one in earlier)
    lines: list[StatementLine] = []
    balance = opening
    for one in every:
        if civil_date(one.posted_at) in period:
            balance += change_of(one.verb) * one.credits
            lines.append(_line(one, balance, names, given))
    return StatementAccount(
        issuer_id=issuer.issuer_id,
        issuer_name=rules.name_words(issuer.name, issuer.english_name),
        filing_number=issuer.filing_number,
        complaint_channel=issuer.complaints.phone if issuer.complaints else "–",
        opening=Credits(opening),
        closing=Credits(balance),
        opening_owed=Credits(opening_owed),
        closing_owed=Credits(opening_owed + sum(line.owed_change for line in lines)),
        sums=_sums(lines),
        movements=tuple(lines),
    )


def _line(one: Movement, balance: int, names: Mapping[str, Words], given: Mapping[int, Award]) -> StatementLine:
    award = given.get(one.event_id) or given.get(one.cause or 0)
    party = one.party or (award.merchant_id if award else None)
    return StatementLine(
        event_id=str(one.event_id),
        on=civil_date(one.posted_at),
        posted_at=one.posted_at,
        verb=one.verb.name.lower(),
        verb_title=VERB_WORDS[one.verb],
        subject=award.title if award else None,
        rule_id=f"{award.rule_name} v{award.rule_version}" if award else None,
        party=names.get(party, Words(zh=party, en=party)) if party else None,
        reason=one.reason,
        document=one.document,
        cause=str(one.cause) if one.cause else None,
        credits=one.credits,
        change=Credits(change_of(one.verb) * one.credits),
        owed_change=Credits(owed_change_of(one.verb) * one.credits),
        balance=Credits(balance),
    )


def _sums(lines: Iterable[StatementLine]) -> tuple[VerbSum, ...]:
    of: dict[str, list[StatementLine]] = {}
    for line in lines:
        of.setdefault(line.verb, []).append(line)
    return tuple(
        VerbSum(
            verb=verb,
            title=found[0].verb_title,
            movements=len(found),
            credits=Credits(sum(line.credits for line in found)),
            change=Credits(sum(line.change for line in found)),
        )
        for verb, found in sorted(of.items(), key=lambda one: (-abs(sum(line.change for line in one[1])), one[0]))
    )


def _rows(statement: MovementStatement) -> Iterable[tuple[object, ...]]:
    for account in statement.accounts:
        for line in account.movements:
            yield (
                line.posted_at.isoformat(),
                line.on.isoformat(),
                account.issuer_id,
                line.verb,
                line.verb_title.zh,
                line.subject.zh if line.subject else None,
                line.rule_id,
                line.party.zh if line.party else None,
                line.reason,
                line.document,
                line.cause,
                line.credits,
                line.change,
                line.owed_change,
                line.balance,
                line.event_id,
            )


_COLUMNS = (
    "posted_at,on,issuer_id,verb,verb_zh,subject_zh,rule_id,party_zh,reason,document,cause,credits,change,owed_change,"
    "balance,event_id"
)

REPORT = ReportKind(
    name="statement",
    about=ScopeKind.CONSUMER,
    title=Words(zh="积分变动明细", en="Statement of Movements"),
    facts=MovementStatement,
    sheet=Sheet(file_name="movements.csv", columns=tuple(_COLUMNS.split(",")), rows=_rows),
    gather=gather,
    prepare=consumer.background,
)
