"""Bad meters are named by line under a stable code and refused whole; good ones become days and bills."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import pytest

from greencredit.kernel.errors import Refusal
from greencredit.projects.catalogue import carriers
from greencredit.projects.errors import MeterRefused
from greencredit.projects.rules import require_comparable, take_in
from greencredit.schemas.projects import Carrier, Grain, MeterSeries
from greencredit.schemas.values import Period
from tests.factories.projects import daily_csv, heated, meter_csv, weather_of

POWER = carriers()[Carrier.ELECTRICITY]
GAS = carriers()[Carrier.NATURAL_GAS]
MONDAY = date(2025, 3, 3)


def hours(
    first: datetime, count: int, *, offset: str = "", skip: Sequence[int] = (), again: Sequence[int] = ()
) -> bytes:
    """Write an hourly file; hours may be left out or told twice."""
    rows: list[tuple[str, str, str]] = []
    for place in range(count):
        at = first + timedelta(hours=place)
        row = (f"{at:%Y-%m-%dT%H:%M}{offset}", "1.5", "10")
        rows += [] if place in skip else [row, row] if place in again else [row]
    return meter_csv(("time", "kwh", "temp_c"), rows)


def days(first: date, count: int, *, skip: Sequence[int] = (), changed: dict[int, str] | None = None) -> bytes:
    """Write a daily file of 24 kWh a day; days may be left out, uses replaced."""
    rows = [
        (first + timedelta(days=place), (changed or {}).get(place, "24"), "10")
        for place in range(count)
        if place not in skip
    ]
    return meter_csv(("date", "kwh", "temp_c"), rows)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


BAD: dict[str, tuple[bytes, str, int]] = {
    "an hour is missing": (hours(at("2025-03-03T00:00"), 48, skip=[10]), "projects.meter_gap", 12),
    "a day is missing": (days(MONDAY, 10, skip=[4]), "projects.meter_gap", 6),
    "the first day begins late": (hours(at("2025-03-03T05:00"), 43), "projects.meter_gap", 2),
    "the last day ends early": (hours(at("2025-03-03T00:00"), 40), "projects.meter_gap", 41),
    "the meter runs backwards": (days(MONDAY, 10, changed={3: "-24"}), "projects.meter_reversed", 5),
    "the unit is another carrier's": (
        meter_csv(("date", "m3", "temp_c"), [(MONDAY, 1, 2)]),
        "projects.meter_unit_wrong",
        1,
    ),
    "the unit changes to Wh": (
        days(MONDAY, 20, changed=dict.fromkeys(range(12, 16), "24000")),
        "projects.meter_unit_wrong",
        14,
    ),
    "the unit changes to MWh": (
        days(MONDAY, 20, changed=dict.fromkeys(range(12, 16), "0.024")),
        "projects.meter_unit_wrong",
        16,
    ),
    "an hour is there twice": (hours(at("2025-03-03T00:00"), 48, again=[10]), "projects.hour_twice", 13),
    "a day is there twice": (
        meter_csv(("date", "kwh", "temp_c"), [(MONDAY, 1, 2), (MONDAY, 1, 2)]),
        "projects.intervals_overlap",
        3,
    ),
    "29 February of a year without one": (
        meter_csv(("date", "kwh", "temp_c"), [("2025-02-28", 1, 2), ("2025-02-29", 1, 2)]),
        "projects.leap_day",
        3,
    ),
    "29 February is left out, by day": (days(date(2024, 2, 26), 8, skip=[3]), "projects.leap_day", 5),
    "29 February is left out, by hour": (
        hours(at("2024-02-28T00:00"), 72, skip=range(24, 48)),
        "projects.leap_day",
        26,
    ),
    "the clock is put forward": (hours(at("2025-03-29T00:00"), 72, skip=[26]), "projects.daylight_saving", 28),
    "the clock is put back": (hours(at("2025-10-25T00:00"), 72, again=[25]), "projects.daylight_saving", 28),
    "the offset changes": (
        hours(at("2025-03-29T00:00"), 24, offset="+01:00").rstrip()
        + b"\n"
        + hours(at("2025-03-30T00:00"), 24, offset="+02:00").partition(b"\n")[2],
        "projects.daylight_saving",
        26,
    ),
    "days run backwards": (
        meter_csv(("date", "kwh", "temp_c"), [(MONDAY, 1, 2), ("2025-03-01", 1, 2)]),
        "projects.meter_out_of_order",
        3,
    ),
    "bills overlap": (
        meter_csv(
            ("since", "until", "kwh", "temp_c"),
            [("2025-01-01", "2025-02-03", 1, 2), ("2025-02-01", "2025-03-01", 1, 2)],
        ),
        "projects.intervals_overlap",
        3,
    ),
    "a bill is missing": (
        meter_csv(
            ("since", "until", "kwh", "temp_c"),
            [("2025-01-01", "2025-02-01", 1, 2), ("2025-03-01", "2025-04-01", 1, 2)],
        ),
        "projects.meter_gap",
        3,
    ),
    "a month is missing": (
        meter_csv(("month", "kwh", "temp_c"), [("2025-01", 1, 2), ("2025-03", 1, 2)]),
        "projects.meter_gap",
        3,
    ),
    "a bill ends before it begins": (
        meter_csv(("since", "until", "kwh", "temp_c"), [("2025-02-01", "2025-01-01", 1, 2)]),
        "projects.meter_time_bad",
        2,
    ),
    "a quarter of an hour": (
        meter_csv(("time", "kwh", "temp_c"), [("2025-03-03T00:15", 1, 2)]),
        "projects.meter_time_bad",
        2,
    ),
    "a number that is none": (days(MONDAY, 5, changed={2: "1e3"}), "projects.meter_number_bad", 4),
    "a temperature of no place": (
        meter_csv(("date", "kwh", "temp_c"), [(MONDAY, 1, 75)]),
        "projects.meter_number_bad",
        2,
    ),
    "no temperature": (meter_csv(("date", "kwh"), [(MONDAY, 1)]), "projects.temperature_missing", 2),
    "an unknown column": (
        meter_csv(("date", "kwh", "colour"), [(MONDAY, 1, 2)]),
        "projects.meter_columns",
        1,
    ),
    "no column of use": (meter_csv(("date", "temp_c"), [(MONDAY, 1)]), "projects.meter_columns", 1),
    "two columns of time": (
        meter_csv(("date", "month", "kwh"), [(MONDAY, "2025-03", 1)]),
        "projects.meter_columns",
        1,
    ),
    "a short line": (b"date,kwh,temp_c\n2025-03-03,1\n", "projects.meter_unreadable", 2),
    "nothing": (b"", "projects.meter_unreadable", 1),
    "a header alone": (b"date,kwh,temp_c\n", "projects.meter_unreadable", 1),
    "neither UTF-8 nor GB 18030": (b"date,kwh\n\xff\xff\xff,1\n", "projects.meter_unreadable", 2),
}


@pytest.mark.proves("ACT-3")
@pytest.mark.parametrize("what", BAD)
def test_a_bad_meter_is_named_by_code_and_line(what: str) -> None:
    content, code, line = BAD[what]

    with pytest.raises(MeterRefused) as no:
        take_in(content, POWER)

    assert (no.value.code, no.value.facts["line"]) == (code, line)
    assert no.value.facts["found"]
    assert no.value.facts["wanted"]


def test_every_code_of_bad_data_is_met_by_a_bad_meter() -> None:
    kinds = {kind.code for kind in MeterRefused.__subclasses__()} - {"projects.not_comparable"}

    assert {code for _content, code, _line in BAD.values()} == kinds


@pytest.mark.proves("ACT-3")
def test_hours_are_added_up_to_days_with_their_mean_temperature() -> None:
    series = take_in(hours(at("2024-02-28T00:00"), 72), POWER)

    assert (series.grain, series.period, series.days) == (
        Grain.HOURLY,
        Period(since=date(2024, 2, 28), until=date(2024, 3, 2)),
        3,
    )
    assert [one.used_milli for one in series.intervals] == [36_000] * 3
    assert [one.temperatures_milli for one in series.intervals] == [(10_000,)] * 3
    assert [one.occupied_percent for one in series.intervals] == [(100,)] * 3


def test_hours_with_another_offset_are_read_by_the_clock_of_china() -> None:
    series = take_in(hours(at("2025-03-02T16:00"), 24, offset="Z"), POWER)

    assert series.period == Period(since=MONDAY, until=date(2025, 3, 4))


def test_a_day_that_the_file_declares_missing_is_counted_and_a_silent_gap_is_refused() -> None:
    series = take_in(days(MONDAY, 10, changed={3: ""}), POWER)

    assert (series.days, series.missing_days) == (9, 1)
    assert date(2025, 3, 6) not in {one.since for one in series.intervals}


@pytest.mark.proves("ACT-3")
def test_irregular_bills_keep_their_length_and_the_temperatures_of_their_days() -> None:
    bills = meter_csv(
        ("since", "until", "kwh"), [("2024-01-29", "2024-03-02", "3300"), ("2024-03-02", "2024-03-30", "2520")]
    )
    outside = meter_csv(
        ("date", "temp_c"),
        [(date(2024, 1, 29) + timedelta(days=day), day / 10) for day in range(61)],
    )

    series = take_in(bills, POWER, weather=outside)

    assert [one.days for one in series.intervals] == [33, 28]
    assert series.intervals[0].temperatures_milli[:3] == (0, 100, 200)
    assert sum(series.intervals[1].occupied_percent) == 2000  # twenty working days


def test_a_month_has_as_many_days_as_the_calendar_gives_it() -> None:
    series = take_in(meter_csv(("month", "kwh", "temp_c"), [("2024-02", 290, 3), ("2024-03", 310, 9)]), POWER)

    assert [one.days for one in series.intervals] == [29, 31]
    assert series.period == Period(since=date(2024, 2, 1), until=date(2024, 4, 1))


def test_occupancy_is_taken_from_the_file_where_it_tells_it() -> None:
    rows = [(MONDAY, 24, 10, "0.25"), (MONDAY + timedelta(days=1), 24, 10, "1")]

    series = take_in(meter_csv(("date", "kwh", "temp_c", "occupied"), rows), POWER)

    assert series.occupancy_told
    assert [one.occupied_percent for one in series.intervals] == [(25,), (100,)]


@pytest.mark.parametrize(
    ("unit", "scale", "fahrenheit"), [("wh", 1000.0, False), ("mwh", 0.001, False), ("kwh", 1.0, True)]
)
def test_the_same_data_in_other_units_are_the_same_data(unit: str, scale: float, *, fahrenheit: bool) -> None:
    plain = take_in(daily_csv(MONDAY, 30, heated()), POWER)
    other = take_in(daily_csv(MONDAY, 30, heated(), unit=unit, scale=scale, fahrenheit=fahrenheit), POWER)

    assert [one.temperatures_milli for one in other.intervals] == [one.temperatures_milli for one in plain.intervals]
    assert all(
        abs(one.used_milli - two.used_milli) <= 1 for one, two in zip(plain.intervals, other.intervals, strict=True)
    )


def test_a_file_in_gb_18030_with_a_name_in_chinese_is_read() -> None:
    with pytest.raises(Refusal) as no:
        take_in("date,kwh,temp_c,备注\n2025-03-03,1,2,甲\n".encode("gb18030"), POWER)

    assert (no.value.code, no.value.facts["column"]) == ("projects.meter_columns", "备注")


def _daily(scale: float = 1.0) -> MeterSeries:
    return take_in(daily_csv(MONDAY, 30, heated(), scale=scale), POWER)


def _monthly() -> MeterSeries:
    return take_in(meter_csv(("month", "kwh", "temp_c"), [("2025-03", 6000, 9)]), POWER)


def _told() -> MeterSeries:
    return take_in(meter_csv(("date", "kwh", "temp_c", "occupied"), [(MONDAY, 300, 10, "1")]), POWER)


@pytest.mark.proves("ACT-3")
@pytest.mark.parametrize("other", [_monthly, _told, lambda: _daily(1000.0), lambda: _daily(0.001)])
def test_two_sides_that_can_not_be_compared_are_refused(other: Callable[[], MeterSeries]) -> None:
    require_comparable(_daily(), _daily(0.9))

    with pytest.raises(MeterRefused) as no:
        require_comparable(_daily(), other())

    assert no.value.code == "projects.not_comparable"


def test_gas_is_counted_in_litres() -> None:
    series = take_in(meter_csv(("date", "m3", "temp_c"), [(MONDAY, "12.3456", 5)]), GAS)

    assert series.used_milli == 12_346


def test_a_weather_file_by_hours_gives_each_day_its_mean() -> None:
    outside = meter_csv(
        ("time", "temp_c"), [(f"{at('2025-03-03T00:00') + timedelta(hours=h):%Y-%m-%dT%H:%M}", h) for h in range(24)]
    )

    series = take_in(meter_csv(("date", "kwh"), [(MONDAY, 1)]), POWER, weather=outside)

    assert series.intervals[0].temperatures_milli == (11_500,)
    assert weather_of(MONDAY) == weather_of(MONDAY)
