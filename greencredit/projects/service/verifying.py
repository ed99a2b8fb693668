"""What takes two people: adjustments proposed by one and signed by another, the sign-off, the refusal (核证)."""

from datetime import date, timedelta
from hashlib import blake2b
from typing import Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, require
from greencredit.kernel.clock import now
from greencredit.projects import queries, rules
from greencredit.projects.errors import (
    AdjustmentWaits,
    AlreadyDecided,
    AnotherRecord,
    MeterClaimed,
    NotEligible,
    NothingSaved,
    OwnProject,
    UnknownRecord,
)
from greencredit.projects.rules import Step
from greencredit.projects.service.opening import locked, who, write_step
from greencredit.projects.tables import AdjustmentRow, ClaimRow, DecisionRow, ProjectRow, ShareRow
from greencredit.schemas.projects import (
    Adjustment,
    Measurement,
    NewAdjustment,
    NewDecision,
    NewProject,
    NewRefusal,
    NewSignOff,
    Part,
    Project,
    ProjectState,
)
from greencredit.schemas.values import Period

_FINGERPRINT_BYTES: Final = 20


def propose(session: Session, actor: Actor, project_id: str, new: NewAdjustment) -> Adjustment:
    """Propose a non-routine adjustment (非常规调整); it counts once the verifier has signed it and never before."""
    require(actor, "project.keep", *queries.scopes_of(session, project_id))
    locked(session, project_id, Step.ADJUST)
    reporting = queries.series(session, project_id, Part.REPORTING)
    if reporting is not None:
        rules.require_inside(new.period, reporting[1].period)
    here = select(func.max(AdjustmentRow.number)).where(AdjustmentRow.project_id == project_id)
    row = AdjustmentRow(
        project_id=project_id,
        number=(session.scalar(here) or 0) + 1,
        since=new.period.since,
        until=new.period.until,
        amount_milli=new.amount_milli,
        reason=new.reason,
        document=new.document,
        proposed_by=who(actor),
        proposed_at=now(session),
    )
    session.add(row)
    session.flush()
    return _adjustment(session, project_id, row.number)


def decide(session: Session, actor: Actor, project_id: str, number: int, said: NewDecision) -> Adjustment:
    """Sign or decline an adjustment, once; never one's own."""
    require(actor, "project.verify", *queries.scopes_of(session, project_id))
    locked(session, project_id, Step.DECIDE)
    found = _adjustment(session, project_id, number)
    _require_other_eyes(session, actor, project_id)
    if found.decision is not None:
        raise AlreadyDecided(project_id, number=number)
    session.add(
        DecisionRow(
            project_id=project_id,
            number=number,
            signed=said.signed,
            reason=said.reason,
            decided_by=who(actor),
            decided_at=now(session),
        )
    )
    session.flush()
    return _adjustment(session, project_id, number)


def sign_off(session: Session, actor: Actor, project_id: str, said: NewSignOff) -> Project:
    """Sign the newest measurement off and share it out; a saving below zero or too unsure is never signed off.

    What is shared is what counts, in thousandths of a unit and in grams, each by largest remainder.
    """
    require(actor, "project.verify", *queries.scopes_of(session, project_id))
    row = locked(session, project_id, Step.SIGN_OFF)
    _require_other_eyes(session, actor, project_id)
    kept = queries.measurement(session, project_id)
    found = kept.measurement
    if said.measurement_number != found.number:
        raise UnknownRecord(project_id, what="newest measurement", number=said.measurement_number)
    if said.digest != kept.digest:
        raise AnotherRecord(project_id, found=said.digest, wanted=kept.digest)
    rules.require_recomputes(found)
    _require_all_decided(session, project_id, found)
    if found.saved_milli <= 0 or found.grams <= 0:
        raise NothingSaved(project_id, saved_milli=found.saved_milli, counted_milli=found.counted_milli)
    if not found.eligible:
        raise NotEligible(project_id, failed=rules.failed(found.tests))
    if found.counted_milli <= 0:
        raise NothingSaved(project_id, saved_milli=found.saved_milli, counted_milli=found.counted_milli)
    _claim_days(session, row, found)
    _share_out(session, row, found)
    write_step(
        session,
        project_id,
        ProjectState.SIGNED_OFF,
        actor,
        reason=said.statement,
        baseline=found.baseline_number,
        measurement=found.number,
        document=said.document,
    )
    return queries.project(session, project_id)


