"""The authority decides on a filing: accepts it under a number, gives it back field by field, or refuses it (备案决定).

Each decision names the version it was taken on. Where the table of tiers asks for four eyes, a decision takes two
people who say the same; until then what each of them said is kept as an opinion.
"""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.errors import EffectiveTooSoon, FieldUnknown, FilingNumberTaken, NoFieldNamed
from greencredit.issuers.service.effect import take_effect
from greencredit.issuers.service.steps import (
    FilingTurn,
    open_filing_turn,
    open_turn,
    require_guards,
    take,
    take_filing,
    who,
)
from greencredit.issuers.service.waiting import filed_by, require_authority, require_same, take_in
from greencredit.issuers.tables import FilingRow, OpinionRow
from greencredit.kernel.access import Actor, require_another
from greencredit.proofs import service as proofs
from greencredit.schemas.issuers import FieldReason, Filing, FilingState, FilingStep, LifeStep, Placing, Ruling

_FOUR_EYES: Final = 2


def accept_filing(
    session: Session,
    actor: Actor,
    filing_id: str,
    number: str,
    *,
    digest: str,
    effective_on: date | None = None,
    reason: str,
    document_digest: str | None = None,
) -> Filing:
    """Accept a version under a filing number; it takes effect on its day, which for a change lies behind its notice.

    Whoever accepts what nobody looked through before finds its papers complete by that: both are written down.
    Where four eyes are asked for, the first who accepts leaves an opinion and the version goes on waiting.

    Raises:
        FilingChanged: another version than the one that was decided on lies there.
        FilingNumberTaken: the number names another filing.
        EffectiveTooSoon: the day lies within the notice, or before that of another version.
    """
    turn = _open_accepting(session, actor, filing_id, reason)
    issuer_turn = open_turn(session, actor, turn.row.issuer_id, LifeStep.ACCEPT_FILING, reason=reason)
    placing = require_authority(session, turn)
    # The scheme's own floor binds from its first day: it is held against the certificate before it is accepted.
    papers = queries.papers_of(session, turn.row.issuer_id, turn.today)
    floor = queries.filing(session, filing_id).scheme.grade_floor
    require_guards(session, issuer_turn, filed_by=filed_by(session, turn), papers=papers._replace(filed_floor=floor))
    require_same(turn, digest)
    _require_free(session, number)
    earliest = earliest_effect(session, turn.row.issuer_id, turn.today)
    if effective_on is not None and effective_on < earliest:
        raise EffectiveTooSoon(found=effective_on, wanted=earliest)
    documents.attach(session, actor, turn.row.issuer_id, [document_digest])
    if turn.step is FilingStep.ADMIT:
        take_in(session, turn, document_digest=None)
        turn = open_filing_turn(session, actor, filing_id, FilingStep.ACCEPT, reason=reason)
    if not _agreed(session, turn, Ruling.ACCEPT, placing, document_digest=document_digest):
        return queries.filing(session, filing_id)
    _number(session, turn, number)
    turn.row.effective_on = effective_on or earliest
    take_filing(session, turn, document_digest=document_digest)
    take(session, issuer_turn, document_digest=document_digest, about=filing_id)
    _note_rules(session, queries.filing(session, filing_id))
    if turn.row.effective_on <= turn.today:
        take_effect(session, actor, filing_id)
    return queries.filing(session, filing_id)


def return_filing(
    session: Session,
    actor: Actor,
    filing_id: str,
    *,
    reason: str,
    fields: Sequence[FieldReason] = (),
    digest: str | None = None,
    document_digest: str | None = None,
) -> Filing:
    """Give a version back with what is wrong field by field; the issuer answers with a new one (退回).

    Raises:
        NoFieldNamed: no field was named: whoever is to mend something is told what.
        FieldUnknown: a reason was given for a field that the scheme has not.
    """
    turn = open_filing_turn(session, actor, filing_id, FilingStep.RETURN, reason=reason)
    return _decide_against(session, turn, Ruling.RETURN, fields, digest, document_digest)


def refuse_filing(
    session: Session,
    actor: Actor,
    filing_id: str,
    *,
    reason: str,
    fields: Sequence[FieldReason] = (),
    digest: str | None = None,
    document_digest: str | None = None,
) -> Filing:
    """Refuse a version; the issuer stays where it was (不予备案)."""
    turn = open_filing_turn(session, actor, filing_id, FilingStep.REFUSE, reason=reason)
    return _decide_against(session, turn, Ruling.REFUSE, fields, digest, document_digest)


