"""Marks an action as counted in another scheme (已转出): once, and its grams leave every total of ours."""

from sqlalchemy import insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.errors import ClaimedBefore, MarkWithdrawn, NothingToClaim, NotMarked, NotQuantified, OwnMark
from greencredit.awards.tables import AwardsClaim, AwardsClaimWithdrawal, AwardsMeasure
from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.actions import Claim, NewClaim


def mark_claimed(session: Session, evidence_id: int, wanted: NewClaim, *, by: str) -> Claim:
    """Mark an action as counted elsewhere; the same mark again changes nothing. The credits stay: a promise is kept.

    Raises:
        NotQuantified: nothing was ever quantified for this evidence.
        NothingToClaim: it avoided nothing.
        ClaimedBefore: another scheme counts it, or this one under another number.
        MarkWithdrawn: it was marked once, and that was a mistake.
    """
    measure = session.get(AwardsMeasure, evidence_id)
    if measure is None:
        raise NotQuantified(evidence_id)
    if measure.grams <= 0:
        raise NothingToClaim(evidence_id, found=measure.grams)
    _write_once(
        session,
        {
            "evidence_id": evidence_id,
            "scheme": wanted.scheme.value,
            "place": wanted.place,
            "reference": wanted.reference,
            "grams": measure.grams,
            "marked_at": now(session),
            "marked_by": by,
        },
    )
    kept = session.get_one(AwardsClaim, evidence_id)
    if session.get(AwardsClaimWithdrawal, evidence_id) is not None:
        raise MarkWithdrawn(evidence_id)
    if (kept.scheme, kept.place, kept.reference) != (wanted.scheme.value, wanted.place, wanted.reference):
        raise ClaimedBefore(evidence_id, scheme=kept.scheme, reference=kept.reference)
    return Claim(**queries.claim_mark(kept).model_dump(), marked_by=kept.marked_by)


def withdraw_mark(session: Session, evidence_id: int, *, reason: str, by: str) -> None:
    """Take a mark back that was made by mistake; withdrawing it again changes nothing.

    Mark and withdrawal both stay on file. An action is marked once: a withdrawn mark is not made a second time.

    Raises:
        NotMarked: there is no mark. OwnMark: another person withdraws it.
    """
    row = session.get(AwardsClaim, evidence_id, with_for_update=True)
    if row is None:
        raise NotMarked(evidence_id)
    if row.marked_by == by:
        raise OwnMark(evidence_id)
    if session.get(AwardsClaimWithdrawal, evidence_id) is None:
        facts = {"reason": reason, "withdrawn_by": by, "withdrawn_at": now(session)}
        session.add(AwardsClaimWithdrawal(evidence_id=evidence_id, **facts))
        session.flush()


def _write_once(session: Session, row: dict[str, object]) -> None:
    """Insert a mark unless there is one; on PostgreSQL another process may be marking the same action now."""
    if is_sqlite(session):  # one writer at a time, and the guard of the table refuses what is there
        if session.get(AwardsClaim, row["evidence_id"]) is None:
            session.execute(insert(AwardsClaim).values(row))
        return
    session.execute(postgresql.insert(AwardsClaim).values(row).on_conflict_do_nothing())
