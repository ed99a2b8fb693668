"""Check of a whole log laid out as tiles: every entry and tile, the root, the batches in a row; in constant memory."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from greencredit.proofs import errors
from greencredit.proofs.rules.base64_text import encoded
from greencredit.proofs.rules.note import Checkpoint, SignedCheckpoint, parse_checkpoint
from greencredit.proofs.rules.policy import Policy, key_change_of, require_log_signature
from greencredit.proofs.rules.records import batch_of, parse_entry
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.tiles import TILE_WIDTH, Tile, bundles_of, tile_hashes, tile_path, unpack_entries
from greencredit.proofs.rules.tree import Frontier, leaf_hashes, root_of
from greencredit.proofs.rules.verify import Effects, witnessed
from greencredit.schemas.proofs import HASH_BYTES, BatchRecord, KeyRecord

ReadFile = Callable[[str], bytes | None]
"""Path below the log's folder → the bytes of that file; None where there is none."""

CHECKPOINT_PATH: Final = "checkpoint"
_MOST_TOLD: Final = 12


@told
def verify_log(
    walk: Walk, read: ReadFile, policy: Policy, effects: Effects, advance: Callable[[int], object] = lambda _: None
) -> None:
    """Check everything a folder of tiles says; `advance` is told how many entries were looked at."""
    with walk.step("form") as found:
        signed = parse_checkpoint(_file(read, CHECKPOINT_PATH))
        found += [signed.checkpoint.origin, f"{signed.checkpoint.size} entries"]
    # A key of this log that only the log itself tells of can be checked only after it was read.
    keys = [one.key for one in policy.logs if one.key.name == signed.checkpoint.origin]
    if not keys or any(key.is_named_by(signature) for key in keys for signature in signed.note.signatures):
        with walk.step("checkpoint_signature") as found:
            found.append(require_log_signature(signed, policy, any_size=True).text)
    books = _Books(policy)
    with walk.step("entries") as found:
        root = _climb(read, signed.checkpoint, books, advance)
        found.append(f"{signed.checkpoint.size} entries and the tiles over them")
    with walk.step("root") as found:
        if root != signed.checkpoint.root:
            raise errors.RootDiffers(found=encoded(root), wanted=encoded(signed.checkpoint.root))
        found.append(encoded(root))
    with walk.step("batches") as found:
        found.extend(books.batches_told())
    with walk.step("sums") as found:
        found.extend(books.outstanding_told(effects))
    with walk.step("key_changes") as found:
        found.extend(_keys_told(signed, books))
    with walk.step("witnesses") as found:
        found.append(witnessed(signed, policy))