def earliest_effect(session: Session, issuer_id: str, today: date) -> date:
    """Give the first day on which a version may take effect: today, or behind the notice when it changes terms.

    The notice is the least that is asked for, or what the version in force promised if that is longer.
    """
    last = queries.accepted_before(session, issuer_id, version=None)
    before = [one.effective_on for one in queries.filings(session, issuer_id) if one.effective_on is not None]
    if last is None or not before:
        return today
    days = max(days_of("change_notice", today), last.scheme.notices.change_days)
    return max(today + timedelta(days=days), max(before) + timedelta(days=1))


def _decide_against(
    session: Session,
    turn: FilingTurn,
    ruling: Ruling,
    fields: Sequence[FieldReason],
    digest: str | None,
    document_digest: str | None,
) -> Filing:
    filing_id = turn.row.id
    placing = require_authority(session, turn)
    require_another(turn.actor, filed_by(session, turn))
    require_same(turn, digest)
    if ruling is Ruling.RETURN and not fields:
        raise NoFieldNamed(filing_id)
    known = rules.paths_of(queries.filing(session, filing_id).scheme)
    for one in fields:
        if one.path not in known:
            raise FieldUnknown(filing_id, found=one.path)
    documents.attach(session, turn.actor, turn.row.issuer_id, [document_digest])
    if not _agreed(session, turn, ruling, placing, fields=fields, document_digest=document_digest):
        return queries.filing(session, filing_id)
    turn.row.decided_at = turn.at
    take_filing(session, turn, document_digest=document_digest)
    return queries.filing(session, filing_id)


def _open_accepting(session: Session, actor: Actor, filing_id: str, reason: str) -> FilingTurn:
    """Open the acceptance of a version, or first its admission where nobody looked through its papers yet."""
    waits = queries.filing(session, filing_id).state is FilingState.SUBMITTED
    step = FilingStep.ADMIT if waits else FilingStep.ACCEPT
    return open_filing_turn(session, actor, filing_id, step, reason=reason)


def _require_free(session: Session, number: str) -> None:
    taken = session.scalar(select(FilingRow.id).where(FilingRow.number == number))
    if taken is not None:
        raise FilingNumberTaken(number, found=taken)


def _number(session: Session, turn: FilingTurn, number: str) -> None:
    """Give a version its number; of two that are given one number at the same time the database lets one through."""
    filing_id = turn.row.id
    try:
        with session.begin_nested():
            turn.row.number = number
            turn.row.decided_at = turn.at
            session.flush()
    except IntegrityError as taken:
        raise FilingNumberTaken(number, found=f"another than {filing_id}") from taken


def _agreed(
    session: Session,
    turn: FilingTurn,
    ruling: Ruling,
    placing: Placing,
    *,
    fields: Sequence[FieldReason] = (),
    document_digest: str | None,
) -> bool:
    """Keep what was said, and tell whether as many people as are needed now say the same."""
    last = session.scalar(select(func.max(OpinionRow.number)).where(OpinionRow.filing_id == turn.row.id))
    row = OpinionRow(
        filing_id=turn.row.id,
        number=(last or 0) + 1,
        verdict=ruling.value,
        filing_digest=turn.row.digest,
        fields=json.dumps([one.model_dump() for one in fields], ensure_ascii=False),
        reason=turn.reason,
        actor_id=who(turn.actor),
        at=turn.at,
    )
    session.add(row)
    session.flush()
    # Whoever changes his mind counts once, with what he said last.
    newest = {one.actor_id: one.verdict for one in queries.filing(session, turn.row.id).opinions}
    agreeing = sum(verdict is ruling for verdict in newest.values())
    if agreeing >= (_FOUR_EYES if placing.four_eyes else 1):
        return True
    opining = open_filing_turn(session, turn.actor, turn.row.id, FilingStep.OPINE, reason=turn.reason)
    take_filing(session, opining, document_digest=document_digest)
    return False


def _note_rules(session: Session, filing: Filing) -> None:
    """Say in the public log which versions of earning rules were accepted with a filing, each by its digest."""
    before = queries.accepted_before(session, filing.issuer_id, version=filing.version)
    known = {(rule.name, rule.version) for rule in before.scheme.rules} if before else set()
    for rule in filing.scheme.rules:
        if (rule.name, rule.version) in known:
            continue
        fact: dict[str, str | int] = {
            "issuer": filing.issuer_id,
            "filing": filing.filing_id,
            "rule": rule.name,
            "rule_version": rule.version,
            "digest": rules.digest_of(rules.document_of(rule.model_dump(mode="json"))),
            "since": rule.since.isoformat(),
        }
        proofs.note_fact(session, "rule", fact)
