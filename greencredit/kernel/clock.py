"""The only place that knows what time it is; instants are aware UTC, civil dates are Asia/Shanghai."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Whatever can tell the present instant."""

    def now(self) -> datetime:
        """Give the present instant, aware UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Give the present instant, aware UTC."""
        return datetime.now(UTC)


class StandingClock:
    """A clock that stands still until it is moved; for tests and for replays of the past."""

    def __init__(self, at: datetime) -> None:
        assert at.tzinfo is not None, "instants are aware"
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Give the instant the clock was set to."""
        return self.at

    def move(self, by: timedelta) -> None:
        """Move the clock forwards."""
        assert by >= timedelta(0), "time does not run backwards"
        self.at += by


class CarriesClock(Protocol):
    """A session, request or job that was handed a clock (`info["clock"]`)."""

    @property
    def info(self) -> dict[Any, Any]:
        """Hold what the edge handed in."""
        ...


def now(bearer: CarriesClock) -> datetime:
    """Give the present instant by the clock that the session was opened with."""
    clock: Clock = bearer.info["clock"]
    return clock.now()


def civil_date(at: datetime) -> date:
    """Give the calendar date in China on which an instant falls."""
    assert at.tzinfo is not None, "instants are aware"
    return at.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Give the first instant of a civil date in China, as UTC."""
    return datetime.combine(day, time.min, tzinfo=SHANGHAI).astimezone(UTC)


def micros(at: datetime) -> int:
    """Count the microseconds from 1970 to an instant: the form in which tables keep it."""
    assert at.tzinfo is not None, "instants are aware"
    return (at - EPOCH) // timedelta(microseconds=1)


def instant(from_micros: int) -> datetime:
    """Give the instant that `micros` counted."""
    return EPOCH + timedelta(microseconds=from_micros)
