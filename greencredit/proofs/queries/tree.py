"""Reads the tree of the log: roots and proofs at any size, from the few tiles they need."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.proofs.errors import NoSuchEntry, TileMissing
from greencredit.proofs.rules import tree as rules
from greencredit.proofs.rules.tiles import TILE_HEIGHT, TILE_WIDTH, tile_hashes

_SIZE: Final = text("SELECT max(position) FROM proofs_entry")
_ENTRY: Final = text("SELECT body FROM proofs_entry WHERE position = :position")
_ENTRIES: Final = text("SELECT body FROM proofs_entry WHERE position >= :first AND position < :last ORDER BY position")
_OF_KIND: Final = text("SELECT COUNT(*) FROM proofs_entry WHERE kind = :kind")
_TILE: Final = text("SELECT hashes, root FROM proofs_tile WHERE level = :level AND number = :number")
_LEAVES: Final = text("SELECT hash FROM proofs_entry WHERE position >= :first AND position < :last ORDER BY position")
_ROOTS: Final = text(
    "SELECT root FROM proofs_tile WHERE level = :level AND number >= :first AND number < :last ORDER BY number"
)


def size(session: Session) -> int:
    """Tell how many entries the log has, as this transaction sees it."""
    last: int | None = session.execute(_SIZE).scalar_one()
    return 0 if last is None else last + 1


def entry(session: Session, index: int) -> bytes:
    """Give the bytes of one entry."""
    found: bytes | None = session.execute(_ENTRY, {"position": index}).scalar_one_or_none()
    if found is None:
        raise NoSuchEntry(index, size=size(session))
    return bytes(found)


def entries(session: Session, first: int, count: int) -> list[bytes]:
    """Give the bytes of neighbouring entries; all of them must be there."""
    found = [bytes(body) for body in session.execute(_ENTRIES, {"first": first, "last": first + count}).scalars()]
    if len(found) != count:
        raise NoSuchEntry(first + count - 1, size=size(session))
    return found


def entries_at(session: Session, positions: Collection[int]) -> dict[int, bytes]:
    """Give the bytes of these entries, by position; one that is not there is absent."""
    chosen = ", ".join(str(int(position)) for position in positions)
    found = session.execute(text(f"SELECT position, body FROM proofs_entry WHERE position IN ({chosen or 'NULL'})"))  # noqa: S608 - numbers
    return {position: bytes(body) for position, body in found}


def count_of(session: Session, kind: str) -> int:
    """Count the entries of one kind."""
    counted: int = session.execute(_OF_KIND, {"kind": kind}).scalar_one()
    return counted


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
    asked: dict[str, Any] = {"first": first, "last": first + count}
    found = session.execute(_LEAVES, asked) if level == 0 else session.execute(_ROOTS, asked | {"level": level - 1})
    hashes = [bytes(one) for one in found.scalars()]
    if len(hashes) != count:
        raise TileMissing(found=f"{len(hashes)} hashes", wanted=f"{count} for tile {number} of level {level}")
    return hashes


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
    found = session.execute(_TILE, {"level": level, "number": number}).one_or_none()
    return None if found is None else (bytes(found.hashes), bytes(found.root))


def _reader(session: Session, size: int) -> rules.ReadHashes:
    """Read subtree hashes of the log of this size; a tile is fetched and cut up once, however many of its are asked."""
    tiles: dict[tuple[int, int], list[bytes]] = {}

    def stored(level: int, first: int, count: int) -> list[bytes]:
        row, (number, start) = level // TILE_HEIGHT, divmod(first, TILE_WIDTH)
        if (row, number) not in tiles:
            width = min((size >> level) - number * TILE_WIDTH, TILE_WIDTH)
            tiles[row, number] = tile_hashes(tile(session, row, number, width), width=width)
        return tiles[row, number][start : start + count]

    return rules.folded(stored)
