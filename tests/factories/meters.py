"""Measuring without a database: files read, baselines fitted, savings measured as the service does it."""

from datetime import date
from functools import cache
from typing import Any, Final

from greencredit.actions import queries as actions
from greencredit.actions.rules import FactorBook
from greencredit.projects import rules
from greencredit.projects.catalogue import carriers, criteria, uncertainty
from greencredit.schemas.projects import Adjustment, Baseline, Carrier, Measurement, MeterSeries, Stage
from tests.factories.projects import book

POWER: Final = carriers()[Carrier.ELECTRICITY]
SINCE: Final = date(2023, 2, 27)
"""A Monday two years before the reporting period of the synthetic meters begins."""
LATER: Final = date(2025, 2, 24)
TODAY: Final = date(2026, 3, 2)


@cache
def _book() -> FactorBook:
    return book()


def fitted(series: MeterSeries, **changes: Any) -> rules.Fitted:  # noqa: ANN401 - as `fit` takes them
    """Fit every form of model."""
    return rules.fit(series.intervals, terms=uncertainty(series.grain.models), **changes)


def baseline_of(series: MeterSeries, **changes: Any) -> Baseline:  # noqa: ANN401 - as above
    """Fit a baseline as the service does."""
    found, grain = fitted(series, **changes), series.grain.models
    limits = criteria(Stage.BASELINE, grain, TODAY, _book())
    return Baseline(
        project_id="prj_example",
        number=1,
        data_number=1,
        carrier=series.carrier,
        grain=series.grain,
        model_grain=grain,
        period=series.period,
        occupancy_told=series.occupancy_told,
        missing_days=series.missing_days,
        model=found.model,
        statistics=found.statistics,
        candidates=found.candidates,
        tests=rules.tests_of_baseline(limits, series, found.statistics),
        intervals=series.intervals,
    )


def measured(
    baseline: Baseline, series: MeterSeries, *, adjustments: tuple[Adjustment, ...] = (), carrier: str = "electricity"
) -> Measurement:
    """Measure as the service does."""
    action = actions.action(carriers()[Carrier(carrier)].action)
    found = rules.measure(
        baseline,
        series,
        number=1,
        data_number=2,
        adjustments=adjustments,
        terms=uncertainty(baseline.model_grain),
        setting=rules.Setting("CN-SH", action, _book()),
    )
    limits = criteria(Stage.MEASUREMENT, baseline.model_grain, TODAY, _book())
    return found.model_copy(update={"tests": rules.tests_of_measurement(limits, found, baseline.intervals)})


def power(content: bytes, *, weather: bytes | None = None) -> MeterSeries:
    """Take a file of an electricity meter in."""
    return rules.take_in(content, POWER, weather=weather)
