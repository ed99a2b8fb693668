"""A database that fails when it is told to: at the n-th thing asked of the driver, in one of several manners.

The drivers' own connections and cursors are subclassed, so that everything above them is the product's. What fails,
fails as the engine itself would leave it: on PostgreSQL the transaction is really aborted or the backend really gone,
on SQLite a full disk really takes the transaction back.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any, Final, NamedTuple
from weakref import WeakSet

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from greencredit.kernel.clock import Clock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys

KEYS: Final = Keys(bytes(32))


class Manner(Enum):
    """How something fails."""

    PASSING = "locked or deadlocked; nothing was done, and the next attempt may succeed"
    FULL = "the disk is full; the transaction is gone"
    GONE = "the server or the disk is gone before it was done"
    LOST = "it was done, and the answer never came"
    KILLED = "the process is killed before"
    KILLED_AFTER = "the process is killed after"


class Killed(BaseException):
    """The process is no more: no code of it may run after this."""


class Faults:
    """Counts what is asked of the driver, and lets one thing fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.struck = 0
        self.dead = False
        self.at_death: Callable[[], None] = lambda: None
        self._due = 0
        self._only_commits = False
        self._manner = Manner.PASSING
        self._meanwhile: Callable[[], None] | None = None

    def arm(self, after: int, manner: Manner) -> None:
        """Let the n-th thing from now fail."""
        assert after >= 1, "what was asked before can't fail any more"
        self._due, self._manner, self._meanwhile, self._only_commits = after, manner, None, False

    def arm_commit(self, manner: Manner) -> None:
        """Let the next commit fail."""
        self.arm(1, manner)
        self._only_commits = True

    def interrupt(self, after: int, meanwhile: Callable[[], None]) -> None:
        """Let something else happen just before the n-th thing from now."""
        self._due, self._meanwhile, self._only_commits = after, meanwhile, False

    def disarm(self) -> None:
        """Let nothing fail."""
        self._due, self._meanwhile = 0, None

    def through(self, act: Callable[[], Any], hurt: Callable[[Manner], Exception], *, commit: bool = False) -> Any:  # noqa: ANN401
        """Do one thing, or let it fail; `hurt` leaves the engine in the state of that failure and says what it says."""
        self.require_life()
        self.asked += 1
        if self._only_commits and not commit:
            return act()
        if self._due != 1:
            self._due = max(0, self._due - 1)
            return act()
        meanwhile, manner = self._meanwhile, self._manner
        self.disarm()
        if meanwhile is not None:
            meanwhile()
            return act()
        self.struck += 1
        if manner in {Manner.LOST, Manner.KILLED_AFTER}:
            act()
        if manner in {Manner.KILLED, Manner.KILLED_AFTER}:
            self.dead = True
            self.at_death()
        self.require_life()
        raise hurt(manner)

    def require_life(self) -> None:
        """Stop whatever a dead process still tries: of a real one no handler would run."""
        if self.dead:
            raise Killed


_SQLITE_CODES: Final = {
    Manner.PASSING: sqlite3.SQLITE_BUSY,
    Manner.FULL: sqlite3.SQLITE_FULL,
    Manner.GONE: sqlite3.SQLITE_IOERR_WRITE,
    Manner.LOST: sqlite3.SQLITE_IOERR_FSYNC,
}


class _SqliteConnection(sqlite3.Connection):
    """Lets statements and commits fail; `faults` is set by a subclass for each database."""

    faults: Faults

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as of the driver
        super().__init__(*arguments, **options)
        self._cursors: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = None) -> Any:  # noqa: ANN401 - as of the driver
        del factory
        cursor = super().cursor(_SqliteCursor)
        self._cursors.add(cursor)
        return cursor

    def close(self) -> None:
        # SQLite closes nothing while a statement is half read, and one that died in it would keep its lock.
        for cursor in self._cursors:
            cursor.close()
        super().close()

    def commit(self) -> None:
        self.faults.through(super().commit, self.hurt, commit=True)

    def hurt(self, manner: Manner) -> Exception:
        if manner is Manner.FULL and self.in_transaction:
            super().rollback()  # SQLite itself takes a transaction back that it has no room for
        error = sqlite3.OperationalError(manner.value)
        error.sqlite_errorcode = _SQLITE_CODES[manner]
        return error


