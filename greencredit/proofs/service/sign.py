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
from greencredit.schemas.proofs import StoredCheckpoint

KEY_CHANGE: Final = "key"
"""The kind of log entry that hands over to a new key; it waits empty, since only the batch knows the size."""

_KEY_NUMBER: Final = text("SELECT key_number FROM proofs_checkpoint WHERE size = :size")
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
    keys = _signers(session, last)
    signers = [_signer(session, origin, key.number, key.vkey) for key in keys]
    at, newest = now(session), keys[-1].number
    note = sign_checkpoint(Checkpoint(origin, size, root), *signers)
    session.execute(
        insert(ProofsCheckpoint).values(size=size, root=root, note=note.encode(), key_number=newest, signed_at=at)
    )
    return StoredCheckpoint(size=size, root=root, note=note, signed_at=at)


def rotate_key(session: Session) -> str:
    """Ask for a new key and give it: with the next batch an entry signed by both keys hands over (密钥更换).

    The new key signs every size that holds that entry; the first of them is signed by the old key as well, so that
    witnesses who know only the old one can follow.
    """
    origin = _lock(session)
    newest = _keys(session)[-1]
    last = session.scalar(select(ProofsCheckpoint.key_number).order_by(ProofsCheckpoint.size.desc()).limit(1))
    is_waiting = session.execute(_IS_CHANGING).first() is not None
    if is_waiting or (newest.number > 1 and last != newest.number):
        raise RotationUnfinished(newest.vkey)
    session.execute(insert(ProofsPending).values(kind=KEY_CHANGE, body=b""))
    return _signer(session, origin, newest.number + 1).verifier.text


def hand_over(session: Session, *, since: int) -> bytes:
    """Give the entry that hands over to the next key, in a log that has this size with it, and list the key."""
    origin = session.scalars(select(ProofsLog.origin)).one()
    old, at = _keys(session)[-1], now(session)
    new = _signer(session, origin, old.number + 1)
    change = key_change_entry(_signer(session, origin, old.number, old.vkey), new, since=since, at_micros=micros(at))
    session.execute(
        insert(ProofsKey).values(number=old.number + 1, vkey=new.verifier.text, since=since, change=change, made_at=at)
    )
    return change


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


def _signers(session: Session, last: StoredCheckpoint | None) -> list[ProofsKey]:
    """Give the keys that sign now: the newest, and in its first checkpoint the one before it as well."""
    keys = _keys(session)
    signed = 1 if last is None else session.scalars(_KEY_NUMBER, {"size": last.size}).one()
    return keys[-2:] if len(keys) > 1 and signed < keys[-1].number else keys[-1:]


def _keys(session: Session) -> list[ProofsKey]:
    return list(session.scalars(select(ProofsKey).order_by(ProofsKey.number)))


def _signer(session: Session, origin: str, number: int, listed: str | None = None) -> Signer:
    """Derive a key of the log; the secret half exists only in memory."""
    keys: Keys = session.info["keys"]
    signer = Signer(origin, keys.for_purpose(f"proofs.log.{number}"))
    if listed is not None and signer.verifier.text != listed:
        raise SigningKeyLost(signer.verifier.text, wanted=listed)
    return signer
