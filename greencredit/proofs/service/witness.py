"""Witnessing: cosigns other logs' checkpoints, takes in cosignatures under ours, keeps evidence of every fork.

The verbs here open their own transactions: what they refuse must be remembered although the request is refused.
"""

from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.proofs import queries
from greencredit.proofs.errors import (
    KeyTypeUnusable,
    LogNotOpened,
    LogNotWitnessed,
    LogsDiffer,
    NoKnownWitness,
    NotSignedByLog,
    OldSizeStale,
    ProofRefused,
    RequestUnreadable,
    RootDiffers,
    SignatureWrong,
    TwoRoots,
)
from greencredit.proofs.rules.exchange import AddCheckpoint, parse_add_checkpoint
from greencredit.proofs.rules.note import (
    COSIGNATURE,
    ED25519,
    Note,
    Signature,
    SignedCheckpoint,
    VerifierKey,
    cosigned_at,
    parse_checkpoint,
)
from greencredit.proofs.rules.tree import EMPTY_ROOT, verify_consistency
from greencredit.proofs.tables import ProofsConflict, ProofsCosignature, ProofsLog, ProofsWatched, ProofsWitness
from greencredit.schemas.proofs import CosignaturesTaken

_MICROS: Final = 1_000_000


def watch(session: Session, vkey: str) -> str:
    """Undertake to witness the log of this key, or learn its new key; gives the log's name (登记被见证日志)."""
    key = _key(vkey, ED25519)
    changed = session.execute(update(ProofsWatched).where(ProofsWatched.origin == key.name).values(vkey=key.text))
    if changed.rowcount == 0:  # type: ignore[attr-defined] # as below
        session.execute(insert(ProofsWatched).values(origin=key.name, vkey=key.text, size=0))
    return key.name


def register_witness(session: Session, vkey: str) -> str:
    """Take in cosignatures of this witness from now on; gives its name (登记见证方)."""
    key = _key(vkey, COSIGNATURE)
    if session.get(ProofsWitness, key.text) is None:
        session.execute(insert(ProofsWitness).values(vkey=key.text, name=key.name, registered_at=now(session)))
    return key.name