class _SqliteCursor(sqlite3.Cursor):
    def execute(self, statement: str, parameters: Any = ()) -> Any:  # noqa: ANN401 - as of the driver
        run = super().execute
        if statement.startswith("PRAGMA"):
            return run(statement, parameters)
        return self._faults.through(lambda: run(statement, parameters), self._hurt)

    def executemany(self, statement: str, rows: Any) -> Any:  # noqa: ANN401 - as of the driver
        run = super().executemany
        return self._faults.through(lambda: run(statement, rows), self._hurt)

    @property
    def _faults(self) -> Faults:
        return self._shaky.faults

    @property
    def _shaky(self) -> _SqliteConnection:
        assert isinstance(self.connection, _SqliteConnection), "made by one"
        return self.connection

    def _hurt(self, manner: Manner) -> Exception:
        if manner is Manner.LOST and self.description is not None:
            self.fetchall()  # a statement of SQLite's that fails is over; left half read, it would keep its snapshot
        return self._shaky.hurt(manner)


_RAISE: Final = "DO $$ BEGIN RAISE EXCEPTION 'in vain' USING ERRCODE = '{}'; END $$"
_POSTGRES_HURTS: Final = {
    Manner.PASSING: _RAISE.format("40P01"),
    Manner.FULL: _RAISE.format("53100"),
    Manner.GONE: "SELECT pg_terminate_backend(pg_backend_pid())",
    Manner.LOST: "SELECT pg_terminate_backend(pg_backend_pid())",
}


class _PostgresConnection(psycopg.Connection[Any]):
    """Lets statements and commits fail; `faults` is set by a subclass for each database."""

    faults: Faults

    def commit(self) -> None:
        self.faults.through(super().commit, self._hurt_commit, commit=True)

    def hurt(self, manner: Manner) -> Exception:
        try:
            with self.pipeline():  # also where statements are sent without waiting, this one is answered at once
                psycopg.Cursor(self).execute(_POSTGRES_HURTS[manner].encode())
        except psycopg.Error as error:
            return error
        message = "the server was to complain, and did not"
        raise AssertionError(message)

    def _hurt_commit(self, manner: Manner) -> Exception:
        error = self.hurt(manner)
        if not self.closed:
            super().rollback()  # a COMMIT that fails ends its transaction all the same
        return error


class _PostgresCursor(psycopg.Cursor[Any]):
    def execute(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as of the driver
        run = super().execute
        return self._shaky.faults.through(lambda: run(*arguments, **options), self._shaky.hurt)

    def executemany(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as of the driver
        run = super().executemany
        return self._shaky.faults.through(lambda: run(*arguments, **options), self._shaky.hurt)

    @contextmanager
    def copy(self, *arguments: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - as the driver's own
        self._shaky.faults.through(lambda: None, self._shaky.hurt)
        with super().copy(*arguments, **options) as copy:
            yield copy

    @property
    def _shaky(self) -> _PostgresConnection:
        assert isinstance(self.connection, _PostgresConnection), "made by one"
        return self.connection


class Call(NamedTuple):
    """One call of one room's verb: what was asked of it, and what it answered."""

    caller: int
    requests: Sequence[Any]
    commands: Sequence[Any]
    outcomes: Sequence[Any]


class Transaction:
    """The calls of one transaction, in order; it is in the history once its commit was tried."""

    def __init__(self, clock: Clock) -> None:
        self.calls: list[Call] = []
        self.at = clock.now()


class Shaky(Database):
    """A database whose faults are at hand, and which tells what each transaction did before it tries to commit."""

    def __init__(self, url: str, history: list[Transaction], *, clock: Clock, seed: str) -> None:
        super().__init__(url, clock=clock, entropy=seeded_entropy(seed), keys=KEYS)
        self.faults = Faults()
        self._history = history
        for engine in {id(one): one for one in (self._reader, self._writer, self._batcher)}.values():
            _attach(engine, self.faults if engine is not self._reader else Faults())

    @contextmanager
    def batch(self, patience_seconds: float) -> Iterator[Session]:
        """Give the writer its session, and note its transaction just before it is committed."""
        transaction = Transaction(self.clock)
        self.carried["transaction"] = transaction
        with super().batch(patience_seconds) as session:
            yield session
            self._history.append(transaction)


def _attach(engine: Engine, faults: Faults) -> None:
    """Have an engine open connections of the kinds above; nobody waits long for a lock in a simulation."""

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> Any:  # noqa: ANN401
        faults.require_life()
        if engine.dialect.name == "sqlite":
            options["factory"] = type("Shaky", (_SqliteConnection,), {"faults": faults})
            return None
        options["options"] = f"{options.get('options', '')} -c lock_timeout=50ms"
        kind = type("Shaky", (_PostgresConnection,), {"faults": faults})
        return kind.connect(**options, cursor_factory=_PostgresCursor)  # type: ignore[attr-defined]  # made above
