"""A baseline or factor set with a document (基准替代): proposed by one person, decided by another, never edited."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.actions import queries, rules
from greencredit.actions.errors import OverrideDecided, SamePerson
from greencredit.actions.tables import OverrideDecisionRow, OverrideRow
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.schemas.actions import NewOverride, Override, OverrideDecision


def propose_override(session: Session, wanted: NewOverride, *, by: str) -> Override:
    """Put an override on file as the next version of its place; nothing is computed with it until it is approved.

    Raises:
        ActionUnknown, NotSettable, OverrideUnitDiffers, InputOutOfRange: it fits nothing of the action.
    """
    rules.require_settable(queries.action(wanted.action), wanted, queries.factor_book(session))
    newest = session.scalar(
        select(func.max(OverrideRow.version)).where(
            OverrideRow.place == wanted.place, OverrideRow.action == wanted.action, OverrideRow.name == wanted.name
        )
    )
    at = now(session)
    override_id = new_id(session, "ovr", at)
    session.add(
        OverrideRow(
            **wanted.model_dump(),
            id=override_id,
            place=wanted.place,
            version=(newest or 0) + 1,
            proposed_by=by,
            proposed_at=at,
        )
    )
    session.flush()
    return queries.override(session, override_id)


def decide_override(session: Session, override_id: str, decision: OverrideDecision, *, by: str) -> Override:
    """Approve or refuse an override (复核): once, and never by whoever proposed it.

    Raises:
        NoSuchOverride, OverrideDecided: there is nothing to decide.
        SamePerson: whoever decides proposed it.
    """
    found = queries.override(session, override_id)
    if found.approved is not None:
        raise OverrideDecided(override_id, approved=found.approved)
    if found.proposed_by == by:
        raise SamePerson(override_id, account_id=by)
    session.add(
        OverrideDecisionRow(
            override_id=override_id,
            proposed_by=found.proposed_by,
            approved=decision.approved,
            decided_by=by,
            decided_at=now(session),
            note=decision.note,
        )
    )
    session.flush()
    return queries.override(session, override_id)
