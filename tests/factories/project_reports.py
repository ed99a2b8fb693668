"""Facts of project reports: the real building, measured and shared out, without a database."""

from datetime import date
from functools import cache
from hashlib import sha256

from greencredit.projects import rules
from greencredit.reports.catalogue.project import report_of
from greencredit.schemas.projects import (
    Adjustment,
    AdjustmentDecision,
    Baseline,
    KeptBaseline,
    KeptMeasurement,
    Measurement,
    Participant,
    Project,
    ProjectState,
    ProjectStep,
    Share,
)
from greencredit.schemas.reports import ProjectReport
from greencredit.schemas.values import Grams, Period, Words
from tests.conftest import NOON
from tests.factories.meters import baseline_of, measured, power
from tests.factories.projects import book, building_after, building_before, new_project

PERIOD = Period(since=date(2025, 1, 1), until=date(2026, 1, 1))
_ENGLISH = {"示例办公楼节能改造": "Example office retrofit"}
_ISSUER = Words(zh="示例零售有限公司", en="Example Retail Co., Ltd.")
_STEPS = (
    (ProjectState.OPEN, "acc_keeper", "示例办公楼节能改造"),
    (ProjectState.FROZEN, "acc_keeper", "示例：各项检验均通过"),
    (ProjectState.MEASURED, "acc_keeper", "节能量 saved: 422,250,444"),
    (ProjectState.SIGNED_OFF, "acc_verifier", "示例：经核对，计量可信。"),
)


@cache
def _baseline() -> Baseline:
    return baseline_of(power(building_before()))


def _adjustments(*, signed: bool) -> tuple[Adjustment, ...]:
    said = AdjustmentDecision(signed=signed, reason="示例：与现场记录一致", decided_by="acc_verifier", decided_at=NOON)
    return (
        Adjustment(
            number=1,
            period=Period(since=date(2025, 9, 1), until=date(2026, 2, 28)),
            amount_milli=36_500_000,
            reason="示例：新增数据机房，单独计量",
            proposed_by="acc_keeper",
            proposed_at=NOON,
            decision=said,
        ),
    )


@cache
def _measured(*, worse: bool, adjusted: bool) -> Measurement:
    meter = building_after()
    if worse:
        head, *lines = meter.decode().splitlines()
        cells = [line.split(",") for line in lines]
        meter = "\n".join([head, *(f"{day},{float(used) * 1.2:.6f},{at}" for day, used, at in cells)]).encode()
    return measured(_baseline(), power(meter), adjustments=_adjustments(signed=True) if adjusted else ())


def project_report(
    *,
    title: str = "示例办公楼节能改造",
    steps: int = 4,
    weights: tuple[int, ...] = (5, 3, 2, 1),
    worse: bool = False,
    adjusted: bool = False,
) -> ProjectReport:
    """Make the report of a project that was led so many steps on its way."""
    found = _measured(worse=worse, adjusted=adjusted)
    participants = [
        Participant(holder_id=f"con_example_{place}", weight=weight) for place, weight in enumerate(weights)
    ]
    terms = new_project("iss_example", participants, title=Words(zh=title, en=_ENGLISH.get(title, title)))
    parts = zip(rules.split(found.counted_milli, weights), rules.split(found.counted_grams, weights), strict=True)
    shares = [
        Share(
            participant_id=one.holder_id, weight=one.weight, saved_milli=milli, grams=Grams(grams), fingerprint="0" * 40
        )
        for one, (milli, grams) in zip(participants, parts, strict=True)
    ]
    digest = sha256(found.model_dump_json().encode()).hexdigest()
    has_baseline, has_saving = steps > 1, steps > 2
    return report_of(
        Project(
            project_id="prj_example",
            terms=terms,
            state=_STEPS[steps - 1][0],
            opened_by="acc_keeper",
            opened_at=NOON,
            data=(),
            baseline_number=1 if has_baseline else None,
            measurement_number=1 if has_saving else None,
            adjustments=_adjustments(signed=True) if adjusted else (),
            steps=tuple(
                ProjectStep(number=place, state=state, at=NOON, by=by, reason=reason)
                for place, (state, by, reason) in enumerate(_STEPS[:steps], 1)
            ),
            shares=tuple(shares) if steps == len(_STEPS) else (),
        ),
        issuer=_ISSUER,
        baseline=KeptBaseline(digest=digest, fitted_by="acc_keeper", fitted_at=NOON, baseline=_baseline())
        if has_baseline
        else None,
        measured=KeptMeasurement(digest=digest, measured_by="acc_keeper", measured_at=NOON, measurement=found)
        if has_saving
        else None,
        titles={(factor.id, factor.version): factor.title for factor in book().factors()},
        period=PERIOD,
    )
