"""What is written in one block is there together or not at all, on both databases, and comes back as it was."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import Column, MetaData, Table, Text, insert, select, text
from sqlalchemy.exc import DBAPIError

from greencredit.kernel.database import Bytes, Database, DayColumn, FlagColumn, InstantColumn, Whole
from tests.conftest import Dialect

_KEPT = Table(
    "kept",
    MetaData(),
    Column("id", Whole, primary_key=True),
    Column("at", InstantColumn),
    Column("day", DayColumn),
    Column("flag", FlagColumn),
    Column("raw", Bytes),
    Column("words", Text),
    sqlite_strict=True,
)


@pytest.fixture
def own(database_url: str) -> Iterator[Database]:
    """Give a database of the test's own with one table."""
    database = Database(database_url)
    with database.connection() as connection:
        _KEPT.create(connection)
    yield database
    database.close()


def _ids(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(_KEPT.c.id).order_by(_KEPT.c.id)))


def _write_and_fail(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))
        raise KeyError


def test_values_come_back_as_they_were_written(own: Database) -> None:
    row = {
        "id": 2**63 - 1,
        "at": datetime(2026, 3, 2, 4, 0, 0, 123456, tzinfo=UTC),
        "day": date(2024, 2, 29),
        "flag": True,
        "raw": b"\x00\xff",
        "words": "𠮷野家 <script>",
    }

    with own.writing() as session:
        session.execute(insert(_KEPT).values(row))
    with own.reading() as session:
        found = session.execute(select(_KEPT)).one()._asdict()

    assert found == row


def test_an_instant_is_the_same_from_whatever_zone_it_was_written(own: Database) -> None:
    noon_in_shanghai = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=8)))

    with own.writing() as session:
        session.execute(insert(_KEPT).values(id=1, at=noon_in_shanghai))
    with own.reading() as session:
        found = session.scalar(select(_KEPT.c.at).where(_KEPT.c.at == datetime(2026, 3, 2, 4, 0, tzinfo=UTC)))

    assert found == datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def test_nothing_stays_of_a_block_that_raised(own: Database) -> None:
    with pytest.raises(KeyError):
        _write_and_fail(own, "INSERT INTO kept (id) VALUES (1)")

    assert _ids(own) == []


def test_reading_changes_nothing(own: Database) -> None:
    with own.reading() as session, pytest.raises(DBAPIError, match=r"read-?only"):
        session.execute(insert(_KEPT).values(id=1))

    assert _ids(own) == []


def test_a_reader_sees_one_state_while_another_writes(own: Database) -> None:
    with own.reading() as reader:
        before = reader.scalars(select(_KEPT.c.id)).all()
        with own.writing() as writer:
            writer.execute(insert(_KEPT).values(id=1))
        during = reader.scalars(select(_KEPT.c.id)).all()

    assert (before, during, _ids(own)) == ([], [], [1])


def test_two_writers_wait_for_each_other_and_lose_nothing(own: Database) -> None:
    def add(first: int) -> None:
        for number in range(first, first + 20):
            with own.writing() as session:
                session.execute(insert(_KEPT).values(id=number))

    threads = [threading.Thread(target=add, args=(first,)) for first in (100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _ids(own) == [*range(100, 120), *range(200, 220)]


def test_a_strict_table_refuses_a_value_of_another_type(own: Database) -> None:
    with pytest.raises(DBAPIError), own.writing() as session:
        session.execute(text("INSERT INTO kept (id, at) VALUES (1, 'noon')"))

    assert _ids(own) == []


def test_sqlite_is_opened_for_safety() -> None:
    seen: dict[str, object] = {}
    database = Database("sqlite://")

    with database.connection() as connection:
        for pragma in ("synchronous", "foreign_keys", "recursive_triggers"):
            seen[pragma] = connection.execute(text(f"PRAGMA {pragma}")).scalar()
    database.close()

    assert seen == {"synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def test_an_sqlite_file_is_kept_in_wal_mode(own: Database, dialect: Dialect) -> None:
    if dialect == "postgres":
        return  # PostgreSQL always writes ahead
    with sqlite3.connect(str(own.url.database)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_test_inside_a_transaction_may_commit_and_fail_as_production_does(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE seen (id INTEGER)"))
    with pytest.raises(KeyError):
        _write_and_fail(database, "INSERT INTO seen VALUES (1)")
    with database.reading() as session:
        assert session.scalars(text("SELECT id FROM seen")).all() == []
