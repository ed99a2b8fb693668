"""The tree is the one of RFC 6962: published vectors, every proof verifies, nothing altered does."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.proofs.errors import OutsideTheTree, PathWrong, ProofRefused, RootDiffers
from greencredit.proofs.rules import tree
from greencredit.proofs.rules.tiles import Tile, tile_reader

_VECTORS: Final[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors" / "rfc6962.json").read_text("utf-8"))
_LEAVES: Final = [bytes.fromhex(one) for one in _VECTORS["leaves"]]
_HASHES: Final = tree.leaf_hashes(_LEAVES)
_ROOTS: Final = [bytes.fromhex(one) for one in _VECTORS["roots"]]
_MANY: Final = tree.leaf_hashes([b"%d" % number for number in range(300)])

sizes = st.integers(min_value=1, max_value=len(_MANY))


def _hex(path: list[bytes]) -> list[str]:
    return [one.hex() for one in path]


def _unhex(path: list[str]) -> list[bytes]:
    return [bytes.fromhex(one) for one in path]


@pytest.mark.proves("LED-5")
def test_hashes_of_leaves_nodes_and_roots_are_the_published_ones() -> None:
    levels = [_HASHES]
    while len(levels[-1]) > 1:
        levels.append(tree.level_above(levels[-1]))

    assert [_hex(level) for level in levels] == _VECTORS["levels"]
    assert [tree.root_of(_HASHES[:size]).hex() for size in range(9)] == _VECTORS["roots"]
    assert tree.EMPTY_ROOT.hex() == _VECTORS["empty_root"]
    assert tree.leaf_hash(b"") == _HASHES[0]
    assert tree.node_hash(_HASHES[0], _HASHES[1]).hex() == _VECTORS["levels"][1][0]


@pytest.mark.parametrize("vector", _VECTORS["inclusion"], ids=lambda one: f"{one['index']} of {one['size']}")
def test_inclusion_paths_are_the_published_ones(vector: dict[str, Any]) -> None:
    index, size = vector["index"], vector["size"]

    assert _hex(tree.inclusion_path(_HASHES[:size], index)) == vector["path"]
    assert _hex(tree.inclusion_path_from(tree.reader_over(_HASHES), index, size)) == vector["path"]
    assert tree.root_from_inclusion(_HASHES[index], index, size, _unhex(vector["path"])) == _ROOTS[size]


@pytest.mark.parametrize("vector", _VECTORS["consistency"], ids=lambda one: f"{one['old']} to {one['new']}")
def test_consistency_paths_are_the_published_ones(vector: dict[str, Any]) -> None:
    old, new = vector["old"], vector["new"]

    assert _hex(tree.consistency_path(_HASHES, old, new)) == vector["path"]
    tree.verify_consistency(old, _ROOTS[old], new, _ROOTS[new], _unhex(vector["path"]))


def _valid_subtrees(largest: int) -> Iterator[tuple[int, int]]:
    """Give start and end of every subtree of the draft: its start is a multiple of its width, rounded up."""
    for end in range(1, largest + 1):
        for start in range(end):
            if start % (1 << (end - start - 1).bit_length()) == 0:
                yield start, end


@pytest.mark.proves("LED-5")
def test_all_roots_and_paths_up_to_130_leaves_add_up_to_the_published_digests() -> None:
    vector = _VECTORS["subtrees"]
    hashes = tree.leaf_hashes([bytes([number]) for number in range(vector["largest"])])
    roots, paths = hashlib.sha256(), hashlib.sha256()

    for start, end in _valid_subtrees(vector["largest"]):
        part = hashes[start:end]
        roots.update(f"[{start}, {end}) {tree.root_of(part).hex()}\n".encode())
        for index in range(start, end):
            path = "".join(f" {one.hex()}" for one in tree.inclusion_path(part, index - start))
            paths.update(f"{index} [{start}, {end}){path}\n".encode())

    assert (roots.hexdigest(), paths.hexdigest()) == (vector["hashes"], vector["inclusion"])


def _wrong_inclusions() -> Iterator[tuple[str, int, int, bytes, list[bytes], bytes]]:
    """Bend each published path in the ways that verifiers are known to have fallen for."""
    for vector in _VECTORS["inclusion"]:
        index, size, path = vector["index"], vector["size"], _unhex(vector["path"])
        leaf, root = _HASHES[index], _ROOTS[size]
        for bent in (index - 1, index + 1, index ^ 2):
            yield f"index {bent}", bent, size, leaf, path, root
        for bent in (size * 2, size // 2):
            yield f"size {bent}", index, bent, leaf, path, root
        yield "short leaf", index, size, b"WrongLeaf", path, root
        yield "empty root", index, size, leaf, path, tree.EMPTY_ROOT
        yield "hash of nothing behind", index, size, leaf, [*path, b""], root
        yield "root behind", index, size, leaf, [*path, root], root
        yield "hash of nothing before", index, size, leaf, [b"", *path], root
        yield "root before", index, size, leaf, [root, *path], root
        if path:
            yield "last one missing", index, size, leaf, path[:-1], root
            yield "one put in", index, size, leaf, [path[0], tree.EMPTY_ROOT, *path[1:]], root


@pytest.mark.parametrize("case", list(_wrong_inclusions()), ids=lambda case: case[0])
def test_a_bent_inclusion_path_leads_nowhere(case: tuple[str, int, int, bytes, list[bytes], bytes]) -> None:
    _, index, size, leaf, path, root = case

    try:
        found = tree.root_from_inclusion(leaf, index, size, path)
    except (PathWrong, OutsideTheTree):
        return

    assert found != root


def _wrong_consistencies() -> Iterator[tuple[str, int, bytes, int, bytes, list[bytes]]]:
    for vector in _VECTORS["consistency"][1:]:
        old, new, path = vector["old"], vector["new"], _unhex(vector["path"])
        before, after = _ROOTS[old], _ROOTS[new]
        for bent in (old - 1, old + 1, old ^ 2):
            yield f"old {bent}", bent, before, new, after, path
        for bent in (new * 2, new // 2):
            yield f"new {bent}", old, before, bent, after, path
        yield "short old root", old, b"WrongRoot", new, after, path
        yield "short new root", old, before, new, b"WrongRoot", path
        yield "roots swapped", old, after, new, before, path
        yield "no path", old, before, new, after, []
        yield "last one missing", old, before, new, after, path[:-1]
        for extra in (b"", before, after):
            yield "one behind", old, before, new, after, [*path, extra]
            yield "one before", old, before, new, after, [extra, *path]
        yield "first one twice", old, before, new, after, [path[0], *path]


@pytest.mark.parametrize("case", list(_wrong_consistencies()), ids=lambda case: case[0])
def test_a_bent_consistency_path_is_refused(case: tuple[str, int, bytes, int, bytes, list[bytes]]) -> None:
    _, old, before, new, after, path = case

    with pytest.raises((PathWrong, OutsideTheTree, RootDiffers)):
        tree.verify_consistency(old, before, new, after, path)


@pytest.mark.proves("LED-5")
@given(sizes, st.data())
def test_every_leaf_has_a_path_to_the_root_and_no_altered_bit_leads_there(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = tree.root_of(_MANY[:size])
    path = tree.inclusion_path(_MANY[:size], index)

    assert path == tree.inclusion_path_from(tree.reader_over(_MANY[:size]), index, size)
    assert tree.root_from_inclusion(_MANY[index], index, size, path) == root

    altered = [_MANY[index], *path]
    place = data.draw(st.integers(0, len(altered) - 1))
    altered[place] = _flipped(altered[place], data.draw(st.integers(0, 255)))
    assert tree.root_from_inclusion(altered[0], index, size, altered[1:]) != root


@pytest.mark.proves("LED-5")
@given(sizes, sizes, st.data())
def test_any_two_sizes_are_consistent_and_no_altered_bit_is(one: int, other: int, data: st.DataObject) -> None:
    old, new = sorted((one, other))
    before, after = tree.root_of(_MANY[:old]), tree.root_of(_MANY[:new])
    path = tree.consistency_path(_MANY, old, new)

    tree.verify_consistency(old, before, new, after, path)

    altered = [before, after, *path]
    place = data.draw(st.integers(0, len(altered) - 1))
    altered[place] = _flipped(altered[place], data.draw(st.integers(0, 255)))
    with pytest.raises(RootDiffers):
        tree.verify_consistency(old, altered[0], new, altered[1], altered[2:])


def _flipped(data: bytes, bit: int) -> bytes:
    return (int.from_bytes(data, "big") ^ 1 << bit).to_bytes(len(data), "big")


@given(st.lists(st.integers(0, 40)))
def test_appending_in_any_portions_gives_the_root_over_everything(portions: list[int]) -> None:
    frontier, singly, done = tree.Frontier(), tree.Frontier(), 0

    for portion in portions:
        part = _MANY[done : done + portion]
        frontier.extend(part)
        for one in part:
            singly.push(one)
        done += len(part)

    assert (frontier.size, frontier.edge) == (singly.size, singly.edge)
    assert frontier.root() == tree.root_of(_MANY[:done])
    assert tree.Frontier(frontier.size, frontier.edge).root() == frontier.root()


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(PathWrong) as no:
        tree.Frontier(5, _HASHES[:1])

    assert no.value.facts == {"found": "1 hashes", "wanted": "2 at the edge of 5 leaves"}


@pytest.mark.proves("LED-5")
@given(sizes, sizes)
def test_proofs_read_from_tiles_are_those_of_the_whole_tree_and_read_few_tiles(one: int, other: int) -> None:
    old, new = sorted((one, other))
    read: list[Tile] = []

    def kept(tile: Tile) -> bytes:
        read.append(tile)
        row = tree.subtree_roots(_MANY[:new], 8 * (tile.level or 0))
        return b"".join(row[tile.number * 256 :][: tile.width])

    reader = tile_reader(kept, new)

    assert tree.root_from(reader, new) == tree.root_of(_MANY[:new])
    assert tree.consistency_path_from(reader, old, new) == tree.consistency_path(_MANY, old, new)
    assert tree.inclusion_path_from(reader, old - 1, new) == tree.inclusion_path(_MANY[:new], old - 1)
    assert {tile.number for tile in read} <= {0, 1}


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0), (7, 2)], ids=str)
def test_a_leaf_outside_the_tree_has_no_path(index: int, size: int) -> None:
    asked = (
        lambda: tree.inclusion_path(_MANY[:size], index),
        lambda: tree.inclusion_path_from(tree.reader_over(_MANY), index, size),
        lambda: tree.root_from_inclusion(_MANY[0], index, size, []),
    )
    for ask in asked:
        with pytest.raises(OutsideTheTree) as no:
            ask()

        assert no.value.facts["found"] == f"leaf {index}"


def test_nothing_comes_before_the_empty_tree() -> None:
    tree.verify_consistency(0, tree.EMPTY_ROOT, 5, _ROOTS[5], [])
    tree.verify_consistency(0, tree.EMPTY_ROOT, 0, tree.EMPTY_ROOT, [])

    refused: list[tuple[int, bytes, int, bytes, list[bytes], type[ProofRefused]]] = [
        (0, _ROOTS[1], 5, _ROOTS[5], [], RootDiffers),
        (0, tree.EMPTY_ROOT, 5, _ROOTS[5], [_ROOTS[1]], PathWrong),
        (0, tree.EMPTY_ROOT, 0, _ROOTS[1], [], RootDiffers),
        (5, _ROOTS[5], 5, _ROOTS[5], [_ROOTS[1]], PathWrong),
        (5, _ROOTS[5], 5, _ROOTS[4], [], RootDiffers),
        (6, _ROOTS[6], 5, _ROOTS[5], [], OutsideTheTree),
    ]
    for old, before, new, after, path, refusal in refused:
        with pytest.raises(refusal):
            tree.verify_consistency(old, before, new, after, path)
    with pytest.raises(OutsideTheTree):
        tree.consistency_path_from(tree.reader_over(_MANY), 6, 5)
