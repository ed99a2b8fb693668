"""What tests of the audit share: a database of the test's own in which everything happened."""

from collections.abc import Iterator

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from tests.conftest import NOON
from tests.factories.books import Books


@pytest.fixture
def lived(database_url: str) -> Iterator[Database]:
    """Give a database of the test's own in which everything happened; its numbers are the same every time."""
    clock, entropy = StandingClock(NOON), seeded_entropy("lived")
    database = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    Books(database, clock).live()
    yield database
    database.close()
