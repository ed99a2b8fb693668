"""Taking data in, fitting and freezing the baseline, measuring the saving (取数, 建模, 计量)."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.actions.rules import FactorBook
from greencredit.kernel.access import Actor, require
from greencredit.kernel.clock import civil_date, now
from greencredit.projects import queries, rules
from greencredit.projects.catalogue import carriers, criteria, uncertainty
from greencredit.projects.errors import BaselineUnfit, DataMissing, FileUsed, UnknownRecord
from greencredit.projects.rules import Step
from greencredit.projects.service.opening import locked, who, write_step
from greencredit.projects.tables import BaselineRow, DataRow, MeasurementRow
from greencredit.schemas.projects import (
    Baseline,
    DataFile,
    KeptBaseline,
    KeptMeasurement,
    MeterSeries,
    NewProject,
    Part,
    Project,
    ProjectState,
    Stage,
)

_STEPS = {Part.BASELINE: Step.ADD_BASELINE_DATA, Part.REPORTING: Step.ADD_REPORTING_DATA}


def add_data(
    session: Session,
    actor: Actor,
    project_id: str,
    part: Part,
    *,
    meter: bytes,
    weather: bytes | None = None,
    name: str = "",
) -> DataFile:
    """Take one side of the comparison in, whole or not at all; the same file again changes nothing."""
    require(actor, "project.keep", *queries.scopes_of(session, project_id))
    row = locked(session, project_id, _STEPS[part])
    terms = NewProject.model_validate_json(row.terms)
    series = rules.take_in(meter, carriers()[terms.carrier], weather=weather)
    rules.require_beside(terms, part, series.period, today=civil_date(now(session)))
    newest = queries.series(session, project_id, part)
    if newest is None or newest[1].digest != series.digest:
        if queries.used_elsewhere(session, series.digest, project_id):
            raise FileUsed(series.digest)
        session.add(
            DataRow(
                project_id=project_id,
                number=_next(session, DataRow, project_id),
                part=part.value,
                digest=series.digest,
                name=name[:200],
                record=series.model_dump_json(),
                added_by=who(actor),
                added_at=now(session),
            )
        )
        session.flush()
    return next(one for one in reversed(queries.data(session, project_id)) if one.part is part)


def fit_baseline(session: Session, actor: Actor, project_id: str) -> KeptBaseline:
    """Fit every form of model to the newest baseline data and keep the one chosen, with all tests, passed or not."""
    require(actor, "project.keep", *queries.scopes_of(session, project_id))
    row = locked(session, project_id, Step.FIT)
    terms = NewProject.model_validate_json(row.terms)
    data_number, series = _series(session, project_id, Part.BASELINE)
    grain = series.grain.models
    fitted = rules.fit(
        series.intervals,
        terms=uncertainty(grain),
        with_occupancy=terms.with_occupancy,
        heating_base_milli=terms.heating_base_milli,
        cooling_base_milli=terms.cooling_base_milli,
    )
    limits = criteria(Stage.BASELINE, grain, civil_date(now(session)), _book(session, terms))
    number = _next(session, BaselineRow, project_id)
    found = Baseline(
        project_id=project_id,
        number=number,
        data_number=data_number,
        carrier=series.carrier,
        grain=series.grain,
        model_grain=grain,
        period=series.period,
        occupancy_told=series.occupancy_told,
        missing_days=series.missing_days,
        model=fitted.model,
        statistics=fitted.statistics,
        candidates=fitted.candidates,
        tests=rules.tests_of_baseline(limits, series, fitted.statistics),
        intervals=series.intervals,
    )
    record = found.model_dump_json()
    session.add(
        BaselineRow(
            project_id=project_id,
            number=number,
            digest=_digest(record),
            record=record,
            fitted_by=who(actor),
            fitted_at=now(session),
        )
    )
    session.flush()
    return queries.baseline(session, project_id, number)


def freeze_baseline(session: Session, actor: Actor, project_id: str, *, reason: str) -> Project:
    """Freeze the newest baseline if it fits; from now on neither its data nor its model change (冻结基准)."""
    require(actor, "project.keep", *queries.scopes_of(session, project_id))
    locked(session, project_id, Step.FREEZE)
    kept = queries.baseline(session, project_id).baseline
    newest = queries.series(session, project_id, Part.BASELINE)
    if newest is not None and newest[0] != kept.data_number:
        raise UnknownRecord(project_id, what="baseline of data", number=newest[0])
    if not kept.fits:
        raise BaselineUnfit(project_id, failed=rules.failed(kept.tests))
    write_step(session, project_id, ProjectState.FROZEN, actor, reason=reason, baseline=kept.number)
    return queries.project(session, project_id)


def measure(session: Session, actor: Actor, project_id: str) -> KeptMeasurement:
    """Measure the saving of the newest reporting data against the frozen baseline, and keep it whatever its sign."""
    require(actor, "project.keep", *queries.scopes_of(session, project_id))
    row = locked(session, project_id, Step.MEASURE)
    terms = NewProject.model_validate_json(row.terms)
    baseline = queries.baseline(session, project_id).baseline
    _, before = _series(session, project_id, Part.BASELINE)
    data_number, series = _series(session, project_id, Part.REPORTING)
    rules.require_comparable(before, series)
    book, number = _book(session, terms), _next(session, MeasurementRow, project_id)
    found = rules.measure(
        baseline,
        series,
        number=number,
        data_number=data_number,
        adjustments=queries.adjustments(session, project_id),
        terms=uncertainty(baseline.model_grain),
        setting=rules.Setting(terms.region, actions.action(carriers()[terms.carrier].action), book),
    )
    limits = criteria(Stage.MEASUREMENT, baseline.model_grain, civil_date(now(session)), book)
    tests = rules.tests_of_measurement(limits, found, baseline.intervals)
    found = found.model_copy(update={"tests": tests})
    rules.require_recomputes(found)
    record = found.model_dump_json()
    session.add(
        MeasurementRow(
            project_id=project_id,
            number=number,
            baseline_number=baseline.number,
            digest=_digest(record),
            saved_milli=found.saved_milli,
            counted_milli=found.counted_milli,
            grams=found.grams,
            counted_grams=found.counted_grams,
            record=record,
            measured_by=who(actor),
            measured_at=now(session),
        )
    )
    session.flush()
    saved = f"节能量 saved: {found.saved_milli:,}"
    write_step(session, project_id, ProjectState.MEASURED, actor, reason=saved, measurement=number)
    return queries.measurement(session, project_id, number)


def _book(session: Session, terms: NewProject) -> FactorBook:
    """Give the factors, with what a document set for the issuer or the place."""
    return actions.factor_book(session, issuer_id=terms.issuer_id)


def _series(session: Session, project_id: str, part: Part) -> tuple[int, MeterSeries]:
    found = queries.series(session, project_id, part)
    if found is None:
        raise DataMissing(project_id, part=part.value)
    return found


def _next(session: Session, table: type[DataRow | BaselineRow | MeasurementRow], project_id: str) -> int:
    return (session.scalar(select(func.max(table.number)).where(table.project_id == project_id)) or 0) + 1


def _digest(record: str) -> str:
    return hashlib.sha256(record.encode()).hexdigest()
