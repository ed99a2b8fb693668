"""What is measured: one ledger, its holders and series, the awards of the workload, and turns between ours and limits.

The workload: 100,000 awards to 10,000 holders in the series of 20 issuers, each with a key of sixteen bytes; `hot` is
the same with one issuer.
"""

import atexit
import gc
import os
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from itertools import count as counted
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeVar

from sqlalchemy import text

from greencredit.kernel.clock import Clock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.ledger import queries, service
from greencredit.migrations.upgrade import upgrade
from greencredit.schemas.ledger import Earning, Terms
from greencredit.schemas.values import Credits
from tests.postgres import Cluster

Engine = Literal["SQLite", "PostgreSQL"]
ENGINES: Final[tuple[Engine, ...]] = ("SQLite", "PostgreSQL")

HOLDERS: Final = 10_000
ISSUERS: Final = 20
AWARDS: Final = 100_000
_MOST_CREDITS: Final = 500
_HOLDERS_AT_ONCE: Final = 10_000

# What an operator would set on a machine of this size; nothing that makes a commit less durable.
_DURABLE: Final = (
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "max_connections=200",
    "shared_buffers=1GB",
    "max_wal_size=4GB",
    "timezone=UTC",
    "listen_addresses=",
)

_NUMBERS: Final = counted(1)
_TABLES: Final = (
    "SELECT SUM(pg_total_relation_size(c.oid)) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'public' AND c.relkind = 'r'"
)

T = TypeVar("T")


class World(NamedTuple):
    """A ledger with its callers, holders and series made, and no event yet."""

    database: Database
    caller: int
    holders: list[int]
    series: list[int]
    bytes_at_first: int
    """What the migrated database took before anything was in it."""

    def bytes_grown(self) -> int:
        """Give what the database has grown by on disk, holders and their secrets included."""
        return _bytes(self.database) - self.bytes_at_first

    def earn(self, batch: Sequence[Earning]) -> None:
        """Book one batch of awards in one durable transaction."""
        with self.database.writing() as session:
            service.earn(session, self.caller, batch)

    def awards(self, count: int, *, ordered: bool = True, seed: int = 1) -> list[Earning]:
        """Draw awards; the same seed gives the same. Keys of a later seed lie behind those of an earlier one."""
        chance = random.Random(seed)
        holders, series = self.holders, self.series
        return [
            Earning(
                chance.choice(holders),
                chance.choice(series),
                chance.randint(1, _MOST_CREDITS),
                (seed << 32 | place).to_bytes(6) + chance.randbytes(10) if ordered else chance.randbytes(16),
            )
            for place in range(count)
        ]

    def require_right(self, *, outstanding: int) -> None:
        """Require that every invariant holds and that as many credits are in circulation as were given."""
        with self.database.reading() as session:
            broken = {finding.name: finding.broken for finding in queries.audit(session) if not finding.holds}
            found = sum(queries.position_of(session, _issuer(n)).outstanding for n in range(len(self.series)))
        assert broken == {}, f"the books are wrong: {broken}"
        assert found == outstanding, f"{found} credits are outstanding, wanted {outstanding}"


@contextmanager
def ledger(
    engine: Engine,
    *,
    holders: int = HOLDERS,
    issuers: int = ISSUERS,
    expires_at: datetime | None = None,
    clock: Clock | None = None,
) -> Iterator[tuple[World, str]]:
    """Give a ledger without events, and the address of an empty database of the same engine for the limit."""
    with _addresses(engine) as (ours, limit):
        entropy = seeded_entropy("benchmark")
        database = Database(ours, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
        try:
            with database.connection() as connection:
                upgrade(connection)
            at_first = _bytes(database)
            yield World(database, *_populated(database, holders, issuers, expires_at), at_first), limit
        finally:
            database.close()


def _bytes(database: Database) -> int:
    """Give the size on disk: of the file once everything is in it, or of all tables with their indexes."""
    if (path := database.url.database) and database.url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(path).stat().st_size
    with database.reading() as session:
        return int(session.execute(text(_TABLES)).scalar_one())


def _populated(
    database: Database, holders: int, issuers: int, expires_at: datetime | None
) -> tuple[int, list[int], list[int]]:
    numbers: list[int] = []
    for start in range(0, holders, _HOLDERS_AT_ONCE):
        names = [f"con_{n:08d}" for n in range(start, min(start + _HOLDERS_AT_ONCE, holders))]
        with database.writing() as session:
            numbers += service.holders(session, names).values()
    with database.writing() as session:
        caller = service.caller(session, "benchmark")
        series = [service.series(session, _terms(n, expires_at)) for n in range(issuers)]
    return caller, numbers, series


def _issuer(number: int) -> str:
    return f"iss_{number}"


def _terms(number: int, expires_at: datetime | None) -> Terms:
    return Terms(
        issuer_id=_issuer(number),
        terms_version=1,
        funding="issuer",
        award_month=202501,
        expires_at=expires_at,
        cap=Credits(10**12),
        clawback_cap=Credits(0),
        refund_grace_days=0,
    )


@contextmanager
def _addresses(engine: Engine) -> Iterator[tuple[str, str]]:
    if engine == "SQLite":
        with tempfile.TemporaryDirectory(prefix="greencredit-benchmark-") as folder:
            yield f"sqlite:///{folder}/ours.db", f"sqlite:///{folder}/limit.db"
        return
    number = next(_NUMBERS)
    names = (f"ours_{number}", f"limit_{number}")
    ours, limit = (server().create(name) for name in names)
    try:
        yield ours, limit
    finally:
        for name in names:
            server().drop(name)


@cache
def server() -> Cluster:
    """Give the durable PostgreSQL of this run; it is started by whoever first needs it and ends with this process."""
    folder = tempfile.mkdtemp(prefix="greencredit-benchmark-pg-")
    cluster = Cluster(Path(folder), os.getpid(), _DURABLE)
    atexit.register(_forget_if_never_started, Path(folder))
    return cluster


def _forget_if_never_started(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def total(awards: Iterable[Earning]) -> int:
    """Give the credits of some awards."""
    return sum(award.credits for award in awards)


def batches(items: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut into batches."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def take_turns(runners: Mapping[str, Callable[[T], Any]], rounds: Iterable[T]) -> dict[str, float]:
    """Give the seconds each runner took; in every round each has its turn, another first each time."""
    names = list(runners)
    seconds = dict.fromkeys(names, 0.0)
    gc.collect()
    gc.freeze()  # as a process does after its start: what was prepared is nothing that a collection must look at
    try:
        for turn, work in enumerate(rounds):
            first = turn % len(names)
            for name in names[first:] + names[:first]:
                began = time.perf_counter()
                runners[name](work)
                seconds[name] += time.perf_counter() - began
    finally:
        gc.unfreeze()
    return seconds


LONG_AGO: Final = datetime(2025, 1, 15, tzinfo=UTC)
"""When awards that will expire are given."""
