"""Names the log, keeps its keys, signs what it has become; a tree that does not continue the last is never signed."""

from typing import Final

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.keys import Keys
from greencredit.proofs import queries
from greencredit.proofs.errors import (
    LogNotOpened,
    OriginFixed,
    ProofRefused,
    RotationUnfinished,
    SigningKeyLost,
    TreeInconsistent,
)
from greencredit.proofs.rules.note import Checkpoint, Signer, sign_checkpoint
from greencredit.proofs.rules.policy import key_change_entry
from greencredit.proofs.rules.tree import verify_consistency
from greencredit.proofs.tables import ProofsCheckpoint, ProofsKey, ProofsLog, ProofsPending
from greencredit.schemas.proofs import LogKeyLine, StoredCheckpoint

KEY_CHANGE: Final = "key"
"""The kind of log entry that hands over to a new key."""

_IS_CHANGING: Final = text("SELECT 1 FROM proofs_pending WHERE kind = 'key' LIMIT 1")


def open_log(session: Session, origin: str) -> None:
    """Give the log its name, for ever, and its first key; opening it again under the same name changes nothing."""
    found = session.scalar(select(ProofsLog.origin).where(ProofsLog.id == 1))
    if found is not None:
        if found != origin:
            raise OriginFixed(found, wanted=origin)
        return
    session.execute(insert(ProofsLog).values(id=1, origin=origin, published=0))
    signer = _signer(session, origin, 1)
    session.execute(insert(ProofsKey).values(number=1, vkey=signer.verifier.text, since=0, made_at=now(session)))


def checkpoint(session: Session) -> StoredCheckpoint:
    """Sign the log as it stands and store the checkpoint; a size that was signed is not signed again.

    Refuses a tree that does not continue the one signed before. Nothing may be published that was not stored here.
    """
    origin = _lock(session)
    size = queries.size(session)
    last = queries.latest_checkpoint(session)
    if last is not None and last.size == size:
        if queries.root(session, size) != last.root:
            raise TreeInconsistent(last.size, size, "it has another root")
        return last
    root = queries.root(session, size)
    if last is not None:
        _require_continued(session, last, size, root)
    signers = _signers(session, origin, size)
    at = now(session)
    note = sign_checkpoint(Checkpoint(origin, size, root), *(signer for _, signer in signers))
    newest = max(number for number, _ in signers)
    session.execute(
        insert(ProofsCheckpoint).values(size=size, root=root, note=note.encode(), key_number=newest, signed_at=at)
    )
    return StoredCheckpoint(size=size, root=root, note=note, signed_at=at)


def rotate_key(session: Session) -> LogKeyLine:
    """Hand over to a new key: an entry signed by both goes into the log with the next batch (密钥更换).

    The new key signs every size from the one after the present; until a checkpoint carries the entry, the old key
    signs beside it, so that whoever knows only one of the two can still check.
    """
    origin = _lock(session)
    old = _keys(session)[-1]
    last = session.scalar(select(ProofsCheckpoint.key_number).order_by(ProofsCheckpoint.size.desc()).limit(1))
    if session.execute(_IS_CHANGING).first() is not None or (old.number > 1 and last != old.number):
        raise RotationUnfinished(old.vkey)
    number, at = old.number + 1, now(session)
    since = queries.size(session) + 1
    new = _signer(session, origin, number)
    change = key_change_entry(_signer(session, origin, old.number, old.vkey), new, since=since, at_micros=micros(at))
    session.execute(insert(ProofsPending).values(kind=KEY_CHANGE, body=change))
    session.execute(
        insert(ProofsKey).values(number=number, vkey=new.verifier.text, since=since, change=change, made_at=at)
    )
    return LogKeyLine(number=number, vkey=new.verifier.text, since=since, made_at=at, change=change.decode())


def _lock(session: Session) -> str:
    """Give the log's name, and let no other process sign or rotate until this transaction ends."""
    origin = session.scalar(select(ProofsLog.origin).where(ProofsLog.id == 1).with_for_update())
    if origin is None:
        raise LogNotOpened
    return origin


def _require_continued(session: Session, last: StoredCheckpoint, size: int, root: bytes) -> None:
    if size < last.size:
        raise TreeInconsistent(last.size, size, "it has become shorter")
    try:
        verify_consistency(last.size, last.root, size, root, queries.consistency(session, last.size, size))
    except ProofRefused as refusal:
        raise TreeInconsistent(last.size, size, refusal.message) from refusal


def _signers(session: Session, origin: str, size: int) -> list[tuple[int, Signer]]:
    """Give the keys that sign a log of this size, with their numbers."""
    *before, newest = _keys(session)
    signing = [newest] if newest.since <= size else []
    carried = session.scalar(select(ProofsCheckpoint.size).where(ProofsCheckpoint.key_number == newest.number).limit(1))
    # The change is told for good once a checkpoint of the new key covers its entry.
    if before and (carried is None or session.execute(_IS_CHANGING).first() is not None):
        signing.insert(0, before[-1])
    return [(key.number, _signer(session, origin, key.number, key.vkey)) for key in signing]


def _keys(session: Session) -> list[ProofsKey]:
    return list(session.scalars(select(ProofsKey).order_by(ProofsKey.number)))


def _signer(session: Session, origin: str, number: int, listed: str | None = None) -> Signer:
    """Derive a key of the log; the secret half exists only in memory."""
    keys: Keys = session.info["keys"]
    signer = Signer(origin, keys.for_purpose(f"proofs.log.{number}"))
    if listed is not None and signer.verifier.text != listed:
        raise SigningKeyLost(signer.verifier.text, wanted=listed)
    return signer
