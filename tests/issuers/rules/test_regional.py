"""Days of coverage: a measurement holds until the next one, and any part of a day that was short makes it short."""

from datetime import date

import pytest

from greencredit.issuers.rules.regional import Measured, coverage_days
from greencredit.schemas.issuers import CoverageDays
from greencredit.schemas.values import Period

MARCH = Period(since=date(2026, 3, 1), until=date(2026, 4, 1))


def measured(day: int, basis_points: int | None, *, kept: bool = True, month: int = 3) -> Measured:
    """Give a measurement of a day."""
    return Measured(date(2026, month, day), basis_points, kept, 10_000)


@pytest.mark.proves("REP-5", "ISS-6")
def test_a_shortfall_lasts_until_it_is_made_good_that_day_included() -> None:
    found = coverage_days("iss", [measured(2, 12_000), measured(10, 9_000, kept=False), measured(14, 11_000)], MARCH)

    assert found == CoverageDays(
        issuer_id="iss",
        days=30,
        days_short=5,
        lowest_basis_points=9_000,
        lowest_on=date(2026, 3, 10),
        last_basis_points=11_000,
        filed_basis_points=10_000,
    )


def test_what_was_measured_before_the_period_holds_into_it() -> None:
    found = coverage_days("iss", [measured(20, 8_000, kept=False, month=2), measured(3, 10_500)], MARCH)

    assert (found.days, found.days_short) == (31, 3)
    assert (found.lowest_basis_points, found.lowest_on) == (8_000, date(2026, 3, 1))


def test_several_measurements_of_one_day_are_one_day() -> None:
    found = coverage_days("iss", [measured(31, 9_999, kept=False), measured(31, 10_000), measured(31, 10_200)], MARCH)

    assert (found.days, found.days_short, found.lowest_basis_points, found.last_basis_points) == (1, 1, 9_999, 10_200)


def test_where_nothing_was_owed_there_is_no_lowest_ratio() -> None:
    found = coverage_days("iss", [measured(5, None)], MARCH)

    assert (found.days, found.days_short, found.lowest_basis_points, found.lowest_on) == (27, 0, None, None)


def test_what_is_measured_only_after_the_period_says_nothing_of_it() -> None:
    found = coverage_days("iss", [measured(2, 5_000, kept=False, month=4)], MARCH)

    assert (found.days, found.days_short, found.last_basis_points, found.filed_basis_points) == (0, 0, None, None)