def refuse(session: Session, actor: Actor, project_id: str, said: NewRefusal) -> Project:
    """End a project without an award, and say why; what was measured stays on file (不予核证)."""
    require(actor, "project.verify", *queries.scopes_of(session, project_id))
    locked(session, project_id, Step.REFUSE)
    _require_other_eyes(session, actor, project_id)
    write_step(session, project_id, ProjectState.REFUSED, actor, reason=said.reason)
    return queries.project(session, project_id)


def _require_other_eyes(session: Session, actor: Actor, project_id: str) -> None:
    """Refuse a verifier who had a hand in the project, and one without an account to tell him apart (四眼原则)."""
    found = queries.project(session, project_id)
    hands = {one.by: "took a step of it" for one in found.steps}
    hands |= {one.proposed_by: "proposed an adjustment of it" for one in found.adjustments}
    hands |= {one.added_by: "took in its data" for one in found.data}
    hands |= {found.opened_by: "opened it"}
    if actor.account_id is None:
        raise OwnProject(project_id, account_id=None, did="has no account")
    if actor.account_id in hands:
        raise OwnProject(project_id, account_id=actor.account_id, did=hands[actor.account_id])


def _require_all_decided(session: Session, project_id: str, found: Measurement) -> None:
    counted = {one.number for one in found.adjustments}
    open_or_other = [
        one.number
        for one in queries.adjustments(session, project_id)
        if one.decision is None or one.decision.signed is not (one.number in counted)
    ]
    if open_or_other:
        raise AdjustmentWaits(project_id, numbers=open_or_other)


def _claim_days(session: Session, row: ProjectRow, found: Measurement) -> None:
    """Write down every day of the meter that is signed off; whoever signs for the same meter waits here."""
    same = select(ProjectRow.id).where(ProjectRow.meter == row.meter).order_by(ProjectRow.id)
    session.scalars(same.with_for_update()).all()
    days = _days_of(found)
    taken = set(queries.claimed_days(session, row.meter, Period(since=days[0], until=days[-1] + timedelta(days=1))))
    twice = [day for day in days if day in taken]
    if twice:
        raise MeterClaimed(row.meter, days=len(twice), first=twice[0].isoformat())
    session.execute(insert(ClaimRow), [{"meter": row.meter, "day": day, "project_id": row.id} for day in days])


def _share_out(session: Session, row: ProjectRow, found: Measurement) -> None:
    terms = NewProject.model_validate_json(row.terms)
    participants = sorted(terms.participants, key=lambda one: one.holder_id)
    weights = [one.weight for one in participants]
    saved, grams = rules.split(found.counted_milli, weights), rules.split(found.counted_grams, weights)
    for one, milli, part in zip(participants, saved, grams, strict=True):
        session.add(
            ShareRow(
                project_id=row.id,
                participant_id=one.holder_id,
                weight=one.weight,
                saved_milli=milli,
                grams=part,
                fingerprint=_fingerprint(session, row.meter, found.period, one.holder_id),
            )
        )
    session.flush()


def _fingerprint(session: Session, meter: str, period: Period, participant_id: str) -> str:
    """Name a participant's part of a meter's saving; the key keeps outsiders from testing guesses."""
    key: bytes = session.info["keys"].for_purpose("projects.fingerprint")
    about = f"{meter}\0{period.since}\0{period.until}\0{participant_id}"
    return blake2b(about.encode(), key=key, digest_size=_FINGERPRINT_BYTES).hexdigest()


def _days_of(found: Measurement) -> list[date]:
    return [one.since + timedelta(days=day) for one in found.lines for day in range(one.days)]


def _adjustment(session: Session, project_id: str, number: int) -> Adjustment:
    for one in queries.adjustments(session, project_id):
        if one.number == number:
            return one
    raise UnknownRecord(project_id, what="adjustment", number=number)
