"""Reads of projects: where they stand, their data, baselines and measurements, and what was signed off for awards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Subquery, func, or_, select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Scope, ScopeKind, visible
from greencredit.projects.catalogue import carriers
from greencredit.projects.errors import UnknownProject, UnknownRecord
from greencredit.projects.tables import (
    AdjustmentRow,
    BaselineRow,
    ClaimRow,
    DataRow,
    DecisionRow,
    MeasurementRow,
    ProjectRow,
    ShareRow,
    StepRow,
)
from greencredit.schemas.projects import (
    Adjustment,
    AdjustmentDecision,
    Baseline,
    Claim,
    DataFile,
    KeptBaseline,
    KeptMeasurement,
    KeptRecord,
    Measurement,
    MeterSeries,
    NewProject,
    Part,
    Project,
    ProjectLine,
    ProjectState,
    ProjectStep,
    Share,
    SignedOff,
)
from greencredit.schemas.values import Grams, Period

_COLUMNS: Final = {ScopeKind.ISSUER: ProjectRow.issuer_id, ScopeKind.REGION: ProjectRow.region}


def scopes_of(session: Session, project_id: str) -> tuple[Scope, ...]:
    """Give the places in which a project lies, for the access policy."""
    row = _row(session, project_id)
    return (Scope(ScopeKind.ISSUER, row.issuer_id), Scope(ScopeKind.REGION, row.region))


def project(session: Session, project_id: str) -> Project:
    """Give a project with everything that happened to it, or refuse an id that none has."""
    row = _row(session, project_id)
    steps = _steps(session, project_id)
    return Project(
        project_id=row.id,
        terms=NewProject.model_validate_json(row.terms),
        state=steps[-1].state,
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        data=data(session, project_id),
        baseline_number=_newest(session, BaselineRow, project_id),
        measurement_number=_newest(session, MeasurementRow, project_id),
        adjustments=adjustments(session, project_id),
        steps=steps,
        shares=shares(session, project_id),
    )


def projects(session: Session, actor: Actor, *, after: str = "", limit: int = 100) -> list[ProjectLine]:
    """List the projects that somebody may read, by id."""
    last = _last(StepRow)
    measured = _last(MeasurementRow)
    statement = (
        select(ProjectRow, StepRow.state, MeasurementRow.saved_milli, MeasurementRow.counted_grams)
        .join(last, last.c.project_id == ProjectRow.id)
        .join(StepRow, (StepRow.project_id == last.c.project_id) & (StepRow.number == last.c.number))
        .outerjoin(measured, measured.c.project_id == ProjectRow.id)
        .outerjoin(
            MeasurementRow,
            (MeasurementRow.project_id == measured.c.project_id) & (MeasurementRow.number == measured.c.number),
        )
        .where(visible(actor, "project.read", _COLUMNS), ProjectRow.id > after)
        .order_by(ProjectRow.id)
        .limit(limit)
    )
    return [_line(*found) for found in session.execute(statement)]


def data(session: Session, project_id: str) -> tuple[DataFile, ...]:
    """List the files that were taken in, oldest first."""
    rows = session.scalars(select(DataRow).where(DataRow.project_id == project_id).order_by(DataRow.number))
    found = []
    for row in rows:
        series = MeterSeries.model_validate_json(row.record)
        found.append(
            DataFile(
                number=row.number,
                part=Part(row.part),
                grain=series.grain,
                digest=row.digest,
                name=row.name,
                period=series.period,
                lines=series.lines,
                missing_days=series.missing_days,
                added_by=row.added_by,
                added_at=row.added_at,
            )
        )
    return tuple(found)


def series(session: Session, project_id: str, part: Part) -> tuple[int, MeterSeries] | None:
    """Give the newest data of one side and their number, if there are any."""
    here = select(DataRow).where(DataRow.project_id == project_id, DataRow.part == part.value)
    row = session.scalars(here.order_by(DataRow.number.desc()).limit(1)).first()
    return None if row is None else (row.number, MeterSeries.model_validate_json(row.record))


def baseline(session: Session, project_id: str, number: int | None = None) -> KeptBaseline:
    """Give a baseline, the newest unless a number is asked for; after the freeze that is the frozen one."""
    wanted = number or _newest(session, BaselineRow, project_id)
    row = None if wanted is None else session.get(BaselineRow, (project_id, wanted))
    if row is None:
        _row(session, project_id)
        raise UnknownRecord(project_id, what="baseline", number=number)
    found = Baseline.model_validate_json(row.record)
    return KeptBaseline(digest=row.digest, fitted_by=row.fitted_by, fitted_at=row.fitted_at, baseline=found)


def measurement(session: Session, project_id: str, number: int | None = None) -> KeptMeasurement:
    """Give a measurement, the newest unless a number is asked for, whatever its sign."""
    wanted = number or _newest(session, MeasurementRow, project_id)
    row = None if wanted is None else session.get(MeasurementRow, (project_id, wanted))
    if row is None:
        _row(session, project_id)
        raise UnknownRecord(project_id, what="measurement", number=number)
    found = Measurement.model_validate_json(row.record)
    return KeptMeasurement(
        digest=row.digest, measured_by=row.measured_by, measured_at=row.measured_at, measurement=found
    )


def adjustments(session: Session, project_id: str) -> tuple[Adjustment, ...]:
    """List the adjustments that were proposed, with what the verifier said."""
    statement = (
        select(AdjustmentRow, DecisionRow)
        .outerjoin(
            DecisionRow,
            (DecisionRow.project_id == AdjustmentRow.project_id) & (DecisionRow.number == AdjustmentRow.number),
        )
        .where(AdjustmentRow.project_id == project_id)
        .order_by(AdjustmentRow.number)
    )
    return tuple(_adjustment(row, decision) for row, decision in session.execute(statement))


def shares(session: Session, project_id: str) -> tuple[Share, ...]:
    """List what each participant has of a signed-off saving, by participant; nothing before the sign-off."""
    rows = session.scalars(select(ShareRow).where(ShareRow.project_id == project_id).order_by(ShareRow.participant_id))
    return tuple(
        Share(
            participant_id=row.participant_id,
            weight=row.weight,
            saved_milli=row.saved_milli,
            grams=Grams(row.grams),
            fingerprint=row.fingerprint,
        )
        for row in rows
    )


def signed_off(
    session: Session,
    issuer_id: str | None = None,
    *,
    project_id: str | None = None,
    after: tuple[str, str] = ("", ""),
    limit: int = 1000,
) -> tuple[Claim, ...]:
    """Give the parts of signed-off projects as evidence for awards, by project and participant.

    `after` is the project and participant of the last one seen. A part's fingerprint never changes, and the same
    saving has the same one: whoever awards it once can tell that it comes again.
    """
    statement = (
        select(ShareRow, ProjectRow, StepRow)
        .join(ProjectRow, ProjectRow.id == ShareRow.project_id)
        .join(
            StepRow,
            (StepRow.project_id == ShareRow.project_id) & (StepRow.state == ProjectState.SIGNED_OFF.value),
        )
        .where(
            or_(
                ShareRow.project_id > after[0],
                (ShareRow.project_id == after[0]) & (ShareRow.participant_id > after[1]),
            )
        )
        .order_by(ShareRow.project_id, ShareRow.participant_id)
        .limit(limit)
    )
    if issuer_id is not None:
        statement = statement.where(ProjectRow.issuer_id == issuer_id)
    if project_id is not None:
        statement = statement.where(ProjectRow.id == project_id)
    measured: dict[str, Measurement] = {}
    return tuple(_claim(session, row, measured) for row in session.execute(statement))


def sign_offs(session: Session, *, since: datetime | None = None, limit: int = 1000) -> tuple[SignedOff, ...]:
    """List what was signed off from an instant on, the oldest first; whatever is committed late has an older instant.

    So whoever follows sign-offs looks back a little and leaves out what he knows.
    """
    statement = (
        select(ProjectRow, StepRow.at)
        .join(StepRow, StepRow.project_id == ProjectRow.id)
        .where(StepRow.state == ProjectState.SIGNED_OFF.value)
        .order_by(StepRow.at, ProjectRow.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(StepRow.at >= since)
    return tuple(
        SignedOff(project_id=row.id, issuer_id=row.issuer_id, region=row.region, signed_off_at=at)
        for row, at in session.execute(statement)
    )


def record_of(session: Session, project_id: str, number: int) -> KeptRecord:
    """Give a measurement's record word for word: its digest is of these very letters."""
    row = session.get(MeasurementRow, (project_id, number))
    if row is None:
        raise UnknownRecord(project_id, what="measurement", number=number)
    return KeptRecord(digest=row.digest, text=row.record)


