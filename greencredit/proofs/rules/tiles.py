"""Tiles as laid out by c2sp.org/tlog-tiles: paths, which tiles a log has, bundles of entries, reading hashes."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from greencredit.proofs.errors import EntryTooLong, Malformed, OutsideTheTree, TileAltered, TilePathMalformed
from greencredit.proofs.rules.tree import ReadHashes, folded
from greencredit.schemas.proofs import HASH_BYTES

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT
"""A full tile holds 256 hashes; a full bundle, 256 entries."""

LONGEST_ENTRY_BYTES: Final = 0xFFFF
_HIGHEST_LEVEL: Final = 63
_TILES_KEPT: Final = 64
"""One proof needs each of a few tiles several times; whoever makes many proofs keeps no more than these."""
_PATH: Final = re.compile(
    r"tile/(?P<level>0|[1-9][0-9]?|entries)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class Tile(NamedTuple):
    """Which tile: `level` is None for a bundle of entries; `width` is below 256 at the ragged right edge."""

    level: int | None
    number: int
    width: int = TILE_WIDTH

    @property
    def full(self) -> "Tile":
        """Give the same tile once it is full."""
        return self._replace(width=TILE_WIDTH)


def tile_path(tile: Tile) -> str:
    """Write where a tile is found, below the log's prefix."""
    level = "entries" if tile.level is None else str(tile.level)
    groups = [f"{tile.number % 1000:03}"]
    rest = tile.number // 1000
    while rest:
        groups.append(f"x{rest % 1000:03}")
        rest //= 1000
    partial = "" if tile.width == TILE_WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{'/'.join(reversed(groups))}{partial}"


def parse_tile_path(path: str) -> Tile:
    """Read where a tile is found; the inverse of `tile_path`, refuses every other spelling."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TilePathMalformed(found=repr(path[:80]), wanted="tile/<level>/<index>[.p/<width>]")
    level, width = found["level"], found["width"]
    tile = Tile(
        None if level == "entries" else int(level),
        int(found["index"].replace("x", "").replace("/", "")),
        TILE_WIDTH if width is None else int(width),
    )
    if tile_path(tile) != path or (tile.level or 0) > _HIGHEST_LEVEL or tile.width > TILE_WIDTH:
        raise TilePathMalformed(found=repr(path[:80]), wanted="the shortest spelling, level to 63, width to 255")
    return tile


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """List the hash tiles of a log of this size that one of `since` entries did not have yet, level by level."""
    level = 0
    while size >> level * TILE_HEIGHT:
        yield from _row(level, size >> level * TILE_HEIGHT, since >> level * TILE_HEIGHT)
        level += 1


def bundles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """List the bundles of entries of a log of this size that one of `since` entries did not have yet."""
    yield from _row(None, size, since)


def tile_hashes(data: bytes, *, width: int = TILE_WIDTH) -> list[bytes]:
    """Cut a tile into its hashes; refuses another number than its width says."""
    if len(data) != width * HASH_BYTES:
        raise TileAltered(found=f"{len(data)} bytes", wanted=f"{width} hashes of {HASH_BYTES} bytes")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def pack_entries(entries: Iterable[bytes]) -> bytes:
    """Write a bundle: each entry behind its length in two bytes."""
    parts: list[bytes] = []
    for entry in entries:
        if len(entry) > LONGEST_ENTRY_BYTES:
            raise EntryTooLong(found=f"{len(entry)} bytes", wanted=f"at most {LONGEST_ENTRY_BYTES}")
        parts += (len(entry).to_bytes(2, "big"), entry)
    return b"".join(parts)


def unpack_entries(data: bytes) -> list[bytes]:
    """Read a bundle; the inverse of `pack_entries`."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        begin = at + 2
        at = begin + int.from_bytes(data[at:begin], "big")
        if begin > len(data) or at > len(data):
            raise Malformed(found=f"a bundle cut off after {len(entries)} entries", wanted="whole entries")
        entries.append(data[begin:at])
    return entries


def tile_reader(read_tile: Callable[[Tile], bytes], size: int) -> ReadHashes:
    """Read subtree hashes of a log of this size out of its tiles; a tile is asked for as this size has it."""
    kept: dict[Tile, list[bytes]] = {}

    def hashes_of(tile: Tile) -> list[bytes]:
        if tile not in kept:
            if len(kept) == _TILES_KEPT:
                kept.clear()
            kept[tile] = tile_hashes(read_tile(tile), width=tile.width)
        return kept[tile]

    def stored(level: int, first: int, count: int) -> list[bytes]:
        row = level // TILE_HEIGHT
        in_row = size >> level
        if first + count > in_row:
            raise OutsideTheTree(found=f"hash {first + count - 1} of level {level}", wanted=f"one of {in_row}")
        hashes: list[bytes] = []
        for index in range(first // TILE_WIDTH, (first + count - 1) // TILE_WIDTH + 1):
            width = min(TILE_WIDTH, in_row - index * TILE_WIDTH)
            hashes += hashes_of(Tile(row, index, width))
        begin = first % TILE_WIDTH
        return hashes[begin : begin + count]

    return folded(stored, TILE_HEIGHT)


def _row(level: int | None, size: int, since: int) -> Iterator[Tile]:
    for index in range(since // TILE_WIDTH, size // TILE_WIDTH):
        yield Tile(level, index)
    if size % TILE_WIDTH and size > since:
        yield Tile(level, size // TILE_WIDTH, size % TILE_WIDTH)
