"""Months, quarters, years and other periods: what kind a period is, what came before it, what it is compared with."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from greencredit.schemas.actions import Factor, Gas, Tier
from greencredit.schemas.awards import ConsumerTotals
from greencredit.schemas.reports import (
    ContributionTotals,
    EquivalentBasis,
    EquivalentNote,
    FactorNote,
    PeriodFigures,
    Span,
)
from greencredit.schemas.reports import Tier as NotedTier
from greencredit.schemas.values import Credits, Grams, Period

_MONTHS_OF: Final = {Span.MONTH: 1, Span.QUARTER: 3, Span.YEAR: 12}
_SHOWN: Final = {Span.MONTH: 12, Span.QUARTER: 8, Span.YEAR: 5, Span.DAYS: 2}
"""How many periods of one kind a trend shows, the one of the report included."""

_GRAMS_PER_KILOGRAM: Final = 1000


def span_of(period: Period) -> Span:
    """Tell whether a period is a calendar month, quarter or year, or just days."""
    first, until = period.since, period.until
    if first.day == until.day == 1:
        months = (until.year - first.year) * 12 + until.month - first.month
        for span, length in _MONTHS_OF.items():
            if months == length and (first.month - 1) % length == 0:
                return span
    return Span.DAYS


def before(period: Period) -> Period:
    """Give the period of the same kind that ends where this one begins."""
    span = span_of(period)
    if span is Span.DAYS:
        return Period(since=period.since - (period.until - period.since), until=period.since)
    return Period(since=_months_earlier(period.since, _MONTHS_OF[span]), until=period.since)


def trend_of(period: Period) -> tuple[Period, ...]:
    """Give the periods of the same kind that lead up to this one, oldest first, itself last."""
    found = [period]
    while len(found) < _SHOWN[span_of(period)]:
        found.append(before(found[-1]))
    return tuple(reversed(found))


def figures_of(period: Period, totals: ContributionTotals) -> PeriodFigures:
    """Say what the period of a report came to, as one point of a trend."""
    return PeriodFigures(
        period=period, awards=totals.awards, credits=totals.credits, avoided_g_co2e=totals.avoided_g_co2e
    )


def figures_by_month(periods: Iterable[Period], totals: ConsumerTotals) -> tuple[PeriodFigures, ...]:
    """Sum the months of earlier periods; every period is made of whole months."""
    found = []
    for period in periods:
        months = [one for one in totals.by_month if date.fromisoformat(f"{one.month}-01") in period]
        found.append(
            PeriodFigures(
                period=period,
                awards=sum(one.count for one in months),
                credits=Credits(sum(one.credits for one in months)),
                avoided_g_co2e=Grams(sum(one.grams for one in months)),
            )
        )
    return tuple(found)


def equivalent_bases(
    wanted: Iterable[EquivalentBasis], published: Mapping[str, Factor]
) -> tuple[tuple[EquivalentBasis, Factor], ...]:
    """Keep the illustrations whose factor is published, was seen by somebody, and counts CO2e."""
    return tuple(
        (one, factor)
        for one in wanted
        if (factor := published.get(one.factor)) is not None
        and factor.verification == "verified"
        and factor.tier is not Tier.D
        and factor.gas is Gas.CO2E
    )


def equivalents_of(grams: Grams, bases: Iterable[tuple[EquivalentBasis, Factor]]) -> tuple[EquivalentNote, ...]:
    """Illustrate a mass: rounded down, and left out where it does not come to one whole unit."""
    found = []
    for basis, factor in bases:
        amount = int(Decimal(grams) / _GRAMS_PER_KILOGRAM / factor.value) if grams > 0 else 0
        if amount:
            found.append(
                EquivalentNote(name=basis.name, title=basis.title, unit=basis.unit, amount=amount, factor=_note(factor))
            )
    return tuple(found)


def _note(factor: Factor) -> FactorNote:
    return FactorNote(
        factor_id=factor.id,
        title=factor.title,
        value=factor.value,
        unit=factor.unit,
        region=factor.region,
        valid_from=factor.valid_from,
        valid_to=factor.valid_to,
        publisher=factor.publisher,
        document=factor.document,
        tier=NotedTier(factor.tier.value),
        version=factor.version,
    )


def _months_earlier(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
