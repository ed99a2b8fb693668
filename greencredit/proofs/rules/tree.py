"""The tree of RFC 6962 §2.1 (the same in RFC 9162 §2.1): hashes, roots, inclusion and consistency paths.

Lists of hashes are worked through level by level; nothing is allocated per node but its 32 bytes.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

from greencredit.proofs.errors import OutsideTheTree, PathWrong, RootDiffers
from greencredit.schemas.proofs import HASH_BYTES

EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""

ReadHashes = Callable[[int, int, int], Sequence[bytes]]
"""(level, first, count) → the hashes of `count` complete subtrees of 2^level leaves, from subtree number `first` on."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one leaf: SHA-256(0x00 ‖ data)."""
    return sha256(b"\x00" + data).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """Hash many leaves."""
    hashed = sha256
    return [hashed(b"\x00" + data).digest() for data in leaves]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def level_above(hashes: Sequence[bytes]) -> list[bytes]:
    """Join neighbours; an odd last hash is left out (it has no complete parent)."""
    hashed = sha256
    pairs = iter(hashes)
    return [hashed(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Give the root over these leaf hashes."""
    if not hashes:
        return EMPTY_ROOT
    # An odd last hash rises unchanged: the same tree as the RFC's split at the largest power of two below the size.
    while len(hashes) > 1:
        above = level_above(hashes)
        if len(hashes) & 1:
            above.append(hashes[-1])
        hashes = above
    return hashes[0]


def subtree_roots(hashes: Sequence[bytes], height: int) -> list[bytes]:
    """Give the roots of the complete subtrees of 2^height leaves; a ragged end is left out."""
    level = list(hashes)
    for _ in range(height):
        level = level_above(level)
    return level


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Give the path of leaf `index` to the root over these leaf hashes, the leaf's sibling first."""
    _require_leaf(index, len(hashes))
    path = []
    while len(hashes) > 1:
        sibling = index ^ 1
        if sibling < len(hashes):
            path.append(hashes[sibling])
        above = level_above(hashes)
        if len(hashes) & 1:
            above.append(hashes[-1])
        hashes, index = above, index >> 1
    return path


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Give the root that a leaf hash and its path lead to; refuses a path of another length than the shape demands."""
    _require_leaf(index, size)
    _require_hashes([leaf, *path])
    inner, border = _shape(index, size)
    if len(path) != inner + border:
        raise PathWrong(found=f"{len(path)} hashes", wanted=f"{inner + border} for leaf {index} of {size}")
    found = leaf
    for level, sibling in enumerate(path):
        on_the_right = level >= inner or index >> level & 1
        found = node_hash(sibling, found) if on_the_right else node_hash(found, sibling)
    return found


def consistency_path(hashes: Sequence[bytes], old: int, new: int | None = None) -> list[bytes]:
    """Prove that the first `old` of these leaf hashes are the start of the first `new` (all, where not given)."""
    return consistency_path_from(reader_over(hashes), old, len(hashes) if new is None else new)


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]) -> None:
    """Refuse unless the tree of `old_size` leaves is the start of the tree of `new_size` leaves (RFC 9162 §2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        raise OutsideTheTree(found=f"sizes {old_size} and {new_size}", wanted="the older tree not the larger")
    _require_hashes([old_root, new_root, *path])
    if old_size in {0, new_size}:
        if path:
            raise PathWrong(found=f"{len(path)} hashes", wanted=f"none from size {old_size} to {new_size}")
        _require_root(old_root, EMPTY_ROOT if old_size == 0 else new_root, size=old_size)
        _require_root(new_root, EMPTY_ROOT if new_size == 0 else new_root, size=new_size)
        return
    shift = (old_size & -old_size).bit_length() - 1
    inner, border = _shape(old_size - 1, new_size)
    inner -= shift
    # Where the old tree is complete, its root is the start and not repeated in the path.
    start = 0 if old_size == 1 << shift else 1
    if len(path) != start + inner + border:
        raise PathWrong(
            found=f"{len(path)} hashes", wanted=f"{start + inner + border} from size {old_size} to {new_size}"
        )
    in_old = in_new = path[0] if start else old_root
    mask = (old_size - 1) >> shift
    for level, sibling in enumerate(path[start:]):
        if level >= inner or mask >> level & 1:
            in_old, in_new = node_hash(sibling, in_old), node_hash(sibling, in_new)
        else:
            in_new = node_hash(in_new, sibling)
    _require_root(in_old, old_root, size=old_size)
    _require_root(in_new, new_root, size=new_size)


def root_from(read: ReadHashes, size: int) -> bytes:
    """Give the root of a tree of `size` leaves from the hashes of its complete subtrees."""
    return EMPTY_ROOT if size == 0 else _range_root(read, 0, size)


def inclusion_path_from(read: ReadHashes, index: int, size: int) -> list[bytes]:
    """Give the path of leaf `index` in a tree of `size` leaves, reading few subtree hashes."""
    _require_leaf(index, size)
    path: list[bytes] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(_range_root(read, middle, last))
            last = middle
        else:
            path.append(_range_root(read, first, middle))
            first = middle
    return path[::-1]


def consistency_path_from(read: ReadHashes, old: int, new: int) -> list[bytes]:
    """Prove that the tree of `old` leaves is the start of the one of `new`, reading few subtree hashes."""
    if not 0 <= old <= new:
        raise OutsideTheTree(found=f"sizes {old} and {new}", wanted="the older tree not the larger")
    if old in {0, new}:
        return []
    path: list[bytes] = []
    first, last = 0, new
    while old != last:
        middle = first + _split(last - first)
        if old <= middle:
            path.append(_range_root(read, middle, last))
            last = middle
        else:
            path.append(_range_root(read, first, middle))
            first = middle
    if first:
        path.append(_range_root(read, first, last))
    return path[::-1]


def reader_over(hashes: Sequence[bytes]) -> ReadHashes:
    """Read subtree hashes out of a list of leaf hashes; each level is hashed once, when first asked for."""
    levels = [list(hashes)]

    def read(level: int, first: int, count: int) -> list[bytes]:
        while len(levels) <= level:
            levels.append(level_above(levels[-1]))
        return levels[level][first : first + count]

    return read


def folded(stored: ReadHashes, height: int = 8) -> ReadHashes:
    """Read every level from a store that keeps only each `height`-th one, as tiles do."""

    def read(level: int, first: int, count: int) -> list[bytes]:
        up = level % height
        below = stored(level - up, first << up, count << up)
        if len(below) != count << up:
            raise PathWrong(
                found=f"{len(below)} hashes", wanted=f"{count << up} of level {level - up} from {first << up}"
            )
        return subtree_roots(below, up)

    return read


class Frontier:
    """The right edge of a growing tree: enough to append and to give the root, however many leaves there are."""

    __slots__ = ("_edge", "size")

    def __init__(self, size: int = 0, edge: Iterable[bytes] = ()) -> None:
        self.size = size
        self._edge = list(edge)
        _require_hashes(self._edge)
        if len(self._edge) != size.bit_count():
            raise PathWrong(
                found=f"{len(self._edge)} hashes", wanted=f"{size.bit_count()} at the edge of {size} leaves"
            )

    @property
    def edge(self) -> tuple[bytes, ...]:
        """Give the roots of the complete subtrees that the tree consists of, the largest first."""
        return tuple(self._edge)

    def push(self, hashed: bytes) -> None:
        """Append one leaf hash."""
        size = self.size
        while size & 1:
            hashed = node_hash(self._edge.pop(), hashed)
            size >>= 1
        self._edge.append(hashed)
        self.size += 1

    def extend(self, hashes: Sequence[bytes]) -> None:
        """Append many leaf hashes, whole complete subtrees at a time."""
        done, total = 0, len(hashes)
        while done < total:
            # The largest complete subtree that may start here and still fits.
            room = self.size & -self.size or 1 << (total - done).bit_length()
            while room > total - done:
                room >>= 1
            self._push_subtree(root_of(hashes[done : done + room]), room)
            done += room

    def root(self) -> bytes:
        """Give the root over all leaves so far."""
        if not self._edge:
            return EMPTY_ROOT
        found = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            found = node_hash(left, found)
        return found

    def _push_subtree(self, hashed: bytes, leaves: int) -> None:
        carried = leaves
        while self.size & carried:
            hashed = node_hash(self._edge.pop(), hashed)
            carried <<= 1
        self._edge.append(hashed)
        self.size += leaves


def _split(size: int) -> int:
    """Give the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1


def _shape(index: int, size: int) -> tuple[int, int]:
    """Tell how many hashes of a path lie below and on the right edge of the tree."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _range_root(read: ReadHashes, first: int, last: int) -> bytes:
    """Give the root over leaves first..last of a tree, where `first` is where such a subtree may begin."""
    parts: list[bytes] = []
    while first < last:
        room = 1 << (last - first).bit_length() - 1
        level = room.bit_length() - 1
        parts.extend(read(level, first >> level, 1))
        first += room
    found = parts.pop()
    while parts:
        found = node_hash(parts.pop(), found)
    return found


def _require_leaf(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise OutsideTheTree(found=f"leaf {index}", wanted=f"one of the {size} leaves, counted from 0")


def _require_hashes(hashes: Iterable[bytes]) -> None:
    for one in hashes:
        if len(one) != HASH_BYTES:
            raise PathWrong(found=f"a hash of {len(one)} bytes", wanted=f"{HASH_BYTES} bytes")


def _require_root(found: bytes, wanted: bytes, *, size: int) -> None:
    if found != wanted:
        raise RootDiffers(found=f"root {found.hex()} at size {size}", wanted=wanted.hex(), size=size)
