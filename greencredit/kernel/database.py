"""One database, two engines: `reading()` sees, `writing()` changes and is the only place that commits."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar, Final

from sqlalchemy import BigInteger, Dialect, Engine, Integer, LargeBinary, MetaData, Text, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.types import TypeDecorator

from greencredit.kernel.clock import Clock, SystemClock, instant, micros
from greencredit.kernel.ids import Entropy
from greencredit.kernel.turns import PATIENCE_SECONDS, WAIT_SECONDS, WritersInTurn

# STRICT tables take INTEGER, TEXT and BLOB only, so SQLite never sees BIGINT, BOOLEAN or DATETIME.
Whole = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer column."""

Bytes = LargeBinary
"""A column of raw bytes."""


class InstantColumn(TypeDecorator[datetime]):
    """An aware UTC instant, kept as microseconds since 1970 so that both engines keep the same value."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Write an instant."""
        del dialect
        return None if value is None else micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Read an instant."""
        del dialect
        return None if value is None else instant(value)


class DayColumn(TypeDecorator[date]):
    """A civil date in China, kept as ISO text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Write a date."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any | None, dialect: Dialect) -> date | None:  # noqa: ANN401
        """Read a date."""
        del dialect
        return None if value is None else date.fromisoformat(value)


class FlagColumn(TypeDecorator[bool]):
    """Yes or no, kept as 1 or 0."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:  # noqa: FBT001
        """Write a flag."""
        del dialect
        return None if value is None else int(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> bool | None:  # noqa: ANN401
        """Read a flag."""
        del dialect
        return None if value is None else bool(value)


class Table(DeclarativeBase):
    """The root of every mapped class; names are `<room>_<noun>`, constraints are named by one convention."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: Whole,
        str: Text,
        bytes: LargeBinary,
        bool: FlagColumn,
        datetime: InstantColumn,
        date: DayColumn,
    }
    __table_args__: Any = {"sqlite_strict": True}  # noqa: RUF012 - SQLAlchemy declares it as an instance variable


# temp_store stays on disk: with MEMORY, inserts with triggers inside a savepoint grew many times slower (measured).
_SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL may lose acknowledged commits in a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",  # else INSERT OR REPLACE slips past the append-only triggers
    f"PRAGMA busy_timeout={WAIT_SECONDS * 1000:.0f}",
    "PRAGMA cache_size=-200000",
    "PRAGMA wal_autocheckpoint=30000",  # a page that changes in many commits is copied back once: 120 MB of log at most
)


def _open_sqlite(engine: Engine, *, read_only: bool) -> None:
    """Hand transaction control to SQLAlchemy's events; the driver would begin too late and too weakly."""

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:  # noqa: ANN401
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(pragma)
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        if read_only:
            connection.exec_driver_sql("BEGIN")
        elif (patience := PATIENCE_SECONDS.get()) == WAIT_SECONDS:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            driver: Any = connection.connection.driver_connection  # a pragma through all layers costs ten times more
            driver.execute(f"PRAGMA busy_timeout={patience * 1000:.0f}")
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            finally:
                driver.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000:.0f}")

    @event.listens_for(engine, "reset")
    def _returned(connection: Any, _record: Any, _state: Any) -> None:  # noqa: ANN401
        if connection.in_transaction:  # a commit that raised leaves its transaction open
            connection.rollback()