def cosign(database: Database, body: bytes, *, name: str) -> str:
    """Cosign a checkpoint of a log we watch, if it continues the one cosigned before; gives the signature line.

    Looking at the old size and keeping the new checkpoint is one step under the row's lock: never is a smaller tree
    signed after a larger one. A second root of the size that was cosigned is kept as evidence and refused.
    """
    request = parse_add_checkpoint(body)
    with database.writing() as session:
        outcome = _cosigned(session, request, name)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _cosigned(session: Session, request: AddCheckpoint, name: str) -> str | Refusal:
    found, note = request.signed
    kept = session.scalar(select(ProofsWatched).where(ProofsWatched.origin == found.origin).with_for_update())
    if kept is None:
        return LogNotWitnessed(found.origin)
    if not _signed_by(VerifierKey.parse(kept.vkey), note):
        return NotSignedByLog(found.origin)
    refusal = _stands_against(session, request, kept)
    if refusal is not None:
        return refusal
    at = now(session)
    written = session.execute(
        update(ProofsWatched)
        .where(ProofsWatched.origin == found.origin, ProofsWatched.size == request.old)
        .values(size=found.size, root=found.root, note=note.signed.encode(), cosigned_at=at)
    )
    assert written.rowcount == 1, "the row was locked"  # type: ignore[attr-defined] # an UPDATE's result has it
    return queries.witness_signer(session, name).cosign(note.text, at_seconds=micros(at) // _MICROS).line


def _stands_against(session: Session, request: AddCheckpoint, kept: ProofsWatched) -> Refusal | None:
    """Tell what is wrong with a request that the log itself signed, in the order of the protocol."""
    found = request.signed.checkpoint
    if request.old > found.size:
        return RequestUnreadable(found=f"old size {request.old}", wanted=f"at most the checkpoint's {found.size}")
    forked = kept.note is not None and kept.size == found.size and kept.root != found.root
    if forked:
        _keep_evidence(session, request.signed, kept.note or b"")
    if request.old != kept.size:
        return OldSizeStale(request.old, size=kept.size)
    if forked:
        return TwoRoots(found.origin, size=found.size)
    try:
        verify_consistency(kept.size, kept.root or EMPTY_ROOT, found.size, found.root, request.proof)
    except ProofRefused as refusal:
        return refusal
    return None


def add_cosignatures(database: Database, body: bytes) -> CosignaturesTaken:
    """Take in a checkpoint of ours that witnesses have cosigned; only registered witnesses count (收取见证签名)."""
    try:
        signed = parse_checkpoint(body)
    except ProofRefused as refusal:
        raise RequestUnreadable(
            found=refusal.facts["found"], wanted=refusal.facts["wanted"], reason=refusal.code
        ) from refusal
    with database.writing() as session:
        outcome = _taken(session, signed)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _taken(session: Session, signed: SignedCheckpoint) -> CosignaturesTaken | Refusal:
    found, note = signed
    origin = session.scalar(select(ProofsLog.origin).where(ProofsLog.id == 1).with_for_update())
    if origin is None:
        return LogNotOpened()
    if origin != found.origin:
        return LogsDiffer(found=found.origin, wanted=origin)
    ours = queries.checkpoint_at(session, found.size)
    cosigned = _by_witnesses(session, note)
    if found.root != ours.root:
        # Whoever signed a tree that we never stored holds the proof that somebody used our name, or our key.
        if cosigned or any(_signed_by(VerifierKey.parse(key.vkey), note) for key in queries.key_lines(session)):
            _keep_evidence(session, signed, ours.note.encode())
            return TwoRoots(origin, size=found.size)
        return RootDiffers(found=found.root.hex(), wanted=ours.root.hex())
    if not cosigned:
        return NoKnownWitness(len(note.signatures))
    there = set(session.scalars(select(ProofsCosignature.vkey).where(ProofsCosignature.size == found.size)))
    fresh = {vkey: signature for vkey, signature in reversed(cosigned) if vkey not in there}
    for vkey, signature in fresh.items():
        line = signature.line.encode()
        at = cosigned_at(signature)
        session.execute(insert(ProofsCosignature).values(size=found.size, vkey=vkey, cosigned_seconds=at, line=line))
    return CosignaturesTaken(size=found.size, new=len(fresh))


def _by_witnesses(session: Session, note: Note) -> list[tuple[str, Signature]]:
    """Give the signatures of registered witnesses; refuses one that claims to be of such a witness and is not."""
    found = []
    for witness in queries.witnesses(session):
        key = VerifierKey.parse(witness.vkey)
        for signature in filter(key.is_named_by, note.signatures):
            if not key.verifies(note.text, signature):
                raise SignatureWrong(found=f"a signature under {key.name}", wanted="one that fits")
            found.append((witness.vkey, signature))
    return found


def _signed_by(key: VerifierKey, note: Note) -> bool:
    return any(key.is_named_by(one) and key.verifies(note.text, one) for one in note.signatures)


def _keep_evidence(session: Session, offered: SignedCheckpoint, kept: bytes) -> None:
    origin, size, root = offered.checkpoint
    if session.get(ProofsConflict, (origin, size, root)) is None:
        session.execute(
            insert(ProofsConflict).values(
                origin=origin,
                size=size,
                root=root,
                kept=kept,
                offered=offered.note.signed.encode(),
                seen_at=now(session),
            )
        )


def _key(vkey: str, kind: int) -> VerifierKey:
    key = VerifierKey.parse(vkey)
    if key.kind != kind:
        raise KeyTypeUnusable(found=f"type 0x{key.kind:02x}", wanted=f"type 0x{kind:02x}")
    return key
