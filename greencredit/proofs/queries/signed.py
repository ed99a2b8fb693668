"""Reads what was signed: checkpoints with their cosignatures, keys, witnesses, evidence of forks."""

from datetime import datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from greencredit.kernel.keys import Keys
from greencredit.proofs.errors import NoSuchCheckpoint
from greencredit.proofs.rules.note import COSIGNATURE, Signer
from greencredit.proofs.tables import (
    ProofsCheckpoint,
    ProofsConflict,
    ProofsCosignature,
    ProofsKey,
    ProofsLog,
    ProofsWitness,
)
from greencredit.schemas.proofs import ForkEvidence, LogKeyLine, LogKeys, StoredCheckpoint, WitnessLine

_STORED = select(ProofsCheckpoint.size, ProofsCheckpoint.root, ProofsCheckpoint.note, ProofsCheckpoint.signed_at)


def latest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """Give the newest checkpoint that was signed, with its cosignatures; none before the first."""
    found = session.execute(_STORED.order_by(ProofsCheckpoint.size.desc()).limit(1)).one_or_none()
    return None if found is None else _stored(session, found)


def checkpoint_at(session: Session, size: int) -> StoredCheckpoint:
    """Give the checkpoint of one size, with its cosignatures."""
    found = session.execute(_STORED.where(ProofsCheckpoint.size == size)).one_or_none()
    if found is None:
        raise NoSuchCheckpoint(size)
    return _stored(session, found)


def checkpoint_sizes(session: Session, *, above: int = -1) -> list[int]:
    """List the sizes that were signed, smallest first."""
    asked = select(ProofsCheckpoint.size).where(ProofsCheckpoint.size > above).order_by(ProofsCheckpoint.size)
    return list(session.scalars(asked))


def key_lines(session: Session) -> list[LogKeyLine]:
    """List every key the log ever had, oldest first."""
    return [
        LogKeyLine(
            number=key.number,
            vkey=key.vkey,
            since=key.since,
            made_at=key.made_at,
            change=None if key.change is None else key.change.decode(),
        )
        for key in session.scalars(select(ProofsKey).order_by(ProofsKey.number))
    ]


def key_changes(session: Session) -> tuple[str, ...]:
    """Give the log entries that handed over from key to key, for receipts that must outlive a change."""
    return tuple(line.change for line in key_lines(session) if line.change is not None)


def log_keys(session: Session, witness_name: str) -> LogKeys:
    """Tell whose signatures to expect."""
    return LogKeys(
        origin=session.scalar(select(ProofsLog.origin)),
        keys=tuple(key_lines(session)),
        witnesses=tuple(witnesses(session)),
        own_witness=witness_signer(session, witness_name).verifier.text,
    )


def witnesses(session: Session) -> list[WitnessLine]:
    """List the witnesses whose cosignatures are taken in."""
    found = session.scalars(
        select(ProofsWitness).where(ProofsWitness.ended_at.is_(None)).order_by(ProofsWitness.registered_at)
    )
    return [WitnessLine(name=one.name, vkey=one.vkey, registered_at=one.registered_at) for one in found]


def witness_signer(session: Session, name: str) -> Signer:
    """Give the key with which this installation witnesses other logs; its secret half exists only in memory."""
    keys: Keys = session.info["keys"]
    return Signer(name, keys.for_purpose("proofs.witness"), COSIGNATURE)


def conflicts(session: Session) -> list[ForkEvidence]:
    """List the evidence of forks, ours and others', oldest first."""
    found = session.scalars(select(ProofsConflict).order_by(ProofsConflict.seen_at, ProofsConflict.root))
    return [
        ForkEvidence(
            origin=one.origin,
            size=one.size,
            kept=one.kept.decode(),
            offered=one.offered.decode(),
            seen_at=one.seen_at,
        )
        for one in found
    ]


def _stored(session: Session, row: Row[int, bytes, bytes, datetime]) -> StoredCheckpoint:
    lines = session.scalars(
        select(ProofsCosignature.line)
        .where(ProofsCosignature.size == row.size)
        .order_by(ProofsCosignature.cosigned_seconds, ProofsCosignature.vkey)
    )
    note = (row.note + b"".join(lines)).decode()
    return StoredCheckpoint(size=row.size, root=row.root, note=note, signed_at=row.signed_at)