class _Books:
    """What the entries say when read one after the other: batches, sums, changes of the key.

    What is wrong with them is kept until its own step: an altered entry is told as that first.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.batches = 0
        self.events = 0
        self.sums: Counter[tuple[str, str]] = Counter()
        self.changes: list[KeyRecord] = []
        self.batch_failure: errors.ProofRefused | None = None
        self.key_failure: errors.ProofRefused | None = None

    def read(self, at: int, entry: bytes) -> None:
        """Take in one entry."""
        if self.batch_failure:
            return
        try:
            kind, value = parse_entry(entry)
            if kind == "batch":
                self._batch(at, batch_of(value))
        except errors.ProofRefused as refusal:
            self.batch_failure = refusal
            return
        if kind == "key" and not self.key_failure:
            try:
                self._key(at, key_change_of(value))
            except errors.ProofRefused as refusal:
                self.key_failure = refusal

    def _batch(self, at: int, record: BatchRecord) -> None:
        wanted = (self.batches + 1, self.events + 1)
        if (record.batch, record.first) != wanted:
            raise errors.BatchGap(
                found=f"batch {record.batch} from event {record.first} on, in entry {at}",
                wanted=f"batch {wanted[0]} from event {wanted[1]} on",
                entry=at,
            )
        self.batches, self.events = record.batch, record.last
        for series, by_kind in record.sums.items():
            for kind, total in by_kind.items():
                self.sums[series, kind] += int(total)

    def _key(self, at: int, change: KeyRecord) -> None:
        if change.since <= at:
            found = f"entry {at} changes the key from size {change.since} on"
            raise errors.KeyChangeRefused(found=found, wanted="a size that holds the entry itself", entry=at)
        if self.changes and self.changes[-1].new != change.old:
            found = f"entry {at} changes from {change.old}"
            raise errors.KeyChangeRefused(found=found, wanted=f"from {self.changes[-1].new}", entry=at)
        self.changes.append(change)
        # Keys older than all that the verifier knows are not his to judge; the chain must only lead to one he knows.
        if self.policy.knows(change):
            self.policy = self.policy.after(change)

    def batches_told(self) -> list[str]:
        """Say what the batches cover; refuses what was wrong with them."""
        if self.batch_failure:
            raise self.batch_failure
        if not self.batches:
            return ["no batches yet"]
        return [f"{self.batches} batches without a gap, events 1 to {self.events}"]

    def outstanding_told(self, effects: Effects) -> list[str]:
        """Say what each series still owes, recomputed from all sums; a series can never owe less than nothing."""
        owed: Counter[str] = Counter()
        for (series, kind), total in self.sums.items():
            if int(kind) not in effects:
                raise errors.KindUnknown(found=f"kind {kind} in series {series}", wanted=f"one of {sorted(effects)}")
            owed[series] += sum(effects[int(kind)]) * total
        for series, total in owed.items():
            if total < 0:
                raise errors.SeriesOverdrawn(found=f"series {series}: {total}", wanted="nothing below zero")
        most = sorted(owed.items(), key=lambda one: int(one[0]))[:_MOST_TOLD]
        return [f"{len(owed)} series", *(f"series {series}: {total} outstanding" for series, total in most)]


def _keys_told(signed: SignedCheckpoint, books: _Books) -> list[str]:
    """Say which key signed, after all changes; refuses a key that is not the one in force at this size."""
    if books.key_failure:
        raise books.key_failure
    key = require_log_signature(signed, books.policy)
    begun = [change.new for change in books.changes if change.since <= signed.checkpoint.size]
    in_force = begun[-1] if begun else books.changes[0].old if books.changes else key.text
    if key.text != in_force:
        raise errors.KeyChangeRefused(found=f"signed by {key.text}", wanted=f"by {in_force}, as the log says")
    return [f"{len(books.changes)} changes", f"signed by {key.text}"]


def _climb(read: ReadFile, checkpoint: Checkpoint, books: _Books, advance: Callable[[int], object]) -> bytes:
    """Hash every entry, compare every tile on the way up, give the root; holds one tile for each level."""
    frontier = Frontier()
    rows: list[list[bytes]] = []
    for bundle in bundles_of(checkpoint.size):
        entries = _entries(read, bundle)
        hashes = leaf_hashes(entries)
        tile = Tile(0, bundle.number, bundle.width)
        if (kept := _hashes(read, tile)) != hashes:
            raise _blamed(read, checkpoint, frontier, tile, kept, hashes)
        for at, entry in enumerate(entries, bundle.number * TILE_WIDTH):
            books.read(at, entry)
        frontier.extend(hashes)
        if bundle.width == TILE_WIDTH:
            _fill(read, rows, 1, root_of(hashes), bundle.number)
        advance(len(entries))
    for level, row in enumerate(rows, 1):
        if row:
            _compare(read, Tile(level, (checkpoint.size >> 8 * level) // TILE_WIDTH, len(row)), row)
    return frontier.root()


def _blamed(
    read: ReadFile, checkpoint: Checkpoint, before: Frontier, tile: Tile, kept: list[bytes], hashes: list[bytes]
) -> errors.ProofRefused:
    """Tell whether an entry or its tile was changed: what lies above them still agrees with one of the two."""
    place = next(place for place, pair in enumerate(zip(kept, hashes, strict=True)) if pair[0] != pair[1])
    entry = tile.number * TILE_WIDTH + place
    if tile.width == TILE_WIDTH:
        row = Tile(
            1,
            tile.number // TILE_WIDTH,
            min(TILE_WIDTH, checkpoint.size // TILE_WIDTH - tile.number // TILE_WIDTH * TILE_WIDTH),
        )
        tile_agrees = root_of(kept) == _hashes(read, row)[tile.number % TILE_WIDTH]
    else:
        edge = Frontier(before.size, before.edge)
        edge.extend(kept)
        tile_agrees = edge.root() == checkpoint.root
    where = f"hash {place} of {tile_path(tile)}"
    if tile_agrees:
        found = f"entry {entry} hashes to {encoded(hashes[place])}"
        return errors.EntryAltered(found=found, wanted=f"{encoded(kept[place])}, {where}", entry=entry)
    found = f"{encoded(kept[place])} as {where}"
    return errors.TileAltered(found=found, wanted=f"{encoded(hashes[place])}, as entry {entry} hashes", entry=entry)


def _fill(read: ReadFile, rows: list[list[bytes]], level: int, hashed: bytes, at: int) -> None:
    """Put the root of a full tile into the row above; what fills up there is compared and rises further."""
    if len(rows) < level:
        rows.append([])
    row = rows[level - 1]
    row.append(hashed)
    if len(row) == TILE_WIDTH:
        number = at // TILE_WIDTH
        _compare(read, Tile(level, number), row)
        above = root_of(row)
        row.clear()
        _fill(read, rows, level + 1, above, number)


def _compare(read: ReadFile, tile: Tile, hashes: list[bytes]) -> None:
    for place, (found, wanted) in enumerate(zip(_hashes(read, tile), hashes, strict=True)):
        if found != wanted:
            raise errors.TileAltered(
                found=f"{encoded(found)} as hash {place} of {tile_path(tile)}", wanted=encoded(wanted)
            )


def _hashes(read: ReadFile, tile: Tile) -> list[bytes]:
    data, of_full = _tile(read, tile)
    if of_full:
        data = data[: tile.width * HASH_BYTES]
    try:
        return tile_hashes(data, width=tile.width)
    except errors.TileAltered as refusal:
        found = f"{refusal.facts['found']} in {tile_path(tile)}"
        raise errors.TileAltered(found=found, wanted=refusal.facts["wanted"]) from refusal


def _entries(read: ReadFile, bundle: Tile) -> list[bytes]:
    data, of_full = _tile(read, bundle)
    path = tile_path(bundle)
    try:
        entries = unpack_entries(data)
    except errors.Malformed as refusal:
        raise errors.EntryAltered(found=f"{refusal.facts['found']} in {path}", wanted="whole entries") from refusal
    if of_full:
        entries = entries[: bundle.width]
    if len(entries) != bundle.width:
        raise errors.EntryAltered(found=f"{len(entries)} entries in {path}", wanted=f"{bundle.width} entries")
    return entries


def _tile(read: ReadFile, tile: Tile) -> tuple[bytes, bool]:
    """Read a tile; where the log has grown since, the full one stands in for the partial one."""
    data = read(tile_path(tile))
    return (data, False) if data is not None else (_file(read, tile_path(tile.full)), True)


def _file(read: ReadFile, path: str) -> bytes:
    data = read(path)
    if data is None:
        raise errors.TileMissing(found=f"no file {path}", wanted="the file", path=path)
    return data
