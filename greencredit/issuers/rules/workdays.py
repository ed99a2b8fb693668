"""Counts working days by the statutory calendar: a year that is not known is an error, never a guess (法定工作日)."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from greencredit.issuers.errors import CalendarUnknown
from greencredit.schemas.issuers import WorkYear

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)

Years = Mapping[int, WorkYear]


def is_workday(day: date, years: Years) -> bool:
    """Tell whether a day is worked in China."""
    year = years.get(day.year)
    if year is None:
        raise CalendarUnknown(found=day.year, wanted=sorted(years))
    return day in year.work or (day.weekday() < _SATURDAY and day not in year.off)


def after_workdays(start: date, days: int, years: Years) -> date:
    """Give the last day of a period of so many working days; the day on which it is set off does not count."""
    day = start
    while days > 0:
        day += _DAY
        days -= is_workday(day, years)
    return day


def workdays_between(start: date, end: date, years: Years) -> int:
    """Count the working days after one day up to and with another."""
    found, day = 0, start
    while day < end:
        day += _DAY
        found += is_workday(day, years)
    return found
