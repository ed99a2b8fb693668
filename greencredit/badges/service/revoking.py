"""Takes portable proofs back when awards below them were: by following the ledger, and by comparing them all."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.badges import queries
from greencredit.badges.service.status import sign_version
from greencredit.badges.tables import BadgesProof
from greencredit.kernel.clock import now
from greencredit.kernel.messages import cursors
from greencredit.ledger import queries as ledger
from greencredit.schemas.badges import WhyRevoked
from greencredit.schemas.ledger import Verb

CURSOR: Final = "badges.follow_the_ledger"
"""The name of the position up to which reversals were looked at."""

_TAKEN: Final = frozenset({Verb.REVERSE, Verb.REVERSE_PENDING, Verb.FALL_SHORT})
_AT_ONCE: Final = 500


class Looked(NamedTuple):
    """What one step of looking came to."""

    revoked: int
    done: bool
    last: str = ""
    """The last proof that was compared; the next step goes on behind it."""


def follow(session: Session, public_url: str) -> Looked:
    """Compare the proofs of whoever lost credits in the ledger's next events; the position moves past those."""
    since = cursors.position(session, CURSOR)
    happened, last = ledger.happened(session, _TAKEN, after=since)
    if last == since:
        return Looked(0, done=True)
    holders = sorted({one.subject_id for one in happened})
    revoked = sum(_revoke(session, _of(session, holder), public_url) for holder in holders)
    cursors.advance(session, CURSOR, since=since, to=last)
    return Looked(revoked, done=False)


def compare(session: Session, public_url: str, *, after: str = "") -> Looked:
    """Compare the next proofs by number with what the awards below them add up to now."""
    rows = session.scalars(
        select(BadgesProof)
        .where(BadgesProof.number > after, BadgesProof.revoked_at.is_(None), BadgesProof.consumer_id.is_not(None))
        .order_by(BadgesProof.number)
        .limit(_AT_ONCE)
    ).all()
    revoked = _revoke(session, rows, public_url)
    return Looked(revoked, done=len(rows) < _AT_ONCE, last=rows[-1].number if rows else after)


def _of(session: Session, consumer_id: str) -> Iterable[BadgesProof]:
    return session.scalars(
        select(BadgesProof).where(BadgesProof.consumer_id == consumer_id, BadgesProof.revoked_at.is_(None))
    ).all()


def _revoke(session: Session, rows: Iterable[BadgesProof], public_url: str) -> int:
    """Take back whatever no longer stands, and sign the lists that say so; a proof taken back stays taken back."""
    touched = []
    for row in rows:
        why = _why(session, row)
        if why is not None:
            row.revoked_at, row.why = now(session), why
            touched.append(row.list)
    session.flush()
    for number in sorted(set(touched)):
        sign_version(session, number, public_url)
    return len(touched)


def _why(session: Session, row: BadgesProof) -> WhyRevoked | None:
    credits_, grams = queries.standing(session, row)
    if credits_ < row.credits:
        return "reversed"
    return "counted_elsewhere" if grams < row.grams else None
