"""Working days by the statutory calendar: holidays, worked weekends, and a year nobody knows."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.issuers import rules
from greencredit.issuers.catalogue.workdays import work_years
from greencredit.issuers.errors import CalendarUnknown

_KNOWN = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2026, 2, 14), True),
        (date(2026, 2, 16), False),
        (date(2026, 2, 24), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 1), False),
        (date(2026, 11, 21), False),
        (date(2026, 11, 20), True),
        (date(2025, 1, 26), True),
        (date(2025, 10, 8), False),
        (date(2024, 2, 9), True),
        (date(2024, 2, 18), True),
    ],
    ids=str,
)
def test_a_day_is_worked_as_the_notice_of_its_year_says(day: date, *, worked: bool) -> None:
    assert rules.is_workday(day, work_years()) is worked


@pytest.mark.parametrize("year", sorted(work_years()))
def test_a_year_is_written_as_its_notice_is(year: int) -> None:
    found = work_years()[year]

    assert all(day.year == year and day.weekday() < 5 for day in found.off)
    assert all(day.year == year and day.weekday() >= 5 for day in found.work)
    assert list(found.off) == sorted(set(found.off))
    assert "国务院办公厅" in found.source.zh
    days = [date(year, 1, 1) + timedelta(days=at) for at in range(366)]
    worked = sum(rules.is_workday(day, work_years()) for day in days if day.year == year)
    assert worked == {2024: 251, 2025: 248, 2026: 248}[year]


@pytest.mark.proves("ISS-4")
def test_a_year_that_nobody_knows_is_an_error_and_no_guess() -> None:
    with pytest.raises(CalendarUnknown) as no:
        rules.after_workdays(date(2026, 12, 28), 5, work_years())

    assert (no.value.code, no.value.facts) == (
        "issuers.calendar_unknown",
        {"found": 2027, "wanted": [2024, 2025, 2026]},
    )
    assert rules.after_workdays(date(2026, 12, 28), 3, work_years()) == date(2026, 12, 31)


def test_a_clock_leaves_out_the_spring_festival_and_counts_the_worked_saturday() -> None:
    assert rules.after_workdays(date(2026, 2, 13), 3, work_years()) == date(2026, 2, 25)


@given(_KNOWN, st.integers(min_value=0, max_value=30))
def test_so_many_working_days_later_so_many_have_passed(start: date, days: int) -> None:
    try:
        end = rules.after_workdays(start, days, work_years())
    except CalendarUnknown:
        assert start > date(2026, 10, 1)
        return

    assert rules.workdays_between(start, end, work_years()) == days
    assert days == 0 or rules.is_workday(end, work_years())
