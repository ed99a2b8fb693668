"""The raw limits: the same rows with the driver alone, nothing looked up, checked, guarded or sealed.

The table of events has the ledger's columns, its unique key and two indexes, (holder, id) and (series, id); there are
no triggers, no checks and no foreign keys. One call is one durable transaction.
"""

import sqlite3
import struct
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import psycopg

from benchmarks.ledger.goals import REFERENCE_POSTGRES, REFERENCE_SQLITE
from greencredit.schemas.ledger import Earning

_SQLITE_TABLE: Final = """
CREATE TABLE event (
  id INTEGER PRIMARY KEY, grp INTEGER, kind INTEGER NOT NULL, series INTEGER NOT NULL, holder INTEGER NOT NULL,
  party INTEGER, amount INTEGER NOT NULL, caller INTEGER NOT NULL, key BLOB, fingerprint BLOB, cause INTEGER,
  serial INTEGER
) STRICT;
CREATE UNIQUE INDEX event_key ON event (caller, key);
CREATE INDEX event_holder ON event (holder, id);
CREATE INDEX event_series ON event (series, id);
CREATE TABLE balance (leaf_id INTEGER PRIMARY KEY, posted INTEGER NOT NULL) STRICT;
"""
_POSTGRES_TABLE: Final = """
CREATE TABLE event (
  id bigint PRIMARY KEY, grp bigint, kind smallint NOT NULL, series integer NOT NULL, holder integer NOT NULL,
  party integer, amount bigint NOT NULL, caller smallint NOT NULL, key bytea, fingerprint bytea, cause bigint,
  serial bigint
);
CREATE UNIQUE INDEX event_key ON event (caller, key);
CREATE INDEX event_holder ON event (holder, id);
CREATE INDEX event_series ON event (series, id);
"""
_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-200000")
_COPIED: Final = struct.Struct(">hiqiihiiiiiiqihi16siiiq")
"""Twelve fields in binary COPY, each behind its length; -1 is the length of nothing."""
_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END: Final = b"\xff\xff"
_EARN: Final = 1
_ISSUED: Final = 0
_AVAILABLE: Final = 1


class RawSQLite:
    """Awards into a file: rows, unique key, two indexes, and the balances of both sides if they are asked for."""

    reference: Final = REFERENCE_SQLITE

    def __init__(self, path: str, *, balances: bool = False) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in _PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(_SQLITE_TABLE)
        self._balances = balances
        self._next = 1
        self._serials: Counter[int] = Counter()

    def post(self, batch: Sequence[Earning]) -> None:
        """Insert one batch."""
        serials, number = self._serials, self._next
        rows: list[tuple[Any, ...]] = []
        for holder, series, amount, key in batch:
            rows.append((number, None, _EARN, series, holder, None, amount, 1, key, None, None, serials[series] + 1))
            serials[series] += amount
            number += 1
        self._next = number
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        run.executemany(f"INSERT INTO event VALUES ({', '.join('?' * 12)})", rows)
        if self._balances:
            changes: Counter[int] = Counter()
            for holder, series, amount, _ in batch:
                changes[holder << 28 | series << 4 | _AVAILABLE] += amount
                changes[series << 4 | _ISSUED] -= amount
            run.executemany(
                "INSERT INTO balance VALUES (?, ?) "
                "ON CONFLICT (leaf_id) DO UPDATE SET posted = posted + excluded.posted",
                sorted(changes.items()),
            )
        run.execute("COMMIT")

    def close(self, *, rows: int) -> None:
        """Require that all is there, and close."""
        assert self._connection.execute("SELECT COUNT(*) FROM event").fetchone() == (rows,), "the limit wrote them all"
        self._connection.close()


class RawPostgres:
    """Awards by binary COPY into a table with primary key, unique key and two indexes; no balances."""

    reference: Final = REFERENCE_POSTGRES

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address, autocommit=True)
        self._connection.execute(_POSTGRES_TABLE)
        self._next = 1
        self._serials: Counter[int] = Counter()

    def post(self, batch: Sequence[Earning]) -> None:
        """Copy one batch."""
        pack, serials, number = _COPIED.pack, self._serials, self._next
        parts = [_COPY_HEAD]
        for holder, series, amount, key in batch:
            numbers = (12, 8, number, -1, 2, _EARN, 4, series, 4, holder, -1, 8, amount, 2, 1, 16)
            parts.append(pack(*numbers, key, -1, -1, 8, serials[series] + 1))
            serials[series] += amount
            number += 1
        self._next = number
        parts.append(_COPY_END)
        with (
            self._connection.transaction(),
            self._connection.cursor() as cursor,
            cursor.copy("COPY event FROM STDIN (FORMAT binary)") as copy,
        ):
            copy.write(b"".join(parts))

    def close(self, *, rows: int) -> None:
        """Require that all is there, and close."""
        found = self._connection.execute("SELECT COUNT(*) FROM event").fetchone()
        assert found == (rows,), "the limit wrote them all"
        self._connection.close()


def raw(address: str) -> RawSQLite | RawPostgres:
    """Give the limit without balances for an address."""
    if address.startswith("sqlite"):
        return RawSQLite(address.removeprefix("sqlite:///"))
    return RawPostgres(address)
