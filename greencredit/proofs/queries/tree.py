"""Reads the tree of the log: roots and proofs at any size, from the few tiles they need."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from greencredit.kernel.driver import driver
from greencredit.proofs.errors import NoSuchEntry, TileMissing
from greencredit.proofs.rules import tree as rules
from greencredit.proofs.rules.tiles import TILE_HEIGHT, TILE_WIDTH, tile_hashes
from greencredit.schemas.proofs import HASH_BYTES

# In the drivers' own words, and through the driver's cursor: a proof is made of several small statements.
_SIZE: Final = "SELECT max(position) FROM proofs_entry"
_ENTRY: Final = "SELECT body FROM proofs_entry WHERE position = ?"
_ENTRIES: Final = "SELECT body FROM proofs_entry WHERE position >= ? AND position < ? ORDER BY position"
_OF_KIND: Final = text("SELECT COUNT(*) FROM proofs_entry WHERE kind = :kind")
_TILE: Final = "SELECT hashes, root FROM proofs_tile WHERE level = ? AND number = ?"
_LEAVES: Final = "SELECT hash FROM proofs_entry WHERE position >= ? AND position < ? ORDER BY position"
_ROOTS: Final = "SELECT root FROM proofs_tile WHERE number >= ? AND number < ? AND level = ? ORDER BY number"
_TILES_IN_MEMORY: Final = 128


def size(session: Session) -> int:
    """Tell how many entries the log has, as this transaction sees it."""
    last: int | None = _rows(session, _SIZE)[0][0]
    return 0 if last is None else last + 1


def entry(session: Session, index: int) -> bytes:
    """Give the bytes of one entry."""
    found = _rows(session, _ENTRY, index)
    if not found:
        raise NoSuchEntry(index, size=size(session))
    return bytes(found[0][0])


def entries(session: Session, first: int, count: int) -> list[bytes]:
    """Give the bytes of neighbouring entries; all of them must be there."""
    found = [bytes(body) for (body,) in _rows(session, _ENTRIES, first, first + count)]
    if len(found) != count:
        raise NoSuchEntry(first + count - 1, size=size(session))
    return found


def entries_at(session: Session, positions: Collection[int]) -> dict[int, bytes]:
    """Give the bytes of these entries, by position; one that is not there is absent."""
    chosen = ", ".join(str(int(position)) for position in positions)
    found = session.execute(text(f"SELECT position, body FROM proofs_entry WHERE position IN ({chosen or 'NULL'})"))  # noqa: S608 - numbers
    return {position: bytes(body) for position, body in found}


def entries_of(session: Session, kinds: Collection[str], *, since: int = 0) -> list[tuple[int, bytes]]:
    """List the entries of some kinds with their places, from a place on; kinds of which there are few there."""
    rows = session.execute(
        text(
            "SELECT position, body FROM proofs_entry WHERE kind IN :kinds AND position >= :since ORDER BY position"
        ).bindparams(bindparam("kinds", sorted(kinds), expanding=True)),
        {"since": since},
    )
    return [(int(position), bytes(body)) for position, body in rows]


def count_of(session: Session, kind: str) -> int:
    """Count the entries of one kind."""
    counted: int = session.execute(_OF_KIND, {"kind": kind}).scalar_one()
    return counted


def facts_waiting(session: Session) -> int:
    """Count the facts that wait for the next batch."""
    waiting: int = session.execute(text("SELECT COUNT(*) FROM proofs_pending")).scalar_one()
    return waiting


def root(session: Session, size: int) -> bytes:
    """Give the root of the log when it had this many entries."""
    return rules.root_from(_reader(session, size), size)


def inclusion(session: Session, index: int, size: int) -> list[bytes]:
    """Prove that an entry is in the log of this size: the path from its leaf hash to the root."""
    return rules.inclusion_path_from(_reader(session, size), index, size)


def consistency(session: Session, old: int, new: int) -> list[bytes]:
    """Prove that the log of the old size is the beginning of the one of the new size."""
    return rules.consistency_path_from(_reader(session, new), old, new)


def hashes_below(session: Session, level: int, number: int, count: int = TILE_WIDTH) -> list[bytes]:
    """Give the first `count` hashes of a tile from what it is made of: leaf hashes, or the roots of tiles below."""
    first = number * TILE_WIDTH
    span = (first, first + count)
    found = _rows(session, _LEAVES, *span) if level == 0 else _rows(session, _ROOTS, *span, level - 1)
    if len(found) != count:
        raise TileMissing(found=f"{len(found)} hashes", wanted=f"{count} for tile {number} of level {level}")
    return [hashed for (hashed,) in found]


def tile(session: Session, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
    """Give the bytes of one tile: as it was kept, or what there is of an incomplete one."""
    if width < TILE_WIDTH:
        return b"".join(hashes_below(session, level, number, width))
    kept = kept_tile(session, level, number)
    if kept is None:
        raise TileMissing(found="no row", wanted=f"tile {number} of level {level}, run `greencredit log rebuild-tiles`")
    return kept[0]


def kept_tile(session: Session, level: int, number: int) -> tuple[bytes, bytes] | None:
    """Give a complete tile and its root as they are stored; none if there is no such row."""
    found = _rows(session, _TILE, level, number)
    return (bytes(found[0][0]), bytes(found[0][1])) if found else None


@lru_cache(_TILES_IN_MEMORY)
def _levels(hashes: bytes) -> tuple[tuple[bytes, ...], ...]:
    """Give the hashes inside a tile, level by level; whoever asks for receipts asks for the same few tiles again.

    What is remembered follows from the very bytes, so a tile that was changed is never taken for the one before.
    """
    levels = [tuple(tile_hashes(hashes, width=len(hashes) // HASH_BYTES))]
    while len(levels) < TILE_HEIGHT:
        levels.append(tuple(rules.level_above(levels[-1])))
    return tuple(levels)


def _reader(session: Session, size: int) -> rules.ReadHashes:
    """Read subtree hashes of the log of this size; each tile is fetched once."""
    tiles: dict[tuple[int, int], tuple[tuple[bytes, ...], ...]] = {}

    def read(level: int, first: int, count: int) -> Sequence[bytes]:
        row, up = divmod(level, TILE_HEIGHT)
        number, start = divmod(first, TILE_WIDTH >> up)
        if (row, number) not in tiles:
            width = min((size >> TILE_HEIGHT * row) - number * TILE_WIDTH, TILE_WIDTH)
            tiles[row, number] = _levels(tile(session, row, number, width))
        return tiles[row, number][up][start : start + count]

    return read


def _rows(session: Session, statement: str, *values: int) -> Sequence[tuple[Any, ...]]:
    return driver(session).rows(statement, values)
