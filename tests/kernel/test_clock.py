"""Instants are aware UTC, civil dates are China's, and a standing clock moves only forwards."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, SystemClock, civil_date, instant, micros, now, start_of
from tests.conftest import NOON

_INSTANTS = st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis wants naive bounds


def test_a_session_tells_the_time_of_the_clock_it_was_opened_with(session: Session, clock: StandingClock) -> None:
    before = now(session)
    clock.move(timedelta(hours=3))

    assert (before, now(session)) == (NOON, NOON + timedelta(hours=3))


def test_time_does_not_run_backwards(clock: StandingClock) -> None:
    with pytest.raises(AssertionError, match="backwards"):
        clock.move(timedelta(microseconds=-1))

    assert clock.now() == NOON


def test_a_standing_clock_is_set_in_utc_wherever_the_instant_was_written() -> None:
    shanghai = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=8)))

    assert (StandingClock(shanghai).now(), StandingClock(shanghai).now().tzinfo) == (NOON, UTC)


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(AssertionError, match="aware"):
        civil_date(datetime(2026, 3, 2))  # noqa: DTZ001 - the point


def test_the_machines_clock_gives_aware_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2025, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), date(2025, 12, 31)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2024, 2, 28, 16, 0, tzinfo=UTC), date(2024, 2, 29)),
    ],
)
def test_a_day_in_china_begins_at_sixteen_hours_utc_the_day_before(at: datetime, day: date) -> None:
    assert civil_date(at) == day


def test_the_first_instant_of_a_day_lies_in_it_and_the_one_before_does_not() -> None:
    first = start_of(date(2026, 3, 2))

    assert first == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert (civil_date(first), civil_date(first - timedelta(microseconds=1))) == (date(2026, 3, 2), date(2026, 3, 1))


@given(_INSTANTS)
def test_an_instant_comes_back_from_its_microseconds(at: datetime) -> None:
    assert instant(micros(at)) == at