def state_of(session: Session, project_id: str) -> ProjectState:
    """Give where a project stands."""
    last = select(StepRow.state).where(StepRow.project_id == project_id).order_by(StepRow.number.desc()).limit(1)
    found = session.scalar(last)
    if found is None:
        raise UnknownProject(project_id)
    return ProjectState(found)


def claimed_days(session: Session, meter: str, period: Period) -> Sequence[Any]:
    """List the days of a meter within a period whose saving was signed off before."""
    here = ClaimRow.meter == meter, ClaimRow.day >= period.since, ClaimRow.day < period.until
    return session.scalars(select(ClaimRow.day).where(*here).order_by(ClaimRow.day)).all()


def used_elsewhere(session: Session, digest: str, project_id: str) -> bool:
    """Tell whether another project that was not refused has taken the same file in."""
    refused = select(StepRow.project_id).where(StepRow.state == ProjectState.REFUSED.value)
    there = DataRow.digest == digest, DataRow.project_id != project_id, DataRow.project_id.not_in(refused)
    return session.scalar(select(DataRow.project_id).where(*there).limit(1)) is not None


def _row(session: Session, project_id: str) -> ProjectRow:
    row = session.get(ProjectRow, project_id)
    if row is None:
        raise UnknownProject(project_id)
    return row


