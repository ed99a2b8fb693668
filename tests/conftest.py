"""What every test is handed: a migrated database that forgets, a clock that stands still, seeded randomness."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database, DatabaseInside, throwaway_engine
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.migrations.upgrade import upgrade

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""Noon in Shanghai on Monday 2 March 2026: when every test begins."""


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Migrate one database for this worker."""
    path: Path = tmp_path_factory.mktemp("database") / "tests.db"
    engine = throwaway_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    yield engine
    engine.dispose()


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that stands at noon until the test moves it."""
    return StandingClock(NOON)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Open one transaction and roll it back at the end of the test."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def database(connection: Connection, clock: StandingClock, request: pytest.FixtureRequest) -> Database:
    """Give a database whose commits are undone when the test ends."""
    entropy = seeded_entropy(request.node.nodeid)
    return DatabaseInside(connection, clock=clock, entropy=entropy, keys=Keys(entropy(32)))


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Give a session inside the test's transaction."""
    with database.writing() as session:
        yield session
