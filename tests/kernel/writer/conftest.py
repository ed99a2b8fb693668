"""What the tests of the writer share: a database with two toy tables, and a pause that nobody sleeps through."""

from collections.abc import Iterator

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.writer import Writer
from tests.factories.writer import TOYS


@pytest.fixture
def toys(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database of the test's own with the toy tables."""
    database = Database(database_url, clock=clock, entropy=seeded_entropy("writer"))
    with database.connection() as connection:
        TOYS.create_all(connection)
    yield database
    database.close()


@pytest.fixture
def pauses() -> list[float]:
    """Give the list of pauses that the writer by hand made."""
    return []


@pytest.fixture
def writer(toys: Database, pauses: list[float]) -> Writer:
    """Give a writer that is driven by hand."""
    return Writer(toys, by_hand=True, begin_seconds=0.02, attempts_max=3, pause=pauses.append)
