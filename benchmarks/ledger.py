"""The ledger library against the raw complete SQLite insert of the same rows, batch by batch in turn."""

import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

from benchmarks import Row, run
from greencredit.kernel.database import Database
from greencredit.ledger import queries, service
from greencredit.migrations.upgrade import upgrade
from greencredit.schemas.ledger import Earning, Terms
from greencredit.schemas.values import Credits

_AWARDS: Final = 200_000
_CONSUMERS: Final = 10_000
_ISSUERS: Final = 20
_DAY: Final = 20250101
_TRIGGERS: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


class Setting(NamedTuple):
    """Both databases, migrated alike; the raw one has no trigger and is filled without any check."""

    ours: Database
    raw: sqlite3.Connection
    caller: int
    earnings: list[Earning]


def measure() -> list[Row]:
    """Post the same awards through the library and raw, in batches of 10,000 and of 1,000."""
    rows = []
    for size, must, aim in ((10_000, 0.5, 0.65), (1_000, 0.0, 0.65)):
        with tempfile.TemporaryDirectory() as folder:
            ours, limit = _alternate(_prepared(Path(folder)), size)
        ratio = ours / limit
        said = f"≥ {must} ×" if must else "–"
        rows.append(
            Row(f"earn, SQLite FULL, batch {size:,}, awards/s", ours, limit, ratio, said, f"≥ {aim} ×", ratio >= must)
        )
    return rows


def _prepared(folder: Path) -> Setting:
    chance = random.Random(1)
    ours = Database(f"sqlite:///{folder / 'ours.db'}")
    for database in (ours, Database(f"sqlite:///{folder / 'raw.db'}")):
        with database.connection() as connection:
            upgrade(connection)
        with database.writing() as session:
            caller = service.caller(session, "benchmark")
            holders = list(service.holders(session, [f"con_{n}" for n in range(_CONSUMERS)]).values())
            series = [service.series(session, _terms(n)) for n in range(_ISSUERS)]
    raw = sqlite3.connect(folder / "raw.db", isolation_level=None)
    for (trigger,) in raw.execute(_TRIGGERS).fetchall():
        raw.execute(f"DROP TRIGGER {trigger}")
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-200000"):
        raw.execute(f"PRAGMA {pragma}")
    earnings = [
        Earning(
            chance.choice(holders),
            chance.choice(series),
            chance.randint(1, 500),
            _DAY + n // 50_000,
            chance.randbytes(16),
        )
        for n in range(_AWARDS)
    ]
    return Setting(ours, raw, caller, earnings)


def _terms(number: int) -> Terms:
    return Terms(
        issuer_id=f"iss_{number}",
        terms_version=1,
        funding="issuer",
        award_month=202501,
        expires_at=None,
        cap=Credits(10**12),
    )


def _alternate(setting: Setting, size: int) -> tuple[float, float]:
    """Give awards per second of the library and raw; they take turns, so that noise meets both."""
    ours = raw = 0.0
    inserter = _Raw(setting.raw, setting.caller)
    for start in range(0, len(setting.earnings), size):
        batch = setting.earnings[start : start + size]
        began = time.perf_counter()
        with setting.ours.writing() as session:
            service.earn(session, setting.caller, batch)
        between = time.perf_counter()
        inserter.post(batch)
        ours += between - began
        raw += time.perf_counter() - between
    with setting.ours.reading() as session:
        broken = [finding.name for finding in queries.audit(session) if not finding.holds]
        total = sum(queries.position_of(session, f"iss_{n}").outstanding for n in range(_ISSUERS))
    assert broken == []
    assert total == setting.raw.execute("SELECT SUM(posted) FROM ledger_balance WHERE sign = 1").fetchone()[0]
    setting.ours.close()
    return len(setting.earnings) / ours, len(setting.earnings) / raw


class _Raw:
    """The same rows, keys, indexes and balances with the driver alone: nothing is looked up, checked or guarded."""

    def __init__(self, connection: sqlite3.Connection, caller: int) -> None:
        self._connection, self._caller = connection, caller
        self._leaves: dict[tuple[int, int], int] = {}
        self._next_event = 1
        self._serials: Counter[int] = Counter()

    def post(self, batch: list[Earning]) -> None:
        """Write one batch in one durable transaction."""
        leaves, opened = self._leaves, []
        for holder, series, _, _, _ in batch:
            for place in ((series, 0), (series, holder)):
                if place not in leaves:
                    leaves[place] = len(leaves) + 1
                    opened.append((leaves[place], series, "available" if place[1] else "issued", place[1]))
        changes: Counter[int] = Counter()
        rows = []
        number, at = self._next_event, time.time_ns() // 1000  # the event's time, as the library writes it
        for holder, series, amount, day, key in batch:
            debit, credit = leaves[series, 0], leaves[series, holder]
            changes[debit] -= amount
            changes[credit] += amount
            serial = self._serials[series] + 1
            self._serials[series] += amount
            rows.append(
                (number, number, 1, debit, credit, amount, holder, self._caller, day, key, key, None, at, serial)
            )
            number += 1
        self._next_event = number
        execute = self._connection.executemany
        self._connection.execute("BEGIN IMMEDIATE")
        execute("INSERT INTO ledger_leaf (id, series_id, kind, holder_id) VALUES (?, ?, ?, ?)", opened)
        execute(
            "INSERT INTO ledger_balance (leaf_id, sign, posted, held) VALUES (?, ?, 0, 0)",
            [(leaf, 1 if holder else -1) for leaf, _, _, holder in opened],
        )
        execute(f"INSERT INTO ledger_event VALUES ({', '.join('?' * 14)})", rows)
        execute(
            "UPDATE ledger_balance SET posted = posted + ? WHERE leaf_id = ?",
            [(amount, leaf) for leaf, amount in changes.items()],
        )
        self._connection.execute("COMMIT")


if __name__ == "__main__":
    sys.exit(run(measure, __doc__ or ""))
