"""One step: who may take it, whether the state allows it, what else must hold, and the line it leaves in history."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.errors import (
    CreditsOutstanding,
    NoticeNotOver,
    ReasonMissing,
    ReasonStands,
    UnknownFiling,
    UnknownIssuer,
)
from greencredit.issuers.rules import Guard
from greencredit.issuers.tables import FilingRow, IssuerRow, StepRow
from greencredit.kernel.access import PLATFORM, Actor, Deed, Scope, Via, require, require_another, serving
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.policy import Role
from greencredit.ledger import queries as ledger
from greencredit.people.service import record_audit
from greencredit.proofs import service as proofs
from greencredit.schemas.issuers import FilingState, FilingStep, Issuer, LifeState, LifeStep, Reason


@dataclass(frozen=True, slots=True)
class Turn:
    """A step of an issuer that was found allowed and is about to be taken."""

    row: IssuerRow
    actor: Actor
    role: Role
    action: str
    step: LifeStep
    to: LifeState
    at: datetime
    reason: str

    @property
    def today(self) -> date:
        """Give the civil date of the step."""
        return civil_date(self.at)


@dataclass(frozen=True, slots=True)
class FilingTurn:
    """A step of a filing that was found allowed and is about to be taken."""

    row: FilingRow
    actor: Actor
    role: Role
    action: str
    step: FilingStep
    to: FilingState
    at: datetime
    reason: str

    @property
    def today(self) -> date:
        """Give the civil date of the step."""
        return civil_date(self.at)


def role_for(actor: Actor, actions: tuple[str, ...], scopes: tuple[Scope, ...]) -> tuple[str, Role]:
    """Give the action and role in which the policy lets the actor act there, or refuse as the policy does."""
    for action in actions:
        for grant in serving(actor, action):
            if any(grant.scope.covers(place) for place in (PLATFORM, *scopes)):
                return action, grant.role
    require(actor, actions[0], *scopes)
    message = f"{actions} are not open to grants"
    raise AssertionError(message)


def open_turn(session: Session, actor: Actor, issuer_id: str, step: LifeStep, *, reason: str) -> Turn:
    """Lock an issuer and find out whether this actor may take this step from its present state."""
    require_reason(step, reason)
    row = session.get(IssuerRow, issuer_id, with_for_update=True)
    if row is None:
        raise UnknownIssuer(issuer_id)
    action, role = role_for(actor, rules.ACTIONS[step], queries.scopes_of(queries.issuer(session, issuer_id)))
    to = rules.next_state(LifeState(row.state), step, role)
    return Turn(row, actor, role, action, step, to, now(session), reason)


def open_filing_turn(session: Session, actor: Actor, filing_id: str, step: FilingStep, *, reason: str) -> FilingTurn:
    """Lock a filing and its issuer and find out whether this actor may take this step from the filing's state."""
    require_reason(step, reason)
    row = session.get(FilingRow, filing_id)
    if row is None:
        raise UnknownFiling(filing_id)
    # The issuer's row is the lock of all that belongs to it, its history numbers included.
    session.get(IssuerRow, row.issuer_id, with_for_update=True)
    session.refresh(row)
    action, role = role_for(
        actor, rules.FILING_ACTIONS[step], queries.scopes_of(queries.issuer(session, row.issuer_id))
    )
    to = rules.next_filing_state(FilingState(row.state), step, role)
    return FilingTurn(row, actor, role, action, step, to, now(session), reason)


def require_guards(
    session: Session,
    turn: Turn,
    *,
    filed_by: str | None = None,
    papers: queries.Papers | None = None,
    lifting: Reason = Reason.SUPERVISION,
) -> None:
    """Refuse unless everything holds that the step demands; the first thing that does not is the answer."""
    guards = rules.GUARDS.get(turn.step, ())
    if Guard.ANOTHER_PERSON in guards:
        submitted = queries.last_step(session, turn.row.id, LifeStep.SUBMIT)
        require_another(turn.actor, filed_by or (submitted.actor_id if submitted else None))
    for refusal in queries.unmet(session, turn.row.id, guards, turn.today, papers):
        raise refusal
    # A suspension is lifted whole: what stood before it is covered by the guards over papers, filing and coverage.
    if Guard.NO_OTHER_REASON in guards and turn.row.state == LifeState.RESTRICTED:
        others = [one for one in queries.open_reasons(session, turn.row.id) if one.reason is not lifting]
        if others:
            raise ReasonStands(turn.row.id, found=others[0].reason.value, wanted="no other reason")
    if Guard.NOTICE_OVER in guards:
        _require_notice_over(session, turn)
    if Guard.NOTHING_OUTSTANDING in guards:
        outstanding = ledger.position_of(session, turn.row.id).outstanding
        if outstanding:
            raise CreditsOutstanding(turn.row.id, found=outstanding)


