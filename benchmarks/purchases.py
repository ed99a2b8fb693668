"""The year of real purchases from file to ledger on both engines, against reading the file and inserting raw."""

import contextlib
import io
import secrets
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks import Asked, Row, run
from demo import cast, facts, shop
from demo.story import Story
from greencredit.awards import jobs
from greencredit.awards import queries as awards
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.migrations.upgrade import upgrade

_MUST: Final = {"SQLite": 60_000, "PostgreSQL": 40_000}
"""Lines a second, from file to ledger, durable."""
_CHUNK: Final = 50_000
_QUICK_LINES: Final = 20_000
_TABLES: Final = (
    "ledger_balance",
    "ledger_event",
    "evidence_key",
    "evidence_item",
    "evidence_reject",
    "awards_award",
    "awards_usage",
)


def measure(asked: Asked) -> list[Row]:
    """Take all lines in once on each engine, then insert the rows that came of it with nothing but the driver."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "receipts.parquet"
        shop.write_receipts(path)
        if asked.quick:
            _shorten(path)
        (folder / "sqlite").mkdir()
        database = _prepared(folder / "sqlite", None)
        rows = [_taken_in("SQLite", database, path, lambda: _raw(folder / "sqlite", path))]
        with _postgres() as address:
            (folder / "postgres").mkdir()
            rows.append(_taken_in("PostgreSQL", _prepared(folder / "postgres", address), path, None))
    return rows


def _taken_in(engine: str, database: Database, path: Path, raw: Callable[[], float] | None) -> Row:
    began = time.perf_counter()
    outcome = jobs.import_file(database, facts.PURCHASES, path)
    ours = time.perf_counter() - began
    _require_right(database)
    database.close()
    lines = outcome.lines / ours
    bound = None if raw is None else outcome.lines / raw()
    what = f"receipt lines/s, {engine} ({outcome.lines:,} lines, {outcome.awarded:,} awards)"
    ratio = None if bound is None else lines / bound
    return Row(what, lines, bound, ratio, f"≥ {_MUST[engine]:,}", "–", lines >= _MUST[engine])


@contextmanager
def _postgres() -> Iterator[str]:
    """Give the address of an empty database on the durable server of the measurements."""
    from benchmarks.ledger.world import server

    address = server().create("purchases")
    try:
        yield address
    finally:
        server().drop("purchases")


def _require_right(database: Database) -> None:
    with database.reading() as session:
        findings = [*ledger.audit(session), *awards.audit(session)]
    assert [finding.name for finding in findings if not finding.holds] == []


def _shorten(path: Path) -> None:
    """Keep the first lines only."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        first = next(file.iter_batches(batch_size=_QUICK_LINES))
    with parquet.ParquetWriter(path, first.schema) as file:
        file.write_batch(first)


def _prepared(folder: Path, address: str | None) -> Database:
    settings = Settings(data_dir=folder) if address is None else Settings(data_dir=folder, database=address)
    clock = StandingClock(facts.REGISTERED_AT)
    keys = open_keys(folder, secrets.token_bytes)
    database = Database(settings.database_url, clock=clock, entropy=seeded_entropy("benchmark"), keys=keys)
    with database.connection() as connection:
        upgrade(connection)
    with contextlib.redirect_stdout(io.StringIO()):
        cast.open_accounts(database)
        Story(database, clock, settings).prepare()
    return database


def _raw(folder: Path, path: Path) -> float:
    """Give the seconds for reading the file and inserting the very rows of our database, in as many transactions."""
    from pyarrow import parquet

    done = sqlite3.connect(folder / "greencredit.db")
    rows = {table: done.execute(f"SELECT * FROM {table}").fetchall() for table in _TABLES}
    done.close()
    empty = Database(f"sqlite:///{folder / 'raw.db'}")
    with empty.connection() as connection:
        upgrade(connection)
    empty.close()
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    for (trigger,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-200000", "foreign_keys=OFF"):
        raw.execute(f"PRAGMA {pragma}")
    began = time.perf_counter()
    with parquet.ParquetFile(path) as file:
        lines = sum(batch.num_rows for batch in file.iter_batches(batch_size=_CHUNK))
    transactions = -(-lines // _CHUNK)
    for turn in range(transactions):
        raw.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            part = found[turn * len(found) // transactions : (turn + 1) * len(found) // transactions]
            if part:
                raw.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(part[0]))})", part)
        raw.execute("COMMIT")
    seconds = time.perf_counter() - began
    raw.close()
    return seconds


if __name__ == "__main__":
    sys.exit(run({"purchases": measure}, __doc__ or ""))
