"""From the lines of a file to intervals of whole days: hours added up, temperatures joined, missing days counted."""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median
from typing import Final

from greencredit.projects.errors import MeterNumberBad, MeterUnreadable, NotThisPlace, TemperatureMissing
from greencredit.projects.rules.readings import Reading, Readings, read_meter, read_weather
from greencredit.projects.rules.sequence import require_one_unit, require_sequence
from greencredit.schemas.projects import Carrier, CarrierFacts, Grain, Interval, MeterSeries
from greencredit.schemas.values import Period

_HOURS: Final = 24
_FRIDAY: Final = 4
_IN_USE: Final = 100
_SCALE: Final = 50
"""No building uses so many times more, or less, a day after a retrofit: a unit changed between the two files."""


def take_in(content: bytes, carrier: CarrierFacts, *, weather: bytes | None = None) -> MeterSeries:
    """Read one side of the comparison, whole or not at all (IPMVP Option C: all of the meter's use, day for day).

    Hours are added up to days; a day with an hour that the file declares missing is missing. Bills stay bills, each
    with the temperatures of its days, so that a model can weigh it by its length.
    """
    readings = read_meter(content, carrier)
    rows = require_sequence(readings.grain, readings.rows)
    require_one_unit(rows, lambda row: _days(row, readings.grain))
    outside = {} if weather is None else _daily(read_weather(weather))
    if readings.temperature_unit:
        outside = _own_temperatures(rows, readings.grain) | outside
    intervals, missing = _intervals(rows, readings, outside)
    if not intervals:
        raise MeterUnreadable(rows[-1].line, found="nothing but empty cells", wanted="readings")
    digest = hashlib.sha256(content if weather is None else content + weather).hexdigest()
    last = rows[-1]
    until = last.stamp.until or last.stamp.begins.date() + timedelta(days=1)
    return MeterSeries(
        carrier=Carrier(carrier.carrier),
        grain=readings.grain,
        digest=digest,
        period=Period(since=rows[0].stamp.begins.date(), until=until),
        lines=len(rows),
        unit=readings.unit,
        temperature_unit=readings.temperature_unit,
        occupancy_told=readings.occupancy_told,
        missing_days=missing,
        intervals=tuple(intervals),
    )


def require_comparable(before: MeterSeries, after: MeterSeries) -> None:
    """Refuse two sides that differ in what one observation is, in how occupancy is known, or in scale."""
    if before.grain.models is not after.grain.models:
        raise NotThisPlace(1, found=f"{after.grain} readings", wanted=f"{before.grain}, as in the baseline period")
    if before.occupancy_told is not after.occupancy_told:
        wanted = "occupancy in both files or in neither"
        raise NotThisPlace(1, found=f"occupancy told: {after.occupancy_told}", wanted=wanted)
    usual, now = (median(one.used_milli / one.days for one in side.intervals) for side in (before, after))
    if now > usual * _SCALE or now * _SCALE < usual:
        found = f"{now / 1000:,.1f} a day against {usual / 1000:,.1f} in the baseline period"
        raise NotThisPlace(1, found=found, wanted="the same unit and the same meter on both sides")


def _days(row: Reading, grain: Grain) -> int:
    if row.stamp.until is None or grain in {Grain.HOURLY, Grain.DAILY}:
        return 1
    return (row.stamp.until - row.stamp.begins.date()).days


def _daily(weather: Readings) -> dict[date, int]:
    """Give the mean temperature of each day of a weather file."""
    if weather.grain is Grain.DAILY:
        return {
            row.stamp.begins.date(): row.temperature_milli for row in weather.rows if row.temperature_milli is not None
        }
    return _means(require_sequence(Grain.HOURLY, weather.rows))


def _own_temperatures(rows: tuple[Reading, ...], grain: Grain) -> dict[date, int]:
    """Give the temperatures that stand beside the readings; a bill's mean stands for each of its days."""
    if grain is Grain.HOURLY:
        return _means(rows)
    found: dict[date, int] = {}
    for row in rows:
        if row.temperature_milli is not None:
            since = row.stamp.begins.date()
            found |= {since + timedelta(days=day): row.temperature_milli for day in range(_days(row, grain))}
    return found


def _means(rows: tuple[Reading, ...]) -> dict[date, int]:
    hours: dict[date, list[int]] = {}
    for row in rows:
        if row.temperature_milli is not None:
            hours.setdefault(row.stamp.begins.date(), []).append(row.temperature_milli)
    return {day: round(sum(found) / len(found)) for day, found in hours.items()}


def _intervals(
    rows: tuple[Reading, ...], readings: Readings, outside: Mapping[date, int]
) -> tuple[list[Interval], int]:
    """Give the intervals that were metered whole, and the number of days that were not."""
    grain = readings.grain
    step = _HOURS if grain is Grain.HOURLY else 1
    found, missing = [], 0
    for first in range(0, len(rows), step):
        group = rows[first : first + step]
        uses = [row.used_milli for row in group if row.used_milli is not None]
        days = _days(group[0], grain)
        if len(uses) < len(group):
            missing += days
            continue
        since = group[0].stamp.begins.date()
        dates = [since + timedelta(days=day) for day in range(days)]
        found.append(
            Interval(
                since=since,
                used_milli=sum(uses),
                temperatures_milli=tuple(_outside(group[0].line, day, outside) for day in dates),
                occupied_percent=_occupancy(group, dates, told=readings.occupancy_told),
            )
        )
    return found, missing


def _outside(line: int, day: date, outside: Mapping[date, int]) -> int:
    if day not in outside:
        raise TemperatureMissing(line, found=f"no temperature of {day}", wanted="one for every day that was metered")
    return outside[day]


def _occupancy(group: tuple[Reading, ...], dates: list[date], *, told: bool) -> tuple[int, ...]:
    if not told:
        return tuple(_IN_USE if day.weekday() <= _FRIDAY else 0 for day in dates)
    shares = []
    for row in group:
        if row.occupied_percent is None:
            raise MeterNumberBad(row.line, found="no occupancy", wanted="a share between 0 and 1 on every line")
        shares.append(row.occupied_percent)
    return (round(sum(shares) / len(shares)),) * len(dates)
