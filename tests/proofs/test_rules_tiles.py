"""Tiles: which there are, where they lie, and that every path has one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.errors import EntryTooLong, Malformed, OutsideTheTree, PathWrong, TileAltered, TilePathMalformed
from greencredit.proofs.rules.tiles import (
    Tile,
    bundles_of,
    pack_entries,
    parse_tile_path,
    tile_hashes,
    tile_path,
    tile_reader,
    tiles_of,
    unpack_entries,
)
from greencredit.proofs.rules.tree import folded


@pytest.mark.proves("LED-5")
@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),  # the example of c2sp.org/tlog-tiles
        (Tile(63, 5, 255), "tile/63/005.p/255"),
        (Tile(None, 1_000, 1), "tile/entries/x001/000.p/1"),
        (Tile(None, 999), "tile/entries/999"),
    ],
)
def test_a_tile_lies_where_the_format_says(tile: Tile, path: str) -> None:
    assert tile_path(tile) == path
    assert parse_tile_path(path) == tile


@given(st.none() | st.integers(0, 63), st.integers(0, 2**50), st.integers(1, 256))
def test_every_tile_has_a_path_that_is_read_back(level: int | None, number: int, width: int) -> None:
    assert parse_tile_path(tile_path(Tile(level, number, width))) == Tile(level, number, width)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/-1/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/x001/x234",
        "tile/0/1234",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/999",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/data/000",
        "tile/entries/../000",
        "tile/0/００0",  # noqa: RUF001 - digits of another alphabet are the case
        "checkpoint",
    ],
)
def test_every_other_spelling_of_a_path_is_refused(path: str) -> None:
    with pytest.raises(TilePathMalformed):
        parse_tile_path(path)


@pytest.mark.proves("LED-5")
def test_a_log_of_70000_entries_has_the_tiles_that_the_format_counts() -> None:
    """The example of c2sp.org/tlog-tiles."""
    tiles = list(tiles_of(70_000))

    full = [(tile.level, tile.width) for tile in tiles if tile.width == 256]
    assert (full.count((0, 256)), full.count((1, 256)), len(full)) == (273, 1, 274)
    assert [tile for tile in tiles if tile.width < 256] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(bundles_of(257)) == [Tile(None, 0), Tile(None, 1, 1)]
    assert list(tiles_of(0)) == []


@given(st.lists(st.integers(0, 3_000), max_size=5).map(sorted))
def test_what_is_published_as_a_log_grows_is_all_that_it_has(sizes: list[int]) -> None:
    published: set[Tile] = set()
    before = 0
    for size in sizes:
        published |= {*tiles_of(size, since=before), *bundles_of(size, since=before)}
        before = size

    assert {*tiles_of(before), *bundles_of(before)} <= published


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_is_read_back_and_a_cut_one_is_refused(entries: list[bytes]) -> None:
    data = pack_entries(entries)

    assert unpack_entries(data) == entries
    if data:
        with pytest.raises(Malformed):
            unpack_entries(data[:-1] if len(entries[-1]) else data + b"\0")


def test_an_entry_beyond_two_bytes_of_length_is_refused() -> None:
    assert unpack_entries(pack_entries([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(EntryTooLong) as no:
        pack_entries([bytes(65_536)])

    assert no.value.facts == {"found": "65536 bytes", "wanted": "at most 65535"}


def test_a_tile_of_another_length_is_refused() -> None:
    assert tile_hashes(bytes(64), width=2) == [bytes(32), bytes(32)]
    for length in (0, 63, 65, 96):
        with pytest.raises(TileAltered):
            tile_hashes(bytes(length), width=2)


def test_hashes_that_a_log_does_not_have_are_not_read() -> None:
    with pytest.raises(OutsideTheTree):
        tile_reader(lambda _: b"", 5)(0, 5, 1)
    with pytest.raises(PathWrong):
        folded(lambda *_: [bytes(32)])(1, 0, 1)
