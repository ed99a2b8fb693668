"""节能减排项目报告: data, model, residuals, saving and uncertainty of a project, and who has a share in it."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import ScopeKind
from greencredit.kernel.clock import civil_date
from greencredit.projects import queries as projects
from greencredit.projects import rules as measuring
from greencredit.projects.catalogue import carriers
from greencredit.projects.errors import UnknownRecord
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind, Sheet
from greencredit.schemas.actions import Gas, GreenAction, Quantification
from greencredit.schemas.projects import (
    Adjustment,
    Candidate,
    FitTest,
    Interval,
    KeptBaseline,
    KeptMeasurement,
    Measurement,
    Model,
    Project,
    ProjectState,
    Sense,
)
from greencredit.schemas.reports import (
    AdjustmentNote,
    BaselineNote,
    CandidateNote,
    CurvePoint,
    DayPoint,
    FanPoint,
    MethodNote,
    Notice,
    ProjectNote,
    ProjectReport,
    ProjectStepNote,
    ResidualPoint,
    SavedMonth,
    SavingNote,
    SegmentNote,
    ShareNote,
    TestNote,
)
from greencredit.schemas.values import Period, Words

_WHOLE: Final = 10_000
_CLASSES: Final = 17
_CURVE_STEP: Final = 500
_FAN_STEP_DAYS: Final = 7
_IN_USE: Final = 100
_UNDECIDED: Final = Words(zh="待审定", en="undecided")
_SIGNED: Final = Words(zh="已签署", en="signed")
_DECLINED: Final = Words(zh="未采纳", en="declined")
_NOT_METERED: Final = Words(
    zh="节能量是模型推算的基准用能与实际用能之差，不是直接测得的量；不确定度已按残差的自相关修正。",
    en="A saving is modelled less metered use and is not itself metered; the uncertainty allows for autocorrelation.",
)
_SOURCE: Final = Words(
    zh="IPMVP 选项 C（整体计量）；ASHRAE Guideline 14-2014（判据与不确定度）",
    en="IPMVP Option C (whole facility); ASHRAE Guideline 14-2014 (criteria and uncertainty)",
)
_CO2_ALONE: Final = Words(
    zh="所用电网因子只计二氧化碳，减排量按 CO₂ 计，未另加其他温室气体。",
    en="The grid factor counts carbon dioxide alone: the emissions avoided are CO₂, other gases are not added.",
)


def gather(session: Session, subject_id: str, period: Period, shared: Any = None) -> ProjectReport:  # noqa: ANN401 - as every kind
    """Collect the facts of a project; the period of the report is the measured one, once there is one."""
    del shared
    found = projects.project(session, subject_id)
    issuer = issuers.issuer(session, found.terms.issuer_id)
    return report_of(
        found,
        issuer=rules.name_words(issuer.name, issuer.english_name),
        baseline=_baseline(session, found),
        measured=_measured(session, found),
        titles={(factor.id, factor.version): factor.title for factor in actions.factor_versions(session)},
        period=period,
    )


def report_of(
    found: Project,
    *,
    issuer: Words,
    baseline: KeptBaseline | None,
    measured: KeptMeasurement | None,
    titles: Mapping[tuple[str, int], Words],
    period: Period,
) -> ProjectReport:
    """Put the facts of a project together."""
    days = period if measured is None else measured.measurement.period
    calculations = [] if measured is None else [one.quantification for one in measured.measurement.segments]
    action = actions.action(carriers()[found.terms.carrier].action)
    return ProjectReport(
        period=days,
        as_of=found.steps[-1].at,
        legal=issuers.legal_basis("project", days.last_day),
        project=_project(found, issuer),
        baseline=None if baseline is None else _baseline_note(baseline, found),
        saving=None if measured is None else _saving_note(measured),
        adjustments=tuple(_adjustment(one, measured) for one in found.adjustments),
        shares=tuple(
            ShareNote(
                participant_id=one.participant_id, weight=one.weight, saved_milli=one.saved_milli, grams=one.grams
            )
            for one in found.shares
        ),
        steps=tuple(
            ProjectStepNote(at=one.at, state=one.state.words, by=one.by, reason=one.reason) for one in found.steps
        ),
        signed_off=found.state is ProjectState.SIGNED_OFF,
        methods=(_method(action, calculations),) if calculations else (),
        factors=rules.factor_notes(calculations, titles),
        notices=tuple(_notices(calculations)),
    )


def _method(action: GreenAction, calculations: list[Quantification]) -> MethodNote:
    """Say how the saving became grams; of standards only those are named whose text somebody has seen."""
    return rules.method_note(action, calculations).model_copy(update={"awards": None, "source": _SOURCE})


def _notices(calculations: Iterable[Quantification]) -> Iterator[Notice]:
    """Say what a reader must know: what a saving is, and which gases the factor counts."""
    yield Notice(name="not_metered", text=_NOT_METERED)
    if any(one.gas is Gas.CO2 for one in calculations):
        yield Notice(name="co2_alone", text=_CO2_ALONE)


def _baseline(session: Session, found: Project) -> KeptBaseline | None:
    try:
        return projects.baseline(session, found.project_id)
    except UnknownRecord:
        return None


def _measured(session: Session, found: Project) -> KeptMeasurement | None:
    try:
        return projects.measurement(session, found.project_id)
    except UnknownRecord:
        return None


def _project(found: Project, issuer: Words) -> ProjectNote:
    carrier = carriers()[found.terms.carrier]
    return ProjectNote(
        project_id=found.project_id,
        title=found.terms.title,
        measures=found.terms.measures,
        issuer_id=found.terms.issuer_id,
        issuer=issuer,
        region=found.terms.region,
        carrier=carrier.title,
        unit=_unit(carrier.unit),
        meter=found.terms.meter,
        installed=found.terms.installed,
        state=found.state.words,
        participants=len(found.terms.participants),
    )


def _unit(unit: str) -> str:
    return unit.replace("m3", "m³")


def _baseline_note(kept: KeptBaseline, found: Project) -> BaselineNote:
    baseline, fitted = kept.baseline, kept.baseline.statistics
    left = [
        ResidualPoint(
            on=one.since, residual_milli=_a_day(one.used_milli - measuring.adjusted(baseline.model, one), one)
        )
        for one in baseline.intervals
    ]
    width = max(1, -(-2 * max(abs(one.residual_milli) for one in left) // (_CLASSES - 1)))
    bins = [0] * _CLASSES
    for one in left:
        bins[(one.residual_milli + width // 2) // width + _CLASSES // 2] += 1
    frozen = [one.at for one in found.steps if one.state is ProjectState.FROZEN]
    return BaselineNote(
        period=baseline.period,
        grain=baseline.grain.words,
        days=fitted.days,
        missing_days=baseline.missing_days,
        observations=fitted.observations,
        form=baseline.model.form.words,
        with_occupancy=baseline.model.with_occupancy,
        equation=_equation(baseline.model, _unit(carriers()[baseline.carrier].unit)),
        parameters=fitted.parameters,
        mean_milli=round(fitted.mean_per_day * 1000),
        cvrmse_bp=_points(fitted.cvrmse),
        r_squared_bp=_points(fitted.r_squared),
        autocorrelation_bp=_points(fitted.autocorrelation),
        effective_observations=round(fitted.effective_observations, 1),
        candidates=tuple(map(_candidate, baseline.candidates)),
        tests=tuple(map(_test, baseline.tests)),
        points=tuple(map(_point, baseline.intervals)),
        curve=tuple(_curve(baseline.model, baseline.intervals)),
        residuals=tuple(left),
        bins=tuple(bins),
        bin_milli=width,
        frozen_on=civil_date(frozen[0]) if frozen else None,
    )


def _saving_note(kept: KeptMeasurement) -> SavingNote:
    found, sure = kept.measurement, kept.measurement.uncertainty
    share = found.saved_share
    return SavingNote(
        number=found.number,
        digest=kept.digest,
        measured_on=civil_date(kept.measured_at),
        days=sum(one.days for one in found.lines),
        missing_days=found.missing_days,
        adjusted_milli=found.adjusted_milli,
        used_milli=found.used_milli,
        adjustment_milli=found.adjustment_milli,
        saved_milli=found.saved_milli,
        counted_milli=found.counted_milli,
        saved_bp=None if share is None else _points(share),
        half_width_milli=None if sure is None else sure.half_width_milli,
        uncertainty_bp=None if sure is None or sure.fraction is None else _points(sure.fraction),
        confidence_bp=None if sure is None else _points(sure.confidence),
        t=None if sure is None else sure.t,
        alpha=None if sure is None else sure.alpha,
        mean_squared_error=None if sure is None else sure.mean_squared_error,
        deducts_above_bp=_points(found.deducts_above),
        grams=found.grams,
        counted_grams=found.counted_grams,
        tests=tuple(map(_test, found.tests)),
        points=tuple(map(_point, found.lines)),
        months=tuple(_months(found)),
        fan=tuple(_fan(found)),
        segments=tuple(
            SegmentNote(
                period=one.period,
                saved_milli=one.adjusted_milli - one.used_milli + one.adjustment_milli,
                factor=one.quantification.factors[0].id,
                factor_value=Decimal(one.quantification.factors[0].value),
                factor_unit=one.quantification.factors[0].unit,
                grams=one.quantification.grams,
            )
            for one in found.segments
        ),
    )


def _months(found: Measurement) -> Iterator[SavedMonth]:
    for month, lines in groupby(found.lines, key=lambda one: one.since.replace(day=1)):
        group = list(lines)
        yield SavedMonth(
            month=month,
            days=sum(one.days for one in group),
            adjusted_milli=sum(one.adjusted_milli for one in group),
            used_milli=sum(one.used_milli for one in group),
        )


def _fan(found: Measurement) -> Iterator[FanPoint]:
    """Give what was saved up to each week's end, with the uncertainty that so many days have."""
    days = saved = told = 0
    for place, one in enumerate(found.lines, 1):
        days, saved = days + one.days, saved + one.adjusted_milli - one.used_milli
        if days - told >= _FAN_STEP_DAYS or place == len(found.lines):
            told = days
            yield FanPoint(
                on=one.last_day,
                days=days,
                saved_milli=saved,
                half_width_milli=measuring.half_width_after(found.uncertainty, days),
            )


