"""A log on paper: batches of events, tiles, checkpoints and receipts, made with the rules alone and no database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from greencredit.proofs.rules.note import COSIGNATURE, Checkpoint, Signer, sign_checkpoint, with_signatures
from greencredit.proofs.rules.policy import Policy, key_change_entry
from greencredit.proofs.rules.receipt import LogProof, entry_proof, make_receipt, statement_batch, statement_event
from greencredit.proofs.rules.records import batch_entry, event_hashes, sums_of
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.tiles import TILE_WIDTH, Tile, bundles_of, pack_entries, tile_path, tiles_of
from greencredit.proofs.rules.tree import consistency_path, inclusion_path, leaf_hashes, root_of, subtree_roots
from greencredit.schemas.proofs import EventRow, Receipt, Statement, Step

ORIGIN: Final = "credits.example.cn/log/2026"
EARN, REDEEM, ALLOT, HOLD = 1, 9, 25, 6
EFFECTS: Final = {EARN: (1, 0), REDEEM: (-1, 0), ALLOT: (1, -1), HOLD: (0, 0)}
"""What the kinds of these events do to the total of their holder and of their party."""

_AT_MICROS: Final = 1_790_000_000_000_000


def make_signer(name: str = ORIGIN, *, seed: str = "log", kind: int = 1) -> Signer:
    """Give a signer whose key follows from a word."""
    return Signer(name, sha256(seed.encode()).digest(), kind)


def make_witness(name: str) -> Signer:
    """Give a witness."""
    return make_signer(f"{name}.example.cn", seed=name, kind=COSIGNATURE)


def make_row(event_id: int, **fields: int) -> EventRow:
    """Give an event: 10 credits earned by holder 7 in series 3, unless told otherwise."""
    plain: dict[str, int] = {"grp": event_id, "kind": EARN, "series": 3, "holder": 7, "party": 0, "amount": 10}
    given = plain | {"caller": 1, "cause": 0, "serial": 100 * event_id} | fields
    key = sha256(b"key %d" % event_id).digest()[:16]
    return EventRow(id=event_id, key=key, fingerprint=key[::-1], **given)


def salt_of(event_id: int) -> bytes:
    """Give the salt of an event of these tests."""
    return sha256(b"salt %d" % event_id).digest()[:16]


def failing(steps: Sequence[Step]) -> tuple[str, str]:
    """Give name and code of the step that failed; it is the last one and says what was found and wanted."""
    failed = failed_step(steps)
    assert failed is not None, "something fails"
    assert failed == steps[-1]
    assert failed.found
    assert failed.wanted
    return failed.name, failed.code


def holding(steps: Sequence[Step]) -> list[str]:
    """Name the steps of a check that holds."""
    assert failed_step(steps) is None, steps[-1]
    return [step.name for step in steps]


@dataclass
class PaperLog:
    """A log that grows; everything published follows from what is in it."""

    signer: Signer = field(default_factory=make_signer)
    witnesses: list[Signer] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    batches: dict[int, tuple[int, list[EventRow]]] = field(default_factory=dict)
    """First event → the batch's place in the log, and its events."""

    @property
    def next_event(self) -> int:
        """Give the number of the event that comes next."""
        return 1 + sum(len(rows) for _, rows in self.batches.values())

    def post(self, rows: Sequence[EventRow]) -> None:
        """Seal a batch of events."""
        first = rows[0].id
        root = root_of(_hashes(rows))
        sums = sums_of((row.series, row.kind, row.amount) for row in rows)
        self.batches[first] = (len(self.entries), list(rows))
        self.entries.append(
            batch_entry(
                batch=len(self.batches), first=first, count=len(rows), at_micros=_AT_MICROS, root=root, sums=sums
            )
        )

    def post_many(self, batches: int, size: int = 1) -> None:
        """Seal so many batches of so many events."""
        for _ in range(batches):
            first = self.next_event
            self.post([make_row(first + place) for place in range(size)])

    def change_key(self, seed: str, *, ahead: int = 1) -> bytes:
        """Hand over to another key from the size on that the log has after this entry (or later)."""
        new = make_signer(seed=seed)
        entry = key_change_entry(self.signer, new, since=len(self.entries) + ahead, at_micros=_AT_MICROS)
        self.entries.append(entry)
        self.signer = new
        return entry

    def checkpoint(self, size: int | None = None) -> str:
        """Give the signed and cosigned checkpoint of this size, else of all there is."""
        size = len(self.entries) if size is None else size
        checkpoint = Checkpoint(ORIGIN, size, root_of(leaf_hashes(self.entries[:size])))
        cosigned = [one.cosign(checkpoint.text, at_seconds=1_790_000_000) for one in self.witnesses]
        return with_signatures(sign_checkpoint(checkpoint, self.signer), cosigned)

    def proof_of(self, at: int) -> LogProof:
        """Prove one entry."""
        path = inclusion_path(leaf_hashes(self.entries), at)
        return entry_proof(self.entries[at], at, path, self.checkpoint())

    def receipt(self, event_id: int, *, keys: Sequence[bytes] = ()) -> Receipt:
        """Give the receipt of one event."""
        at, rows = self._batch_of(event_id)
        place = event_id - rows[0].id
        return make_receipt(
            salt=salt_of(event_id),
            row=rows[place].pack(),
            path=inclusion_path(_hashes(rows), place),
            entry=self.entries[at],
            proof=self.proof_of(at),
            keys=keys,
        )

    def statement(self, holder: int, *, opening: dict[str, int], closing: dict[str, int]) -> Statement:
        """Give a holder's statement of every event of his."""
        batches, events = [], []
        hashes = leaf_hashes(self.entries)
        for at, rows in self.batches.values():
            own = [row for row in rows if holder in {row.holder, row.party}]
            if own:
                batches.append(statement_batch(self.entries[at], at, inclusion_path(hashes, at)))
            for row in own:
                path = inclusion_path(_hashes(rows), row.id - rows[0].id)
                events.append(statement_event(len(batches) - 1, salt=salt_of(row.id), row=row.pack(), path=path))
        return Statement(
            holder=holder,
            opening=opening,
            closing=closing,
            batches=tuple(batches),
            events=tuple(events),
            checkpoint=self.checkpoint(),
        )

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Prove that the log of one size begins the log of another."""
        return consistency_path(leaf_hashes(self.entries), old, new)

    def files(self) -> dict[str, bytes]:
        """Lay the log out as tiles."""
        size = len(self.entries)
        files = {"checkpoint": self.checkpoint().encode()}
        for bundle in bundles_of(size):
            files[tile_path(bundle)] = pack_entries(_part(self.entries, bundle))
        hashes = leaf_hashes(self.entries)
        for tile in tiles_of(size):
            row = subtree_roots(hashes, 8 * (tile.level or 0))
            files[tile_path(tile)] = b"".join(_part(row, tile))
        return files

    def policy_text(self, quorum: str = "none", *, signer: Signer | None = None) -> str:
        """Write the policy that trusts this log and its witnesses."""
        lines = [f"log {(signer or self.signer).verifier.text}"]
        lines += [f"witness w{number} {one.verifier.text}" for number, one in enumerate(self.witnesses)]
        if self.witnesses:
            lines.append(f"group both all {' '.join(f'w{number}' for number in range(len(self.witnesses)))}")
        return "\n".join(["# 示例策略", *lines, f"quorum {quorum}", ""])

    def policy(self, quorum: str = "none") -> Policy:
        """Give the policy that trusts this log and its witnesses."""
        return Policy.parse(self.policy_text(quorum).encode())

    def _batch_of(self, event_id: int) -> tuple[int, list[EventRow]]:
        return next((at, rows) for at, rows in self.batches.values() if rows[0].id <= event_id <= rows[-1].id)


def _hashes(rows: Sequence[EventRow]) -> list[bytes]:
    return event_hashes([salt_of(row.id) for row in rows], [row.pack() for row in rows])


def _part(row: Sequence[bytes], tile: Tile) -> Sequence[bytes]:
    return row[tile.number * TILE_WIDTH :][: tile.width]
