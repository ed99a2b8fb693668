"""Periods of figures: whole calendar months, so that no two of them differ by a day."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Final

from greencredit.organisations.errors import NotWholeMonths
from greencredit.schemas.values import Period

_LONGEST_MONTHS: Final = 24


def _number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def require_whole_months(period: Period) -> None:
    """Refuse a period that does not begin and end with a month: two that differ by a day tell of that day."""
    months = _number(period.until) - _number(period.since)
    if period.since.day != 1 or period.until.day != 1 or months > _LONGEST_MONTHS:
        raise NotWholeMonths(period)


def month_before(day: date) -> Period:
    """Give the last whole month that was over on a day."""
    return Period(since=_first(_number(day) - 1), until=_first(_number(day)))


def months_of(period: Period) -> list[Period]:
    """List the whole months of a period."""
    return [
        Period(since=_first(number), until=_first(number + 1))
        for number in range(_number(period.since), _number(period.until))
    ]


def period_before(period: Period) -> Period:
    """Give the period of as many months that ends where this one begins."""
    length = _number(period.until) - _number(period.since)
    return Period(since=_first(_number(period.since) - length), until=period.since)


def touching(period: Period, others: Iterable[Period]) -> list[Period]:
    """Give those of the others that overlap the period, or overlap one that does, and so on.

    A year and a month of it published, the rest of the year is known; with another month of it, less is left.
    """
    left, found = list(others), [period]
    while near := [one for one in left if any(one.since < two.until and two.since < one.until for two in found)]:
        found += near
        left = [one for one in left if one not in near]
    return found[1:]


def spans_of(periods: Iterable[Period]) -> list[Period]:
    """Cut time where one of these periods begins or ends: the pieces that can be told apart, first to last."""
    cuts = sorted({day for one in periods for day in (one.since, one.until)})
    return [Period(since=since, until=until) for since, until in pairwise(cuts)]
