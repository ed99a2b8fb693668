"""Time goes forward without holes: hours, days, months and bills follow each other, or the fault is named by line."""

import calendar
import statistics
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

from greencredit.projects.errors import (
    DaylightSaving,
    HourTwice,
    IntervalsOverlap,
    LeapDayWrong,
    MeterGap,
    MeterOutOfOrder,
    MeterRefused,
    MeterTimeBad,
    MeterUnitWrong,
)
from greencredit.projects.rules.readings import Reading
from greencredit.schemas.projects import Grain

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
_CHINA: Final = timezone(timedelta(hours=8))
_SUNDAY: Final = 6
_SPRING: Final = frozenset({3, 4, 5})
_AUTUMN: Final = frozenset({9, 10, 11})
_NIGHT: Final = range(4)
"""Clocks are changed in the small hours of a Sunday."""
_LEAP: Final = 100
"""No meter uses so many times its usual amount in one reading; a unit that changed does."""
_RUN: Final = 3
_NO_DST: Final = "the hours of a clock that is never changed, such as 2025-03-30T02:00+08:00"


def require_sequence(grain: Grain, rows: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Refuse gaps, repeats and changed clocks; hours with an offset come back by the clock of China."""
    if grain is Grain.HOURLY:
        rows = _in_china(rows)
        _each_follows(rows, _after_hour, _hour_fault)
        _require_whole_days(rows)
    elif grain is Grain.DAILY:
        _each_follows(rows, lambda row: row.stamp.begins + _DAY, _day_fault)
    else:
        _each_follows(rows, _after_bill, _bill_fault)
    return rows


def require_one_unit(rows: Iterable[Reading], days_of: Callable[[Reading], int]) -> None:
    """Refuse readings that leap a hundredfold: somewhere the unit changed (Wh for kWh, kWh for MWh)."""
    rates = [(row, row.used_milli / days_of(row)) for row in rows if row.used_milli]
    if not rates:
        return
    usual = statistics.median(rate for _row, rate in rates)
    low = 0
    for row, rate in rates:
        if rate > usual * _LEAP:
            raise MeterUnitWrong(
                row.line, found=f"{rate / usual:,.0f} times the usual use", wanted="one unit all along"
            )
        low = low + 1 if rate * _LEAP < usual else 0
        if low == _RUN:
            found = f"1/{usual / rate:,.0f} of the usual use, {_RUN} times running"
            raise MeterUnitWrong(row.line, found=found, wanted="one unit all along")


def _in_china(rows: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Read hours that carry an offset by the clock of China; an offset that changes is a clock that was changed."""
    first = rows[0].stamp.offset
    for row in rows:
        if bool(row.stamp.offset) is not bool(first):
            found = f"offset {row.stamp.offset or 'none'} after {first or 'none'}"
            raise MeterTimeBad(row.line, found=found, wanted="an offset on every line or on none")
        if row.stamp.offset != first:
            raise DaylightSaving(
                row.line, found=f"offset {row.stamp.offset} after {first}", wanted="one offset all along"
            )
    if not first or first == "+08:00":
        return rows
    hours, minutes = int(first[1:3]), int(first[4:])
    own = timezone((1 if first[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
    moved = []
    for row in rows:
        here = row.stamp.begins.replace(tzinfo=own).astimezone(_CHINA).replace(tzinfo=None)
        if here.minute:
            raise MeterTimeBad(row.line, found=f"offset {first}", wanted="an offset of whole hours")
        moved.append(replace(row, stamp=row.stamp._replace(begins=here)))
    return tuple(moved)


def _each_follows(
    rows: tuple[Reading, ...],
    after: Callable[[Reading], datetime],
    fault: Callable[[Reading, Reading, datetime], MeterRefused],
) -> None:
    for before, row in pairwise(rows):
        wanted = after(before)
        if row.stamp.begins != wanted:
            raise fault(before, row, wanted)


def _after_hour(row: Reading) -> datetime:
    return row.stamp.begins + _HOUR


def _after_bill(row: Reading) -> datetime:
    assert row.stamp.until is not None, "a bill and a month have an end"
    return datetime.combine(row.stamp.until, datetime.min.time())


def _hour_fault(before: Reading, row: Reading, wanted: datetime) -> MeterRefused:
    begins = row.stamp.begins
    on_sunday_night = begins.weekday() == _SUNDAY and wanted.hour in {*_NIGHT, _NIGHT.stop}
    if begins <= before.stamp.begins:
        if on_sunday_night and begins.month in _AUTUMN and begins.hour in _NIGHT:
            return DaylightSaving(
                row.line, found=f"{begins:%F %H:%M} again, on a Sunday night in autumn", wanted=_NO_DST
            )
        if begins == before.stamp.begins:
            return HourTwice(row.line, found=f"{begins:%F %H:%M} again", wanted=f"{wanted:%F %H:%M}")
        return MeterOutOfOrder(row.line, found=f"{begins:%F %H:%M}", wanted=f"{wanted:%F %H:%M}")
    if begins - wanted == _HOUR and on_sunday_night and begins.month in _SPRING:
        found = f"no {wanted:%F %H:%M}, on a Sunday night in spring"
        return DaylightSaving(row.line, found=found, wanted=_NO_DST)
    if _is_leap_day(wanted.date()) and wanted.hour == 0 and begins - wanted == _DAY:
        return LeapDayWrong(row.line, found=f"no hours of {wanted:%F}", wanted="every day of a leap year")
    hours = (begins - wanted) // _HOUR
    return MeterGap(
        row.line, found=f"{begins:%F %H:%M}, {hours} hours missing", wanted=f"{wanted:%F %H:%M}", hours=hours
    )


def _day_fault(before: Reading, row: Reading, wanted: datetime) -> MeterRefused:
    begins = row.stamp.begins
    if begins == before.stamp.begins:
        return IntervalsOverlap(row.line, found=f"{begins:%F} again", wanted=f"{wanted:%F}")
    if begins < before.stamp.begins:
        return MeterOutOfOrder(row.line, found=f"{begins:%F}", wanted=f"{wanted:%F}")
    if _is_leap_day(wanted.date()) and begins - wanted == _DAY:
        return LeapDayWrong(row.line, found=f"no {wanted:%F}", wanted="every day of a leap year")
    days = (begins - wanted).days
    return MeterGap(row.line, found=f"{begins:%F}, {days} days missing", wanted=f"{wanted:%F}", days=days)


def _bill_fault(before: Reading, row: Reading, wanted: datetime) -> MeterRefused:
    begins = row.stamp.begins
    if begins < before.stamp.begins:
        return MeterOutOfOrder(row.line, found=f"{begins:%F}", wanted=f"{wanted:%F}")
    if begins < wanted:
        return IntervalsOverlap(row.line, found=f"{begins:%F}, billed before", wanted=f"{wanted:%F}")
    days = (begins - wanted).days
    return MeterGap(row.line, found=f"{begins:%F}, {days} days missing", wanted=f"{wanted:%F}", days=days)


def _require_whole_days(rows: tuple[Reading, ...]) -> None:
    first, last = rows[0], rows[-1]
    if first.stamp.begins.hour != 0:
        raise MeterGap(first.line, found=f"{first.stamp.begins:%F %H:%M} first", wanted="a first day from 00:00 on")
    if last.stamp.begins.hour != 23:  # noqa: PLR2004 - the last hour of a day
        raise MeterGap(last.line, found=f"{last.stamp.begins:%F %H:%M} last", wanted="a last day up to 23:00")


def _is_leap_day(day: date) -> bool:
    return calendar.isleap(day.year) and (day.month, day.day) == (2, 29)
