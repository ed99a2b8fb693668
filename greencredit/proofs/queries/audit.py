"""The audit of the log: everything is made again from the bytes of the entries, nothing that is stored is trusted.

Entries are read in portions, so that a log of any length is audited in the same memory.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.queries import tree
from greencredit.proofs.queries.signed import key_lines
from greencredit.proofs.rules.note import VerifierKey, parse_checkpoint
from greencredit.proofs.rules.policy import parse_key_change
from greencredit.proofs.rules.tiles import TILE_WIDTH
from greencredit.proofs.rules.tree import Frontier, leaf_hashes, root_of, verify_consistency
from greencredit.proofs.tables import ProofsCheckpoint, ProofsCosignature, ProofsEntry, ProofsLog, ProofsTile
from greencredit.schemas.ledger import Finding

_AT_ONCE: Final = 16 * TILE_WIDTH
_FIRST_FEW: Final = 10


class _Check:
    """One invariant while it is being looked at."""

    def __init__(self, name: str, sentence: str) -> None:
        self.name, self.sentence = name, sentence
        self.looked_at = 0
        self.broken: list[str] = []

    def looks(self, holds: bool, where: str) -> None:  # noqa: FBT001 - the very answer
        """Count one place, and note it where the invariant does not hold."""
        self.looked_at += 1
        if not holds and len(self.broken) < _FIRST_FEW:
            self.broken.append(where)

    def looks_at_all(self, found: Sequence[object], wanted: Sequence[object], positions: Sequence[int]) -> None:
        """Count neighbouring entries at once; only where they are not all right, one by one."""
        if list(found) == list(wanted):
            self.looked_at += len(found)
            return
        for one, other, position in zip(found, wanted, positions, strict=True):
            self.looks(one == other, f"entry {position}")

    @property
    def finding(self) -> Finding:
        """Give what was found."""
        return Finding(name=self.name, sentence=self.sentence, looked_at=self.looked_at, broken=tuple(self.broken))


def audit(session: Session) -> list[Finding]:
    """Make hashes, tiles and roots again from the entries, check every signature, and say what does not agree."""
    return [*_audit_tree(session), *_audit_checkpoints(session), _audit_keys(session)]


def _audit_tree(session: Session) -> list[Finding]:
    """Walk over entries and checkpoints once, side by side."""
    gapless = _Check("log_is_gapless", "entries are numbered from 0 without a gap")
    hashed = _Check("log_entries_hash", "every entry has the hash of its bytes")
    tiled = _Check("log_tiles_agree", "every complete tile is kept, and is what the entries make")
    agree = _Check("log_roots_agree", "every checkpoint has the root over the entries that it covers")
    signed = _signed(session)
    ahead = next(signed, None)
    frontier, tiles = Frontier(), _Tiles()
    for positions, bodies, kept in _portions(session):
        hashes = leaf_hashes(bodies)
        gapless.looks_at_all(positions, range(frontier.size, frontier.size + len(hashes)), positions)
        hashed.looks_at_all(kept, hashes, positions)
        done = 0
        while ahead is not None and ahead.size <= frontier.size + len(hashes) - done:
            upto = done + ahead.size - frontier.size
            frontier.extend(hashes[done:upto])
            agree.looks(frontier.root() == ahead.root, ahead.name)
            done, ahead = upto, next(signed, None)
        frontier.extend(hashes[done:])
        for level, number, made in tiles.grown(hashes):
            tiled.looks(tree.kept_tile(session, level, number) == made, f"tile {number} of level {level}")
    while ahead is not None:  # larger than the log; or of the empty log, if it has stayed empty
        agree.looks((ahead.size, ahead.root) == (frontier.size, frontier.root()), ahead.name)
        ahead = next(signed, None)
    stored = session.scalar(select(func.count()).select_from(ProofsTile)) or 0
    tiled.looks(stored == tiled.looked_at, f"{stored} tiles are kept, {tiled.looked_at} wanted")
    return [gapless.finding, hashed.finding, tiled.finding, agree.finding]


class _Signed(NamedTuple):
    """A stored checkpoint as its row says it."""

    size: int
    root: bytes
    note: bytes
    key_number: int

    @property
    def name(self) -> str:
        """Name it in a finding."""
        return f"checkpoint of size {self.size}"


def _signed(session: Session) -> Iterator[_Signed]:
    """Give every checkpoint, the smallest first, portion by portion."""
    columns = (ProofsCheckpoint.size, ProofsCheckpoint.root, ProofsCheckpoint.note, ProofsCheckpoint.key_number)
    after = -1
    while True:
        asked = select(*columns).where(ProofsCheckpoint.size > after).order_by(ProofsCheckpoint.size).limit(_AT_ONCE)
        rows = session.execute(asked).all()
        if not rows:
            return
        yield from (_Signed(*row) for row in rows)
        after = rows[-1].size


def _portions(session: Session) -> Iterator[tuple[Sequence[int], Sequence[bytes], Sequence[bytes]]]:
    """Give positions, bodies and kept hashes, portion by portion."""
    after = -1
    while True:
        rows = session.execute(
            select(ProofsEntry.position, ProofsEntry.body, ProofsEntry.hash)
            .where(ProofsEntry.position > after)
            .order_by(ProofsEntry.position)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        positions, bodies, kept = zip(*rows, strict=True)
        yield positions, bodies, kept
        after = positions[-1]


class _Tiles:
    """Makes complete tiles, of every level, out of leaf hashes as they come."""

    def __init__(self) -> None:
        self._ragged: list[list[bytes]] = []
        self._numbers: list[int] = []

    def grown(self, hashes: Sequence[bytes], level: int = 0) -> Iterator[tuple[int, int, tuple[bytes, bytes]]]:
        """Give every tile that these hashes complete: level, number, and its bytes with its root."""
        if level == len(self._ragged):
            self._ragged.append([])
            self._numbers.append(0)
        there = [*self._ragged[level], *hashes]
        full = len(there) - len(there) % TILE_WIDTH
        self._ragged[level] = there[full:]
        for start in range(0, full, TILE_WIDTH):
            tile = there[start : start + TILE_WIDTH]
            root = root_of(tile)
            yield level, self._numbers[level], (b"".join(tile), root)
            self._numbers[level] += 1
            yield from self.grown([root], level + 1)


def _audit_checkpoints(session: Session) -> list[Finding]:
    signed = _Check("checkpoints_are_signed", "every checkpoint and cosignature is signed by the key it names")
    consistent = _Check("checkpoints_are_consistent", "every checkpoint continues the one before it")
    origin = session.scalar(select(ProofsLog.origin))
    keys = {line.number: line.vkey for line in key_lines(session)}
    size, before = tree.size(session), None
    for one in _signed(session):
        signed.looks(_says(one.note, (origin, one.size, one.root), keys.get(one.key_number, "")), one.name)
        if before is not None:
            consistent.looks(_continues(session, before, one, size), one.name)
        before = one
    for line in session.execute(
        select(ProofsCosignature.size, ProofsCosignature.vkey, ProofsCosignature.line, ProofsCheckpoint.note)
        .join_from(ProofsCosignature, ProofsCheckpoint, ProofsCheckpoint.size == ProofsCosignature.size, isouter=True)
        .order_by(ProofsCosignature.size, ProofsCosignature.vkey)
        .execution_options(yield_per=_AT_ONCE)
    ):
        note = (line.note or b"") + line.line
        signed.looks(_is_signed(note, line.vkey), f"cosignature of {line.vkey} at size {line.size}")
    return [signed.finding, consistent.finding]


def _says(note: bytes, wanted: tuple[str | None, int, bytes], vkey: str) -> bool:
    """Tell whether a note says what its row says, under the key of its row."""
    try:
        found = parse_checkpoint(note).checkpoint
    except ProofRefused:
        return False
    return found == wanted and _is_signed(note, vkey)


def _is_signed(note: bytes, vkey: str) -> bool:
    try:
        key, read = VerifierKey.parse(vkey), parse_checkpoint(note).note
    except ProofRefused:
        return False
    return any(key.is_named_by(one) and key.verifies(read.text, one) for one in read.signatures)


def _continues(session: Session, before: _Signed, after: _Signed, size: int) -> bool:
    if after.size > size:
        return False
    try:
        path = tree.consistency(session, before.size, after.size)
        verify_consistency(before.size, before.root, after.size, after.root, path)
    except ProofRefused:
        return False
    return True


def _audit_keys(session: Session) -> Finding:
    chain = _Check("log_keys_follow", "every key after the first was handed over to by the one before it, in the log")
    lines = key_lines(session)
    for before, line in pairwise(lines):
        try:
            record = parse_key_change((line.change or "").encode())
            holds = (record.old, record.new, record.since) == (before.vkey, line.vkey, line.since)
        except ProofRefused:
            holds = False
        chain.looks(holds, f"key {line.number}")
    return chain.finding
