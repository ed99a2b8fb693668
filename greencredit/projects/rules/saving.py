"""The saving: adjusted baseline less use plus signed adjustments, exact to the thousandth, and to the gram (节能量).

Avoided energy use as IPMVP has it: baseline model at reporting-period conditions - metered use ± non-routine
adjustments; GB/T 28750-2012 has the same structure. A saving is positive here; GB/T 13234 counts it negative.
From the written coefficients on nothing is a floating number, so the record gives the same figures on every machine.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Final

from greencredit.actions import rules as actions
from greencredit.actions.rules import FactorBook
from greencredit.projects.errors import PeriodsMeet, RecordDoesNotHold
from greencredit.projects.rules.shares import split
from greencredit.projects.rules.uncertainty import counted, half_width, uncertainty_of
from greencredit.schemas.actions import GreenAction, Quantification
from greencredit.schemas.projects import (
    Adjustment,
    Baseline,
    Interval,
    MeasuredLine,
    Measurement,
    MeterSeries,
    Model,
    Recomputed,
    Segment,
    UncertaintyTerms,
)
from greencredit.schemas.values import Grams, Period

_MILLI: Final = 1000
_GRAMS: Final = 1000
_PERCENT: Final = 100
_THREE_TERMS: Final = ("adjusted_baseline", "reporting_use", "non_routine_adjustment")
_ONE_TERM: Final = "quantity"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and by what method a saving becomes grams."""

    region: str
    action: GreenAction
    book: FactorBook


def adjusted(model: Model, interval: Interval) -> int:
    """Give what the baseline would have used in an interval, in thousandths of a unit, rounded half to even."""
    coefficients = _coefficients(model)
    base, slope, heating, cooling, occupied = coefficients
    total = base * interval.days + occupied * Fraction(sum(interval.occupied_percent), _PERCENT)
    if slope:
        total += slope * Fraction(sum(interval.temperatures_milli), _MILLI)
    if model.heating_from_milli is not None:
        cold = sum(max(0, model.heating_from_milli - one) for one in interval.temperatures_milli)
        total += heating * Fraction(cold, _MILLI)
    if model.cooling_from_milli is not None:
        warm = sum(max(0, one - model.cooling_from_milli) for one in interval.temperatures_milli)
        total += cooling * Fraction(warm, _MILLI)
    return round(total * _MILLI)


def measure(
    baseline: Baseline,
    series: MeterSeries,
    *,
    number: int,
    data_number: int,
    adjustments: Sequence[Adjustment],
    terms: UncertaintyTerms,
    setting: Setting,
) -> Measurement:
    """Measure a saving; the tests of the measurement are made by `tests_of_measurement` and put into its record."""
    require_after(baseline.period, series.period)
    signed = tuple(one for one in adjustments if one.decision is not None and one.decision.signed)
    for one in signed:
        require_inside(one.period, series.period)
    lines = tuple(MeasuredLine(**dict(one), adjusted_milli=adjusted(baseline.model, one)) for one in series.intervals)
    adjusted_milli, used_milli = sum(one.adjusted_milli for one in lines), series.used_milli
    adjustment_milli = sum(one.amount_milli for one in signed)
    saved_milli = adjusted_milli - used_milli + adjustment_milli
    uncertainty = uncertainty_of(baseline, series, terms, saved_milli)
    counted_milli = counted(saved_milli, uncertainty, terms.deducts_above)
    segments = tuple(_segments(lines, signed, setting))
    grams = sum((exact_grams(one.quantification) for one in segments), Fraction(0))
    return Measurement(
        project_id=baseline.project_id,
        number=number,
        baseline_number=baseline.number,
        data_number=data_number,
        carrier=baseline.carrier,
        grain=series.grain,
        model_grain=baseline.model_grain,
        period=series.period,
        missing_days=series.missing_days,
        model=baseline.model,
        lines=lines,
        adjustments=signed,
        adjusted_milli=adjusted_milli,
        used_milli=used_milli,
        adjustment_milli=adjustment_milli,
        saved_milli=saved_milli,
        uncertainty=uncertainty,
        deducts_above=terms.deducts_above,
        counted_milli=counted_milli,
        segments=segments,
        grams=Grams(math.floor(grams)),
        counted_grams=_counted_grams(grams, saved_milli, counted_milli),
        tests=(),
    )


def recompute(measurement: Measurement) -> Recomputed:
    """Compute every figure again from the record alone: its model, its lines, its factors; nothing is looked up."""
    lines = [adjusted(measurement.model, one) for one in measurement.lines]
    adjusted_milli = sum(lines)
    adjustment_milli = sum(one.amount_milli for one in measurement.adjustments)
    saved = adjusted_milli - sum(one.used_milli for one in measurement.lines) + adjustment_milli
    grams = sum((exact_grams(one.quantification) for one in measurement.segments), Fraction(0))
    width = None if measurement.uncertainty is None else half_width(measurement.uncertainty)
    counts = counted(saved, measurement.uncertainty, measurement.deducts_above)
    return Recomputed(
        adjusted_milli=adjusted_milli,
        saved_milli=saved,
        half_width_milli=width,
        counted_milli=counts,
        grams=Grams(math.floor(grams)),
        counted_grams=_counted_grams(grams, saved, counts),
    )


