"""What a factory writes, recorded once and written again: leading a company through life takes hundreds of questions.

Only on SQLite, and only where the tables that it writes are as the migrations left them. On PostgreSQL, and for
whatever comes second in a test, the verbs are called. A recording is kept for all tests of the process: whoever puts
something in the place of what a factory calls does so after the factory was asked.
"""

import re
import sqlite3
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock, now
from greencredit.kernel.database import DatabaseInside, is_sqlite, throwaway_engine
from greencredit.kernel.ids import Entropy, seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.migrations.upgrade import upgrade

_WRITES: Final = re.compile(r"\s*(?:INSERT(?: OR \w+)? INTO|UPDATE|DELETE FROM)\s+\"?(\w+)", re.IGNORECASE)
_RECORDING: Final = "recording"


class Known(NamedTuple):
    """What a recording depends on: the factory and what it was given, the instant, a word from the keys that sign."""

    way: Hashable
    at: datetime
    signing: bytes


@dataclass(frozen=True)
class _Recorded:
    """The writes of one factory, in order, what it gave, and what stood before in the tables that it wrote."""

    statements: tuple[str, ...]
    gave: str
    before: tuple[tuple[str, frozenset[tuple[Any, ...]]], ...]


RECORDED: Final[dict[Known, _Recorded]] = {}
"""What was recorded in this process."""


def written_again(session: Session, way: Hashable, lead: Callable[[Session], str]) -> str | None:
    """Write what `lead` writes at this instant and give what it gives; none where it has to be called itself.

    Args:
        session: where to write.
        way: what `lead` depends on, beside the instant and the keys.
        lead: calls the real verbs in the session that it is handed, on a database with nothing but the migrations.
    """
    stands = isinstance(session.info["clock"], StandingClock)  # an instant that does not come again is not worth it
    if not stands or not is_sqlite(session) or _RECORDING in session.info:
        return None
    session.flush()
    keys: Keys = session.info["keys"]
    known = Known(way, now(session), keys.for_purpose("tests"))
    if known not in RECORDED:
        RECORDED[known] = _record(known, keys, lead)
    recorded = RECORDED[known]
    driver: Any = session.connection().connection.driver_connection
    if any(_rows(driver, table, limit=len(rows) + 1) != rows for table, rows in recorded.before):
        return None
    for statement in recorded.statements:
        driver.execute(statement)
    return recorded.gave


def _record(known: Known, keys: Keys, lead: Callable[[Session], str]) -> _Recorded:
    connection = _migrated()
    driver: Any = connection.connection.driver_connection
    statements: list[str] = []
    with connection.begin() as transaction:
        inside = DatabaseInside(connection, clock=StandingClock(known.at), entropy=draws_of(known), keys=keys)
        inside.carried[_RECORDING] = True
        with inside.writing() as session:
            session.connection()
            driver.set_trace_callback(statements.append)
            try:
                gave = lead(session)
                session.flush()
            finally:
                driver.set_trace_callback(None)
        written = _everything(driver)
        transaction.rollback()
    # A statement that sets a guard off is heard of once more for each guard.
    writes = tuple(one for one, _ in groupby(statements) if _WRITES.match(one))
    tables = sorted({found[1] for one in writes if (found := _WRITES.match(one))})
    with connection.begin() as transaction:
        before = tuple((table, _rows(driver, table)) for table in tables)
        for one in writes:
            driver.execute(one)
        assert _everything(driver) == written, f"what {known.way} writes is not what was heard of it"
        transaction.rollback()
    return _Recorded(writes, gave, before)


def draws_of(known: Known) -> Entropy:
    """Give the randomness of a recording: always the same, whichever test asks first."""
    return seeded_entropy(f"recorded {known}")


@cache
def _migrated() -> Connection:
    connection = throwaway_engine("sqlite://").connect()
    with connection.begin():
        upgrade(connection)
    return connection


def _everything(driver: sqlite3.Connection) -> dict[str, frozenset[tuple[Any, ...]]]:
    names = [name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: _rows(driver, name) for name in names}


def _rows(driver: sqlite3.Connection, table: str, limit: int = -1) -> frozenset[tuple[Any, ...]]:
    return frozenset(driver.execute(f'SELECT * FROM "{table}" LIMIT {limit}'))
