"""Adds entries to the log inside the ledger's posting transaction, and completes tiles as they fill up."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.kernel.driver import driver
from greencredit.proofs.errors import EntryTooLong, TileDiffers
from greencredit.proofs.queries import tree
from greencredit.proofs.rules.tiles import LONGEST_ENTRY_BYTES, TILE_WIDTH
from greencredit.proofs.rules.tree import leaf_hash, root_of
from greencredit.proofs.service.sign import KEY_CHANGE, hand_over

# Driver's SQL: this runs once for every commit of the ledger.
_DRAIN: Final = "DELETE FROM proofs_pending RETURNING id, kind, body"
ANY_WAIT: Final = "SELECT 1 FROM proofs_pending LIMIT 1"
"""Whether facts wait; for a caller who asks for several things at once."""

_INTO_ENTRY: Final = "INSERT INTO proofs_entry (position, kind, body, hash) VALUES "
_INTO_TILE: Final = "INSERT INTO proofs_tile (level, number, hashes, root) VALUES "
_ROW: Final = {True: "(?, ?, ?, ?)", False: "(%s, %s, %s, %s)"}


def append(session: Session, size: int, entries: Sequence[tuple[str, bytes]], *, facts_wait: bool = True) -> int:
    """Append these entries, each a kind and its bytes, then whatever facts wait; give the log's new size.

    The caller holds the lock on the head row that keeps the log's size, hands that size in, and keeps what it gets.
    Without `facts_wait` nobody looks for them; the caller has looked already.
    """
    hot = driver(session)
    waiting = sorted(hot.rows(_DRAIN)) if facts_wait else []
    everything = [*entries, *((kind, body) for _, kind, body in waiting)]
    if any(kind == KEY_CHANGE for _, kind, _ in waiting):
        change = hand_over(session, since=size + len(everything))
        everything = [(kind, body or change) for kind, body in everything]
    rows = [(position, kind, body, leaf_hash(body)) for position, (kind, body) in enumerate(everything, size)]
    if not rows:
        return size
    for _, _, body, _ in rows:
        if len(body) > LONGEST_ENTRY_BYTES:
            raise EntryTooLong(found=f"{len(body)} bytes", wanted=f"at most {LONGEST_ENTRY_BYTES}")
    hot.many(f"{_INTO_ENTRY}(?, ?, ?, ?)", rows)
    grown = size + len(rows)
    for number in range(size // TILE_WIDTH, grown // TILE_WIDTH):
        _complete(session, session.connection(), number, sqlite=hot.sqlite)
    return grown


def _complete(session: Session, connection: Connection, number: int, *, sqlite: bool) -> None:
    """Keep the tile that just filled up, and the ones above it that fill up with it."""
    level = 0
    while True:
        keep_tile(connection, level, number, tree.hashes_below(session, level, number), sqlite=sqlite)
        if (number + 1) % TILE_WIDTH:
            return
        level, number = level + 1, number // TILE_WIDTH


def keep_tile(connection: Connection, level: int, number: int, hashes: Sequence[bytes], *, sqlite: bool) -> None:
    """Write one complete tile."""
    assert len(hashes) == TILE_WIDTH, "only complete tiles are kept"
    connection.exec_driver_sql(_INTO_TILE + _ROW[sqlite], (level, number, b"".join(hashes), root_of(hashes)))


def rebuild_tiles(session: Session) -> int:
    """Make every complete tile again from the entries, level by level; give the number of those that were missing.

    A tile that is there and differs is refused, not mended: either it or the entries were changed by somebody.
    """
    connection, sqlite = session.connection(), is_sqlite(session)
    missing, level, count = 0, 0, tree.size(session) // TILE_WIDTH
    while count:
        for number in range(count):
            hashes = tree.hashes_below(session, level, number)
            kept = tree.kept_tile(session, level, number)
            if kept is None:
                keep_tile(connection, level, number, hashes, sqlite=sqlite)
                missing += 1
            elif kept != (b"".join(hashes), root_of(hashes)):
                raise TileDiffers(level, number)
        level, count = level + 1, count // TILE_WIDTH
    return missing
