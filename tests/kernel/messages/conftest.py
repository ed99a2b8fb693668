"""What the tests of the queues share: a database that several threads use at once."""

from collections.abc import Iterator

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database that several threads use at once, with a clock that stands still."""
    opened = Database(database_url, clock=clock)
    yield opened
    opened.close()
