"""A meter file is read whole; the first line that is wrong is named by line, found and wanted, under a stable code."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from greencredit.projects.errors import (
    LeapDayWrong,
    MeterColumnsWrong,
    MeterNumberBad,
    MeterReversed,
    MeterTimeBad,
    MeterUnitWrong,
    MeterUnreadable,
)
from greencredit.schemas.projects import CarrierFacts, Grain

MOST_LINES: Final = 200_000
_TIME_COLUMNS: Final[Mapping[tuple[str, ...], Grain]] = {
    ("time",): Grain.HOURLY,
    ("date",): Grain.DAILY,
    ("month",): Grain.MONTHLY,
    ("since", "until"): Grain.BILLS,
}
_TEMPERATURES: Final = ("temp_c", "temp_f")
_OCCUPIED: Final = "occupied"
_UNITS: Final = frozenset(
    {"wh", "kwh", "mwh", "gwh", "l", "m3", "mj", "gj", "kj", "btu", "therm", "kcal", "kgce", "tce"}
)
"""Column names that mean a unit, so that the wrong one is called a wrong unit and not an unknown column."""
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,20})?")
_TIME: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::00)?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_HOTTEST_MILLI: Final = 60_000
_WHOLE: Final = 100


class Stamp(NamedTuple):
    """What the time of a line says: its first instant by the file's clock, the day after it (bills), its offset."""

    begins: datetime
    until: date | None
    offset: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One line of a file."""

    line: int
    stamp: Stamp
    used_milli: int | None
    """`None` where the cell is empty: the file says itself that this is missing."""
    temperature_milli: int | None
    occupied_percent: int | None


@dataclass(frozen=True, slots=True)
class Readings:
    """All lines of a meter file, or of a weather file, which has no unit."""

    grain: Grain
    unit: str
    temperature_unit: str
    occupancy_told: bool
    rows: tuple[Reading, ...]


def read_meter(content: bytes, carrier: CarrierFacts) -> Readings:
    """Read a file with one column of time, one of use named by its unit, and perhaps temperature and occupancy."""
    lines = _lines(content)
    header = _header(lines)
    grain, times = _time_columns(header)
    unit = _unit_column(header, times, carrier)
    temperature = next((name for name in _TEMPERATURES if name in header), "")
    _require_known(header, {*times, unit, *_TEMPERATURES, _OCCUPIED})
    factor = carrier.thousandths[unit]
    rows = []
    for line, cells in lines:
        row = _row(line, cells, header)
        rows.append(
            Reading(
                line,
                _stamp(line, grain, [row[name] for name in times]),
                _use(line, row[unit], factor),
                _temperature(line, row.get(temperature, ""), temperature),
                _occupancy(line, row.get(_OCCUPIED, "")),
            )
        )
    if not rows:
        raise MeterUnreadable(1, found="no readings", wanted="one reading a line")
    return Readings(grain, unit, temperature.removeprefix("temp_"), _OCCUPIED in header, tuple(rows))


def read_weather(content: bytes) -> Readings:
    """Read a file of hourly or daily outdoor temperatures, as a weather station gives them."""
    lines = _lines(content)
    header = _header(lines)
    grain, times = _time_columns(header)
    temperature = next((name for name in _TEMPERATURES if name in header), "")
    if grain not in {Grain.HOURLY, Grain.DAILY} or not temperature:
        wanted = "time or date, and temp_c or temp_f"
        raise MeterColumnsWrong(1, found=", ".join(header), wanted=wanted)
    _require_known(header, {*times, *_TEMPERATURES})
    rows = []
    for line, cells in lines:
        row = _row(line, cells, header)
        stamp = _stamp(line, grain, [row[name] for name in times])
        rows.append(Reading(line, stamp, None, _temperature(line, row[temperature], temperature), None))
    if not rows:
        raise MeterUnreadable(1, found="no temperatures", wanted="one temperature a line")
    return Readings(grain, "", temperature.removeprefix("temp_"), occupancy_told=False, rows=tuple(rows))


def _lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each line that has any, with its number."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as fault:
            line = content[: fault.start].count(b"\n") + 1
            raise MeterUnreadable(line, found="bytes of another coding", wanted="UTF-8 or GB 18030") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if reader.line_num > MOST_LINES + 1:
                raise MeterUnreadable(reader.line_num, found="more lines", wanted=f"at most {MOST_LINES:,}")
            if cells:
                yield reader.line_num, [cell.strip() for cell in cells]
    except csv.Error as fault:
        raise MeterUnreadable(reader.line_num, found=str(fault), wanted="comma-separated values") from None


def _header(lines: Iterator[tuple[int, list[str]]]) -> list[str]:
    _, cells = next(lines, (1, []))
    header = [cell.lower() for cell in cells]
    if not header:
        raise MeterUnreadable(1, found="an empty file", wanted="a header and one reading a line")
    for name in header:
        if header.count(name) > 1:
            raise MeterColumnsWrong(1, found=f"column {name[:40]} twice", wanted="every column once")
    return header


def _time_columns(header: Sequence[str]) -> tuple[Grain, tuple[str, ...]]:
    found = [(grain, names) for names, grain in _TIME_COLUMNS.items() if set(names) <= set(header)]
    if len(found) != 1:
        wanted = "one of time, date, month, or since with until"
        raise MeterColumnsWrong(1, found=", ".join(header)[:200], wanted=wanted)
    return found[0]


def _unit_column(header: Sequence[str], times: Sequence[str], carrier: CarrierFacts) -> str:
    units = [name for name in header if name in carrier.thousandths]
    wanted = " or ".join(carrier.thousandths)
    if len(units) == 1:
        return units[0]
    others = [name for name in header if name in _UNITS]
    if others:
        raise MeterUnitWrong(1, found=", ".join(others), wanted=f"one column {wanted}", unit=others[0])
    left = ", ".join(name for name in header if name not in times)
    raise MeterColumnsWrong(1, found=left[:200] or "no column of use", wanted=f"a column {wanted}")


def _require_known(header: Sequence[str], known: set[str]) -> None:
    for name in header:
        if name not in known:
            raise MeterColumnsWrong(1, found=f"column {name[:40]!r}", wanted=", ".join(sorted(known)), column=name[:40])
    if set(_TEMPERATURES) <= set(header):
        raise MeterColumnsWrong(1, found="temp_c and temp_f", wanted="one column of temperature")


def _row(line: int, cells: Sequence[str], header: Sequence[str]) -> dict[str, str]:
    if len(cells) != len(header):
        raise MeterUnreadable(line, found=f"{len(cells)} cells", wanted=f"{len(header)} cells")
    return dict(zip(header, cells, strict=True))


def _decimal(line: int, text: str, wanted: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise MeterNumberBad(line, found=repr(text[:40]), wanted=wanted)
    return Decimal(text)


def _use(line: int, text: str, factor: int) -> int | None:
    if not text:
        return None
    value = _decimal(line, text, "a plain decimal number")
    if value < 0:
        raise MeterReversed(line, found=text, wanted="a use of zero or more")
    return round(value * factor)


def _temperature(line: int, text: str, column: str) -> int | None:
    if not text:
        return None
    value = _decimal(line, text, "degrees as a plain decimal number")
    celsius = (value - 32) * 5 / 9 if column == "temp_f" else value
    milli = round(celsius * 1000)
    if abs(milli) > _HOTTEST_MILLI:
        raise MeterNumberBad(line, found=f"{text} in {column}", wanted="an outdoor temperature between -60 and 60 °C")
    return milli


def _occupancy(line: int, text: str) -> int | None:
    if not text:
        return None
    percent = round(_decimal(line, text, "a share between 0 and 1") * _WHOLE)
    if not 0 <= percent <= _WHOLE:
        raise MeterNumberBad(line, found=text, wanted="a share between 0 and 1")
    return percent


def _stamp(line: int, grain: Grain, texts: Sequence[str]) -> Stamp:
    if grain is Grain.HOURLY:
        return _hour(line, texts[0])
    if grain is Grain.DAILY:
        return Stamp(_midnight(_day(line, texts[0])), None, "")
    if grain is Grain.MONTHLY:
        return _month(line, texts[0])
    since, until = (_day(line, text) for text in texts)
    if until <= since:
        raise MeterTimeBad(line, found=f"{since} to {until}", wanted="a billing period that ends after it begins")
    return Stamp(_midnight(since), until, "")


def _hour(line: int, text: str) -> Stamp:
    found = _TIME.fullmatch(text)
    if found is None or found[3] != "00":
        raise MeterTimeBad(
            line, found=repr(text[:40]), wanted="a whole hour such as 2025-03-01T14:00, with or without +08:00"
        )
    begins = _midnight(_day(line, found[1])) + timedelta(hours=int(found[2]))
    return Stamp(begins, None, "+00:00" if found[4] == "Z" else found[4] or "")


def _month(line: int, text: str) -> Stamp:
    found = _MONTH.fullmatch(text)
    if found is None:
        raise MeterTimeBad(line, found=repr(text[:40]), wanted="a month such as 2025-03")
    first = _day(line, f"{text}-01")
    until = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return Stamp(_midnight(first), until, "")


def _day(line: int, text: str) -> date:
    found = _DATE.fullmatch(text)
    if found is None:
        raise MeterTimeBad(line, found=repr(text[:40]), wanted="a day such as 2025-03-01")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        if text[5:] == "02-29":
            raise LeapDayWrong(line, found=text, wanted=f"no 29 February: {found[1]} is no leap year") from None
        raise MeterTimeBad(line, found=text, wanted="a day of the calendar") from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())