def _require_notice_over(session: Session, turn: Turn) -> None:
    begun = queries.last_step(session, turn.row.id, LifeStep.WITHDRAW)
    assert begun is not None, "an issuer that is withdrawing has begun to"
    began_on = civil_date(begun.at)
    over_on = began_on + timedelta(days=days_of("closing_notice", began_on))
    if turn.today < over_on:
        raise NoticeNotOver(turn.row.id, found=turn.today, wanted=over_on)


def take(session: Session, turn: Turn, *, document_digest: str | None = None, about: str | None = None) -> Issuer:
    """Take the step: one line of history, and the issuer is in the state it leads to."""
    write_step(
        session,
        StepRow(
            issuer_id=turn.row.id,
            subject="issuer",
            step=turn.step.value,
            from_state=turn.row.state,
            to_state=turn.to.value,
            about=about,
            actor_id=who(turn.actor),
            role=turn.role.value,
            at=turn.at,
            reason=turn.reason,
            document_digest=document_digest,
        ),
    )
    turn.row.state = turn.to.value
    session.flush()
    audit_command(session, turn.actor, turn.action, turn.row.id, step=turn.step.value)
    return queries.issuer(session, turn.row.id)


def take_filing(
    session: Session, turn: FilingTurn, *, document_digest: str | None = None, section: str | None = None
) -> None:
    """Take a filing's step: one line of history, and the version is in the state it leads to."""
    write_step(
        session,
        StepRow(
            issuer_id=turn.row.issuer_id,
            subject="filing",
            step=turn.step.value,
            from_state=turn.row.state,
            to_state=turn.to.value,
            about=f"{turn.row.id}/{section}" if section else turn.row.id,
            actor_id=who(turn.actor),
            role=turn.role.value,
            at=turn.at,
            reason=turn.reason,
            document_digest=document_digest,
        ),
    )
    turn.row.state = turn.to.value
    session.flush()
    if turn.to in rules.ACCEPTED_EVER:
        _note_filing(session, turn.row)
    audit_command(session, turn.actor, turn.action, turn.row.id, step=turn.step.value)


def _note_filing(session: Session, row: FilingRow) -> None:
    """Say in the public log that a version was accepted, takes effect or is superseded."""
    assert row.number is not None, "an accepted version has its number"
    assert row.effective_on is not None, "an accepted version has its day"
    fact: dict[str, str | int] = {
        "issuer": row.issuer_id,
        "filing": row.id,
        "version": row.version,
        "number": row.number,
        "state": row.state,
        "digest": row.digest,
        "effective_on": row.effective_on.isoformat(),
    }
    proofs.note_fact(session, "filing", fact)


def write_step(session: Session, row: StepRow) -> None:
    """Append a line to an issuer's history under its next number."""
    last = session.scalar(select(func.max(StepRow.number)).where(StepRow.issuer_id == row.issuer_id))
    row.number = (last or 0) + 1
    session.add(row)
    session.flush()
    _note_standing(session, row)


def _note_standing(session: Session, step: StepRow) -> None:
    """Say in the public log in which state an issuer is after a step; the chain has no gap that would not be seen.

    Ids, codes and digests only: who decided and why stays here. A step that leaves the state as it was is noted where
    it sets or lifts a reason, for history tells restrictions apart.
    """
    moved = step.from_state != step.to_state
    if step.subject != "issuer" or not (moved or step.step in {LifeStep.RESTRICT, LifeStep.RELIEVE}):
        return
    today = civil_date(step.at)
    filed = queries.filing_in_force(session, step.issuer_id, today)
    fact: dict[str, str | int] = {
        "issuer": step.issuer_id,
        "change": queries.standing_changes(session, step.issuer_id),
        "state": step.to_state,
        "step": step.step,
    }
    if step.from_state is not None:
        fact["from"] = step.from_state
    if step.step in _WITH_REASON and step.about is not None:
        fact["reason"] = step.about
    if filed is not None and filed.number is not None:
        fact |= {"filing": filed.filing_id, "number": filed.number}
    if step.document_digest is not None:
        fact["digest"] = step.document_digest
    proofs.note_fact(session, "issuer", fact)


_WITH_REASON: Final = frozenset({LifeStep.RESTRICT, LifeStep.RELIEVE, LifeStep.LIFT})


def require_reason(step: str, reason: str) -> None:
    """Refuse a change that does not say why."""
    if not reason.strip():
        raise ReasonMissing(step)


def audit_command(session: Session, actor: Actor, action: str, object_id: str, **facts: str) -> None:
    """Write a command's deed into the audit log; what comes over HTTP is written by the gate of its route."""
    if actor.via is Via.COMMAND:
        record_audit(session, actor, Deed(action, object_id, facts=facts))


def who(actor: Actor) -> str:
    """Give the account that acts, or the way it came where there is none (a job or command of the operator)."""
    if any(grant.role is Role.SYSTEM for grant in actor.grants):
        return Role.SYSTEM.value
    return actor.account_id or actor.via.value