def require_recomputes(measurement: Measurement) -> None:
    """Make sure that a record says what follows from it, the parts adding up to the whole.

    Raises:
        RecordDoesNotHold: it does not; nothing may be built on it.
    """
    told = Recomputed(
        adjusted_milli=measurement.adjusted_milli,
        saved_milli=measurement.saved_milli,
        half_width_milli=None if measurement.uncertainty is None else measurement.uncertainty.half_width_milli,
        counted_milli=measurement.counted_milli,
        grams=measurement.grams,
        counted_grams=measurement.counted_grams,
    )
    found = recompute(measurement)
    if found != told:
        message = f"{measurement.project_id}: the record says {told}, from it follows {found}"
        raise RecordDoesNotHold(message)
    parts = [
        sum(getattr(one, name) for one in measurement.segments)
        for name in ("adjusted_milli", "used_milli", "adjustment_milli")
    ]
    whole = [measurement.adjusted_milli, measurement.used_milli, measurement.adjustment_milli]
    asked = [_inputs(one) == _given(one.quantification) for one in measurement.segments]
    if parts != whole or not all(asked):
        message = f"{measurement.project_id}: its segments give {parts}, the whole is {whole}"
        raise RecordDoesNotHold(message)


def exact_grams(quantification: Quantification) -> Fraction:
    """Give the grams of a calculation before rounding, from its own formula, inputs and factor values."""
    values = {factor.name: Fraction(factor.value) for factor in quantification.factors}
    values |= {given.name: Fraction(given.value) for given in quantification.inputs}
    return actions.parse(quantification.formula).value(values) * _GRAMS


def require_after(before: Period, after: Period) -> None:
    """Refuse a reporting period that begins before the baseline period ended."""
    if after.since < before.until:
        raise PeriodsMeet(found=f"a reporting period from {after.since}", wanted=f"one from {before.until} on")


def require_inside(part: Period, whole: Period) -> None:
    """Refuse an adjustment for days outside the reporting period."""
    if part.since < whole.since or part.until > whole.until:
        found = f"an adjustment for {part.since} to {part.last_day}"
        raise PeriodsMeet(found=found, wanted=f"days within {whole.since} to {whole.last_day}")


def _counted_grams(grams: Fraction, saved_milli: int, counted_milli: int) -> Grams:
    """Give the grams of the part of a saving that counts, rounded down; nothing where nothing was saved."""
    if saved_milli <= 0 or grams <= 0:
        return Grams(0)
    return Grams(math.floor(grams * counted_milli / saved_milli))


def _segments(lines: Sequence[MeasuredLine], signed: Sequence[Adjustment], setting: Setting) -> Iterator[Segment]:
    """Cut the reporting period where factors change, and compute each part with the factors of its days."""
    runs = [list(run) for _key, run in groupby(lines, key=lambda one: _factors_on(one.last_day, setting))]
    shares = [0] * len(runs)
    for one in signed:
        days = [sum(line.days for line in run if _touches(line, one.period)) for run in runs]
        for place, part in enumerate(split(one.amount_milli, days if sum(days) else [len(run) for run in runs])):
            shares[place] += part
    for run, adjustment in zip(runs, shares, strict=True):
        terms = sum(one.adjusted_milli for one in run), sum(one.used_milli for one in run), adjustment
        until = date.fromordinal(run[-1].last_day.toordinal() + 1)
        yield Segment(
            period=Period(since=run[0].since, until=until),
            adjusted_milli=terms[0],
            used_milli=terms[1],
            adjustment_milli=terms[2],
            quantification=_quantify(setting, terms, run[-1].last_day),
        )


def _touches(line: MeasuredLine, period: Period) -> bool:
    return line.since < period.until and line.last_day >= period.since


def _factors_on(on: date, setting: Setting) -> tuple[tuple[str, int], ...]:
    """Name the factors that stand on a day."""
    found = _quantify(setting, (0, 0, 0), on)
    return tuple((factor.id, factor.version) for factor in found.factors)


def _quantify(setting: Setting, terms: tuple[int, int, int], on: date) -> Quantification:
    return actions.quantify(
        setting.action, inputs=_named(setting.action, terms), region=setting.region, on=on, book=setting.book
    )


def _named(action: GreenAction, terms: tuple[int, int, int]) -> dict[str, Decimal | int | str]:
    """Give the inputs of the method in units, exactly: three terms, or the saving alone."""
    if _ONE_TERM in {entry.name for entry in action.inputs}:
        return {_ONE_TERM: units(terms[0] - terms[1] + terms[2])}
    return dict(zip(_THREE_TERMS, map(units, terms), strict=True))


def units(milli: int) -> str:
    """Write thousandths of a unit as a decimal of the unit."""
    return f"{Decimal(milli).scaleb(-3):f}"


def _inputs(segment: Segment) -> dict[str, Fraction]:
    terms = segment.adjusted_milli, segment.used_milli, segment.adjustment_milli
    if any(one.name == _ONE_TERM for one in segment.quantification.inputs):
        return {_ONE_TERM: Fraction(terms[0] - terms[1] + terms[2], _MILLI)}
    return {name: Fraction(milli, _MILLI) for name, milli in zip(_THREE_TERMS, terms, strict=True)}


def _given(quantification: Quantification) -> dict[str, Fraction]:
    return {one.name: Fraction(one.value) for one in quantification.inputs}


@lru_cache(maxsize=64)
def _coefficients(model: Model) -> tuple[Fraction, Fraction, Fraction, Fraction, Fraction]:
    return (
        Fraction(model.base),
        Fraction(model.slope),
        Fraction(model.heating),
        Fraction(model.cooling),
        Fraction(model.occupied),
    )
