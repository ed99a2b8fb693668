"""Reads what was signed: checkpoints with their cosignatures, keys, witnesses, evidence of forks."""

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.kernel.driver import driver
from greencredit.kernel.keys import Keys
from greencredit.proofs.errors import NoSuchCheckpoint
from greencredit.proofs.rules.note import COSIGNATURE, Signer
from greencredit.proofs.tables import (
    ProofsCheckpoint,
    ProofsConflict,
    ProofsKey,
    ProofsLog,
    ProofsWitness,
)
from greencredit.schemas.proofs import ForkEvidence, LogKeyLine, LogKeys, StoredCheckpoint, WitnessLine

# The driver's own words: a receipt is made of a handful of small statements and is to take less than a millisecond.
_STORED: Final = "SELECT size, root, note, signed_at FROM proofs_checkpoint"
_LATEST: Final = f"{_STORED} ORDER BY size DESC LIMIT 1"
_OF_SIZE: Final = f"{_STORED} WHERE size = ?"
_COSIGNED: Final = "SELECT MAX(size) FROM proofs_cosignature"
_LINES: Final = "SELECT line FROM proofs_cosignature WHERE size = ? ORDER BY cosigned_seconds, vkey"
_CHANGES: Final = "SELECT change FROM proofs_key WHERE change IS NOT NULL ORDER BY number"


def latest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """Give the newest checkpoint that was signed, with its cosignatures; none before the first."""
    found = driver(session).rows(_LATEST)
    return _stored(session, found[0]) if found else None


def checkpoint_at(session: Session, size: int) -> StoredCheckpoint:
    """Give the checkpoint of one size, with its cosignatures."""
    found = driver(session).rows(_OF_SIZE, (size,))
    if not found:
        raise NoSuchCheckpoint(size)
    return _stored(session, found[0])


def checkpoint_over(session: Session, entry: int) -> StoredCheckpoint | None:
    """Give the best checkpoint that holds an entry: the newest that a witness cosigned, else the newest of all."""
    cosigned: int | None = driver(session).rows(_COSIGNED)[0][0]
    found = latest_checkpoint(session) if cosigned is None or cosigned <= entry else checkpoint_at(session, cosigned)
    return found if found is not None and found.size > entry else None


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
    return tuple(bytes(change).decode() for (change,) in driver(session).rows(_CHANGES))


def log_name(session: Session) -> str | None:
    """Give the name of our log; none before it was opened."""
    return session.scalar(select(ProofsLog.origin))


def log_keys(session: Session, witness_name: str) -> LogKeys:
    """Tell whose signatures to expect."""
    return LogKeys(
        origin=log_name(session),
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


def _stored(session: Session, row: tuple[Any, ...]) -> StoredCheckpoint:
    size, root, note, signed_at = row
    lines = driver(session).rows(_LINES, (size,))
    signed = bytes(note) + b"".join(bytes(line) for (line,) in lines)
    return StoredCheckpoint(size=size, root=bytes(root), note=signed.decode(), signed_at=instant(signed_at))