# A writer that lost its server, or waits for a lock that nobody gives back, must not wait for ever. Its statements look
# rows up by index, whatever numbers they are given: a plan for each batch's own numbers would only cost time.
_POSTGRES_BATCHES: Final = {
    "options": "-c plan_cache_mode=force_generic_plan -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


def _engine(url: URL, *, read_only: bool) -> Engine:
    if url.get_backend_name() == "sqlite":
        if url.database:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(
            url,
            poolclass=QueuePool if read_only else WritersInTurn,
            pool_size=8 if read_only else 1,
            max_overflow=32 if read_only else 0,
            connect_args={"check_same_thread": False},
        )
        _open_sqlite(engine, read_only=read_only)
        return engine
    # A reader sees one state from its first statement on; a writer decides under the locks it takes.
    return create_engine(
        url,
        pool_size=8,
        max_overflow=24,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ" if read_only else "READ COMMITTED",
        connect_args={"options": "-c default_transaction_read_only=on" if read_only else ""},
    )


def _batch_engine(url: URL, writer: Engine) -> Engine:
    """Give the group-commit writer a connection of its own, which is checked by using it; SQLite has only one."""
    if url.get_backend_name() == "sqlite":
        return writer
    return create_engine(
        url, pool_size=1, max_overflow=0, isolation_level="READ COMMITTED", connect_args=_POSTGRES_BATCHES
    )


class CommitFailed(Exception):  # noqa: N818 - it names what happened, and the error behind it
    """The commit itself raised, after everything before it had succeeded."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Database:
    """The database of one process: two engines, the clock and the randomness every session carries."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock | None = None,
        entropy: Entropy = secrets.token_bytes,
        keys: Any = None,  # noqa: ANN401
    ) -> None:
        self.url = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self.clock = clock or SystemClock()
        self.entropy = entropy
        self.keys = keys
        self.carried: dict[str, Any] = {"memory": {}}
        """What the edge hands to every session; `memory` is what rooms remember between transactions."""
        self._reader = _engine(self.url, read_only=True)
        self._writer = _engine(self.url, read_only=False)
        self._batcher = _batch_engine(self.url, self._writer)

    @property
    def info(self) -> dict[str, Any]:
        """Give what every session of this database carries."""
        return {"clock": self.clock, "entropy": self.entropy, "keys": self.keys, **self.carried}

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that cannot change anything and sees one state of the database."""
        with Session(self._reader, info=self.info) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session; commit if the block succeeds, roll back if it raises."""
        with Session(self._writer, info=self.info) as session, session.begin():
            yield session

    @contextmanager
    def batch(self, patience_seconds: float) -> Iterator[Session]:
        """Give the group-commit writer a session whose transaction has begun; commit if the block succeeds.

        Raises:
            CommitFailed: the block succeeded and the commit raised, so that its outcome may be unknown.
        """
        with Session(self._batcher, info=self.info) as session:
            before = PATIENCE_SECONDS.set(patience_seconds)
            try:
                session.connection()
            finally:
                PATIENCE_SECONDS.reset(before)
            yield session
            session.flush()
            try:
                session.commit()
            except Exception as error:
                raise CommitFailed(error) from error

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give a bare writing connection inside one transaction, for migrations and measurements."""
        with self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection."""
        for engine in (self._reader, self._writer, self._batcher):
            engine.dispose()

    def forget_connections(self) -> None:
        """Leave every connection to the process that opened it; for the child of a fork."""
        for engine in (self._reader, self._writer, self._batcher):
            engine.dispose(close=False)


class DatabaseInside(Database):
    """A database inside one open transaction that will be rolled back: what a test sees leaves no trace."""

    def __init__(self, connection: Connection, *, clock: Clock, entropy: Entropy, keys: Any = None) -> None:  # noqa: ANN401
        self.url = connection.engine.url
        self.clock, self.entropy, self.keys = clock, entropy, keys
        self.carried = {"memory": {}}
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session on the open transaction."""
        with Session(self._connection, info=self.info, join_transaction_mode="create_savepoint") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose commit is a savepoint of the open transaction."""
        with (
            Session(self._connection, info=self.info, join_transaction_mode="create_savepoint") as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def batch(self, patience_seconds: float) -> Iterator[Session]:
        """Give a session as `writing` does."""
        del patience_seconds
        with self.writing() as session:
            yield session

    def close(self) -> None:
        """Leave the connection to whoever opened it."""

    def forget_connections(self) -> None:
        """Leave the connection to whoever opened it."""


def throwaway_engine(url: str) -> Engine:
    """Give an engine without a pool and with this module's rules for SQLite; for tests and tools."""
    made = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
    engine = create_engine(made, poolclass=NullPool)
    if made.get_backend_name() == "sqlite":
        _open_sqlite(engine, read_only=False)
    return engine


def after_commit(session: Session, call: Callable[[], None]) -> None:
    """Have something done as soon as the session has committed; a transaction that is rolled back does nothing."""

    @event.listens_for(session, "after_commit", once=True)
    def _committed(_session: Session) -> None:
        call()


def is_sqlite(session: Session) -> bool:
    """Tell whether the session speaks to SQLite; the few statements that differ ask here."""
    return session.get_bind().dialect.name == "sqlite"
