"""A place on disk for what a dry run counts: it takes no more memory for a million holders than for ten.

An unnamed database of SQLite's own, gone when it is closed; it is none of the platform's databases.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Final, NamedTuple, Self

from greencredit.awards.rules import State, UsageKey

USAGE: Final = 0
OCCASIONS: Final = 1

_CACHE_KIB: Final = 8192
_TABLES: Final = (
    (
        "CREATE TABLE counter (side INTEGER, what INTEGER, lineage INTEGER, holder INTEGER, day INTEGER, n INTEGER, "
        "PRIMARY KEY (side, what, lineage, holder, day)) WITHOUT ROWID"
    ),
    "CREATE TABLE holder (id INTEGER PRIMARY KEY, count INTEGER, tried INTEGER, in_force INTEGER)",
    (
        "CREATE TABLE receipt (batch INTEGER, holder INTEGER, receipt TEXT, day TEXT, subject TEXT, fen INTEGER, "
        "PRIMARY KEY (batch, receipt, holder, day, subject)) WITHOUT ROWID"
    ),
)


class HolderTotal(NamedTuple):
    """What one holder came to by both rule sets."""

    holder: int
    earning: int
    tried: int
    in_force: int


class Scratch:
    """Counters of two rule sets, and what each holder came to."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)
        for setting in (f"cache_size = -{_CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self._file.execute(f"PRAGMA {setting}")
        for table in _TABLES:
            self._file.execute(table)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def state(self, side: int, usage: Iterable[UsageKey], occasions: Iterable[UsageKey]) -> State:
        """Read what is known of some counters of one rule set."""
        return State(self._read(side, USAGE, usage), self._read(side, OCCASIONS, occasions))

    def _read(self, side: int, what: int, keys: Iterable[UsageKey]) -> dict[UsageKey, int]:
        asked = "SELECT n FROM counter WHERE side = ? AND what = ? AND lineage = ? AND holder = ? AND day = ?"
        found: dict[UsageKey, int] = {}
        for key in keys:
            row = self._file.execute(asked, (side, what, *key)).fetchone()
            if row is not None:
                found[key] = row[0]
        return found

    def keep(self, side: int, state: State) -> None:
        """Write the counters of one rule set as they are now."""
        for what, counters in ((USAGE, state.usage), (OCCASIONS, state.occasions)):
            self._file.executemany(
                "INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?, ?, ?)",
                [(side, what, *key, number) for key, number in counters.items()],
            )

    def add_to_holders(self, totals: Iterable[HolderTotal]) -> None:
        """Add to what holders came to."""
        self._file.executemany(
            "INSERT INTO holder VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET count = count + excluded.count, "
            "tried = tried + excluded.tried, in_force = in_force + excluded.in_force",
            list(totals),
        )

    def holders(self, *, largest: int | None = None) -> Iterator[HolderTotal]:
        """Give what each holder came to: by number, or so many of those who came to most."""
        order = "ORDER BY id" if largest is None else f"ORDER BY tried DESC, id LIMIT {largest:d}"
        for row in self._file.execute(f"SELECT id, count, tried, in_force FROM holder {order}"):  # noqa: S608 - a number
            yield HolderTotal(*row)

    def add_to_receipts(self, lines: Iterable[tuple[int, int, str, str, str, int]]) -> None:
        """Add lines to what receipts come to: batch, holder, receipt, day, kind of product, fen."""
        self._file.executemany(
            "INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET fen = fen + excluded.fen",
            list(lines),
        )

    def receipt(self, batch: int, holder: int, receipt: str, day: str) -> dict[str, int]:
        """Give what a receipt comes to, by kind of product."""
        asked = "SELECT subject, fen FROM receipt WHERE batch = ? AND receipt = ? AND holder = ? AND day = ?"
        return dict(self._file.execute(asked, (batch, receipt, holder, day)))
