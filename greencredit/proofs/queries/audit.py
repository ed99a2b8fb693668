"""The audit of the log: everything is made again from the bytes of the entries, nothing that is stored is trusted.

Entries are read in portions, so that a log of any length is audited in the same memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.queries import tree
from greencredit.proofs.queries.signed import key_lines
from greencredit.proofs.rules.note import VerifierKey, parse_checkpoint
from greencredit.proofs.rules.policy import parse_key_change
from greencredit.proofs.rules.tiles import TILE_WIDTH
from greencredit.proofs.rules.tree import Frontier, leaf_hash, root_of, verify_consistency
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

    @property
    def finding(self) -> Finding:
        """Give what was found."""
        return Finding(name=self.name, sentence=self.sentence, looked_at=self.looked_at, broken=tuple(self.broken))


def audit(session: Session) -> list[Finding]:
    """Make hashes, tiles and roots again from the entries, check every signature, and say what does not agree."""
    roots: dict[int, bytes] = {}
    return [*_audit_tree(session, roots), *_audit_checkpoints(session, roots), _audit_keys(session)]


def _audit_tree(session: Session, roots: dict[int, bytes]) -> list[Finding]:
    """Walk over the entries once; leaves the root at every size that was signed in `roots`."""
    gapless = _Check("log_is_gapless", "entries are numbered from 0 without a gap")
    hashed = _Check("log_entries_hash", "every entry has the hash of its bytes")
    tiled = _Check("log_tiles_agree", "every complete tile is kept, and is what the entries make")
    signed = iter([*session.scalars(select(ProofsCheckpoint.size).order_by(ProofsCheckpoint.size))])
    wanted = next(signed, None)
    frontier, tiles = Frontier(), _Tiles()
    for rows in _portions(session):
        hashes: list[bytes] = []
        for position, body, kept in rows:
            gapless.looks(position == frontier.size + len(hashes), f"entry {position}")
            hashes.append(leaf_hash(body))
            hashed.looks(hashes[-1] == kept, f"entry {position}")
        done = 0
        while wanted is not None and wanted <= frontier.size + len(hashes) - done:
            upto = done + wanted - frontier.size
            frontier.extend(hashes[done:upto])
            done, roots[wanted], wanted = upto, frontier.root(), next(signed, None)
        frontier.extend(hashes[done:])
        for level, number, made in tiles.grown(hashes):
            tiled.looks(tree.kept_tile(session, level, number) == made, f"tile {number} of level {level}")
    if wanted == 0:
        roots[0] = frontier.root()
    stored = session.scalar(select(func.count()).select_from(ProofsTile)) or 0
    tiled.looks(stored == tiled.looked_at, f"{stored} tiles are kept, {tiled.looked_at} wanted")
    return [gapless.finding, hashed.finding, tiled.finding]


def _portions(session: Session) -> Iterator[Sequence[tuple[int, bytes, bytes]]]:
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
        yield [(row.position, bytes(row.body), bytes(row.hash)) for row in rows]
        after = rows[-1].position


class _Tiles:
    """Makes complete tiles, of every level, out of leaf hashes as they come."""

    def __init__(self) -> None:
        self._ragged: list[list[bytes]] = [[]]
        self._numbers: list[int] = [0]

    def grown(self, hashes: Iterable[bytes], level: int = 0) -> Iterator[tuple[int, int, tuple[bytes, bytes]]]:
        """Give every tile that these hashes complete: level, number, and its bytes with its root."""
        for one in hashes:
            ragged = self._ragged[level]
            ragged.append(one)
            if len(ragged) == TILE_WIDTH:
                root = root_of(ragged)
                yield level, self._numbers[level], (b"".join(ragged), root)
                ragged.clear()
                self._numbers[level] += 1
                if len(self._ragged) == level + 1:
                    self._ragged.append([])
                    self._numbers.append(0)
                yield from self.grown([root], level + 1)


def _audit_checkpoints(session: Session, roots: dict[int, bytes]) -> list[Finding]:
    agree = _Check("log_roots_agree", "every checkpoint has the root over the entries that it covers")
    signed = _Check("checkpoints_are_signed", "every checkpoint and cosignature is signed by the key it names")
    consistent = _Check("checkpoints_are_consistent", "every checkpoint continues the one before it")
    origin = session.scalar(select(ProofsLog.origin))
    keys = {line.number: line.vkey for line in key_lines(session)}
    size, before = tree.size(session), None
    for row in session.execute(
        select(
            ProofsCheckpoint.size, ProofsCheckpoint.root, ProofsCheckpoint.note, ProofsCheckpoint.key_number
        ).order_by(ProofsCheckpoint.size)
    ).all():
        where = f"checkpoint of size {row.size}"
        agree.looks(roots.get(row.size) == bytes(row.root), where)
        signed.looks(_says(bytes(row.note), (origin, row.size, bytes(row.root)), keys.get(row.key_number, "")), where)
        if before is not None:
            consistent.looks(_continues(session, before, (row.size, bytes(row.root)), size), where)
        before = (row.size, bytes(row.root))
    for line in session.execute(
        select(ProofsCosignature.size, ProofsCosignature.vkey, ProofsCosignature.line, ProofsCheckpoint.note)
        .join_from(ProofsCosignature, ProofsCheckpoint, ProofsCheckpoint.size == ProofsCosignature.size, isouter=True)
        .order_by(ProofsCosignature.size, ProofsCosignature.vkey)
    ).all():
        note = bytes(line.note or b"") + bytes(line.line)
        signed.looks(_is_signed(note, line.vkey), f"cosignature of {line.vkey} at size {line.size}")
    return [agree.finding, signed.finding, consistent.finding]


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


def _continues(session: Session, before: tuple[int, bytes], after: tuple[int, bytes], size: int) -> bool:
    if after[0] > size:
        return False
    try:
        verify_consistency(*before, *after, tree.consistency(session, before[0], after[0]))
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
