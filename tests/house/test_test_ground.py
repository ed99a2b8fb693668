"""The ground the tests stand on: two real databases, closed sockets, the same randomness every time."""

import random
import socket

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.ids import new_id
from greencredit.migrations.upgrade import newest
from tests.conftest import NOON, ON_BOTH, Dialect
from tests.house.sources import ROOT


def test_a_test_runs_on_the_database_it_names(session: Session, dialect: Dialect) -> None:
    assert session.get_bind().dialect.name == {"sqlite": "sqlite", "postgres": "postgresql"}[dialect]


def test_the_database_has_the_newest_schema(session: Session) -> None:
    assert session.scalar(text("SELECT version_num FROM alembic_version")) == newest()


@pytest.mark.parametrize("_time", [1, 2])
def test_what_a_test_writes_is_gone_afterwards(database: Database, _time: int) -> None:
    with database.writing() as session:
        before = session.scalar(text("SELECT count(*) FROM alembic_version"))
        session.execute(text("INSERT INTO alembic_version VALUES ('written')"))
    with database.reading() as session:
        after = session.scalar(text("SELECT count(*) FROM alembic_version"))

    assert (before, after) == (1, 2)


@pytest.mark.parametrize("_time", [1, 2])
def test_a_database_of_its_own_is_fresh_and_keeps_what_was_committed(database_url: str, _time: int) -> None:
    database = Database(database_url)

    with database.writing() as session:
        session.execute(text("INSERT INTO alembic_version VALUES ('written')"))
    with database.reading() as session:
        kept = session.scalar(text("SELECT count(*) FROM alembic_version"))
    database.close()

    assert kept == 2


def test_what_a_quick_run_asks_both_databases_is_there() -> None:
    assert [name for name in ON_BOTH if not [*(ROOT / "tests").glob(f"{name}*")]] == []


def test_reading_cannot_write(database_url: str) -> None:
    database = Database(database_url)

    with database.reading() as session, pytest.raises(Exception, match=r"read-?only"):
        session.execute(text("INSERT INTO alembic_version VALUES ('written')"))
    database.close()


def test_text_is_ordered_by_code_point_on_every_database(session: Session) -> None:
    ordered = session.scalars(
        text("SELECT word FROM (SELECT 'b' AS word UNION SELECT 'B' UNION SELECT '积' UNION SELECT '_') w ORDER BY 1")
    )

    assert list(ordered) == ["B", "_", "b", "积"]


def test_ids_are_the_same_every_time_and_on_every_database(session: Session) -> None:
    assert new_id(session, "iss", NOON) == "iss_01kjpb7wg0qjf2ahhk2r2mjdbb"


def test_draws_are_the_same_every_time() -> None:
    assert random.random() == 0.8126044693072235  # noqa: S311 - the point is that it is not random


def test_a_test_cannot_reach_beyond_this_machine() -> None:
    with pytest.raises(UserWarning, match="A test tried to use"), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