def _curve(model: Model, intervals: Iterable[Interval]) -> Iterator[CurvePoint]:
    """Draw the model over the temperatures that were seen, with a point where it bends."""
    seen = [at for one in intervals for at in one.temperatures_milli]
    bends = [at for at in (model.heating_from_milli, model.cooling_from_milli) if at is not None]
    grid = range(min(seen), max(seen) + _CURVE_STEP, _CURVE_STEP)
    since = next(iter(intervals)).since
    for at in sorted({*grid, *bends}):
        working, resting = (
            measuring.adjusted(
                model, Interval(since=since, used_milli=0, temperatures_milli=(at,), occupied_percent=(share,))
            )
            for share in (_IN_USE, 0)
        )
        yield CurvePoint(
            temperature_milli=at, working_milli=working, resting_milli=resting if model.with_occupancy else None
        )


def _equation(model: Model, unit: str) -> Words:
    """Write the model down, coefficients to four digits; the record has all twelve."""

    def number(value: Decimal) -> str:
        return f"{Decimal(f'{value:.4g}'):,f}".replace("-", "\u2212")

    terms = [number(model.base)]
    if model.slope:
        terms.append(f"{number(model.slope)}·T")
    if model.heating_from_milli is not None:
        terms.append(f"{number(model.heating)}·max(0, {_degrees(model.heating_from_milli)} \u2212 T)")
    if model.cooling_from_milli is not None:
        terms.append(f"{number(model.cooling)}·max(0, T \u2212 {_degrees(model.cooling_from_milli)})")
    occupied = [f"{number(model.occupied)}·"] if model.with_occupancy else []
    zh, en = ([*terms, *(f"{one}{word}" for one in occupied)] for word in ("使用率", "occupancy"))
    return Words(
        zh=f"{unit}/天 = {' + '.join(zh)}".replace("+ \u2212", "\u2212 "),
        en=f"{unit}/day = {' + '.join(en)}".replace("+ \u2212", "\u2212 "),
    )


