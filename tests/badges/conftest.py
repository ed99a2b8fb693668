"""What the tests of portable proofs share: a household that earned something, on a database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from tests.factories.web import make_filed_issuer, make_household


@pytest.fixture
def own(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database of the test's own, whose commits are real."""
    entropy = seeded_entropy("badges")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def household(own: Database, tmp_path: Path) -> str:
    """Register a household that bought and rode something; gives its id."""
    return make_household(own, tmp_path, make_filed_issuer(own))