def _newest(session: Session, table: type[BaselineRow | MeasurementRow], project_id: str) -> int | None:
    found: int | None = session.scalar(select(func.max(table.number)).where(table.project_id == project_id))
    return found


def _steps(session: Session, project_id: str) -> tuple[ProjectStep, ...]:
    rows = session.scalars(select(StepRow).where(StepRow.project_id == project_id).order_by(StepRow.number))
    return tuple(
        ProjectStep(
            number=row.number,
            state=ProjectState(row.state),
            at=row.at,
            by=row.by,
            reason=row.reason,
            baseline_number=row.baseline_number,
            measurement_number=row.measurement_number,
            document=row.document,
        )
        for row in rows
    )


def _last(table: type[StepRow | MeasurementRow]) -> Subquery:
    """Select the newest number of each project in a table."""
    return select(table.project_id, func.max(table.number).label("number")).group_by(table.project_id).subquery()


def _line(row: ProjectRow, state: str, saved_milli: int | None, counted_grams: int | None) -> ProjectLine:
    terms = NewProject.model_validate_json(row.terms)
    return ProjectLine(
        project_id=row.id,
        title=terms.title,
        issuer_id=row.issuer_id,
        region=row.region,
        carrier=terms.carrier,
        state=ProjectState(state),
        opened_at=row.opened_at,
        saved_milli=saved_milli,
        counted_grams=None if counted_grams is None else Grams(counted_grams),
    )


def _adjustment(row: AdjustmentRow, decision: DecisionRow | None) -> Adjustment:
    said = None
    if decision is not None:
        said = AdjustmentDecision(
            signed=decision.signed,
            reason=decision.reason,
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
        )
    return Adjustment(
        number=row.number,
        period=Period(since=row.since, until=row.until),
        amount_milli=row.amount_milli,
        reason=row.reason,
        document=row.document,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decision=said,
    )


def _claim(session: Session, found: Row[ShareRow, ProjectRow, StepRow], measured: dict[str, Measurement]) -> Claim:
    share, row, step = found
    if row.id not in measured:
        measured[row.id] = measurement(session, row.id, step.measurement_number).measurement
    about = measured[row.id]
    facts = carriers()[about.carrier]
    calculations = [one.quantification for one in about.segments]
    return Claim(
        project_id=row.id,
        participant_id=share.participant_id,
        issuer_id=row.issuer_id,
        region=row.region,
        carrier=about.carrier,
        action=facts.action,
        on=about.period.last_day,
        period=about.period,
        saved_milli=share.saved_milli,
        unit=facts.unit,
        grams=Grams(share.grams),
        gas=calculations[0].gas,
        tier=max(one.tier for one in calculations),
        fingerprint=share.fingerprint,
        signed_off_at=step.at,
    )