def _degrees(milli: int) -> str:
    return f"{Decimal(milli).scaleb(-3).normalize():f}"


def _point(one: Interval) -> DayPoint:
    mean = round(sum(one.temperatures_milli) / one.days)
    return DayPoint(on=one.since, temperature_milli=mean, use_milli=_a_day(one.used_milli, one))


def _a_day(milli: int, one: Interval) -> int:
    return round(Decimal(milli) / one.days)


def _points(share: Decimal) -> int:
    return round(share * _WHOLE)


def _candidate(one: Candidate) -> CandidateNote:
    return CandidateNote(
        form=one.form.words,
        with_occupancy=one.with_occupancy,
        parameters=one.parameters,
        bic_tenths=None if one.bic is None else round(one.bic * 10),
        r_squared_bp=None if one.r_squared is None else _points(one.r_squared),
        cvrmse_bp=None if one.cvrmse is None else _points(one.cvrmse),
        chosen=one.chosen,
        why_not=one.why_not,
    )


def _test(one: FitTest) -> TestNote:
    return TestNote(
        title=one.criterion.title,
        found=None if one.found is None else round(one.found, 4),
        limit=one.criterion.limit,
        at_most=one.criterion.sense is Sense.AT_MOST,
        passed=one.passed,
        advisory=one.criterion.advisory,
        source=one.criterion.source,
    )


def _adjustment(one: Adjustment, measured: KeptMeasurement | None) -> AdjustmentNote:
    counted = measured is not None and one.number in {other.number for other in measured.measurement.adjustments}
    decision = _UNDECIDED if one.decision is None else _SIGNED if one.decision.signed else _DECLINED
    return AdjustmentNote(
        number=one.number,
        period=one.period,
        amount_milli=one.amount_milli,
        reason=one.reason,
        counted=counted,
        decision=decision,
        decided_on=None if one.decision is None else civil_date(one.decision.decided_at),
    )


def _rows(report: ProjectReport) -> Iterable[tuple[object, ...]]:
    if report.baseline is not None:
        for one in report.baseline.points:
            yield ("baseline", one.on.isoformat(), one.temperature_milli, one.use_milli)
    if report.saving is not None:
        for one in report.saving.points:
            yield ("reporting", one.on.isoformat(), one.temperature_milli, one.use_milli)


REPORT = ReportKind(
    name="project",
    title=Words(zh="节能减排项目报告", en="Energy-Saving Project Report"),
    facts=ProjectReport,
    sheet=Sheet(
        file_name="meter.csv",
        columns=("part", "since", "temperature_milli_celsius", "use_milli_per_day"),
        rows=_rows,
    ),
    gather=gather,
    about=ScopeKind.ISSUER,
    places=projects.scopes_of,
)
