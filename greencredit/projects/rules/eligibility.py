"""Tests of eligibility: what was found held against limits that are data with a source (合格性检验)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from greencredit.schemas.projects import Criterion, FitTest, Interval, Measurement, MeterSeries, Sense, Statistics

_PLACES: Final = Decimal("0.000001")


def tests_of_baseline(
    criteria: Iterable[Criterion], series: MeterSeries, statistics: Statistics
) -> tuple[FitTest, ...]:
    """Test data sufficiency and fit of a baseline (ASHRAE Guideline 14-2014: CV(RMSE) and NMBE by grain)."""
    found: dict[str, Decimal | None] = {
        "baseline_days": Decimal(series.days),
        "baseline_coverage": _coverage(series.days, series.missing_days),
        "baseline_observations": Decimal(statistics.observations),
        "cvrmse_bill": statistics.cvrmse,
        "cvrmse_day": statistics.cvrmse,
        "cvrmse_day_ceiling": statistics.cvrmse,
        "nmbe_bill": abs(statistics.nmbe),
        "nmbe_day": abs(statistics.nmbe),
        "r_squared": statistics.r_squared,
    }
    return tuple(_test(one, found[one.name]) for one in criteria)


def tests_of_measurement(
    criteria: Iterable[Criterion], measurement: Measurement, baseline: Sequence[Interval]
) -> tuple[FitTest, ...]:
    """Test a measurement: enough days, temperatures that the model has seen, and a saving beyond its uncertainty."""
    days = sum(one.days for one in measurement.lines)
    uncertainty = measurement.uncertainty
    found: dict[str, Decimal | None] = {
        "reporting_days": Decimal(days),
        "reporting_coverage": _coverage(days, measurement.missing_days),
        "extrapolated": extrapolated(baseline, measurement.lines),
        "fractional_uncertainty": None if uncertainty is None else uncertainty.fraction,
    }
    return tuple(_test(one, found[one.name]) for one in criteria)


def extrapolated(baseline: Sequence[Interval], reporting: Sequence[Interval]) -> Decimal:
    """Give the share of the reporting period's days that were colder or warmer than any day of the baseline's."""
    seen = [one for interval in baseline for one in interval.temperatures_milli]
    low, high = min(seen), max(seen)
    days = [one for interval in reporting for one in interval.temperatures_milli]
    return (Decimal(sum(not low <= one <= high for one in days)) / len(days)).quantize(_PLACES)


def failed(tests: Iterable[FitTest]) -> list[dict[str, Any]]:
    """Tell which tests that decide were not passed: name, figure, limit."""
    return [
        {
            "name": one.criterion.name,
            "found": "undetermined" if one.found is None else f"{one.found:f}",
            "sense": one.criterion.sense.value,
            "limit": f"{one.criterion.limit:f}",
        }
        for one in tests
        if not one.passed and not one.criterion.advisory
    ]


def _test(criterion: Criterion, found: Decimal | None) -> FitTest:
    if found is None:
        return FitTest(criterion=criterion, found=None, passed=False)
    keeps = found <= criterion.limit if criterion.sense is Sense.AT_MOST else found >= criterion.limit
    return FitTest(criterion=criterion, found=found, passed=keeps)


def _coverage(days: int, missing: int) -> Decimal:
    return (Decimal(days) / (days + missing)).quantize(_PLACES)
