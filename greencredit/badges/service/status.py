"""Status lists: a place is drawn for every proof, and each change is a newly signed version that the log names."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from greencredit.badges import queries
from greencredit.badges.rules import content
from greencredit.badges.service.keys import credential_signer
from greencredit.badges.tables import BadgesList, BadgesProof, BadgesVersion
from greencredit.kernel.clock import now
from greencredit.proofs import service as proofs
from greencredit.proofs.rules.bitstring import ENTRIES, list_encoded
from greencredit.proofs.rules.canonical import canonical

VALID: Final = timedelta(days=3)
"""How long a version may be used; a verifier with an older one is told so."""

RENEWED: Final = timedelta(hours=12)
"""How old a version becomes before the next is signed, even if nothing changed."""

_MOST_TAKEN: Final = ENTRIES // 2
_DRAWN_BYTES: Final = 3


def take_place(session: Session, public_url: str) -> tuple[int, int]:
    """Draw a free place in the newest list: neither neighbours nor the order of issue tell anything about a proof."""
    newest = session.scalar(select(func.max(BadgesList.number)))
    taken = None if newest is None else _taken(session, newest)
    if newest is None or taken is None:
        newest = (newest or 0) + 1
        session.execute(insert(BadgesList).values(number=newest, taken=1, opened_at=now(session)))
        sign_version(session, newest, public_url)
    while True:
        index = int.from_bytes(session.info["entropy"](_DRAWN_BYTES), "big") % ENTRIES
        used = session.scalar(select(BadgesProof.number).where(BadgesProof.list == newest, BadgesProof.slot == index))
        if used is None:
            return newest, index


def _taken(session: Session, number: int) -> int | None:
    """Count one more place of a list; none if it is as full as it may be."""
    return session.scalar(
        update(BadgesList)
        .where(BadgesList.number == number, BadgesList.taken < _MOST_TAKEN)
        .values(taken=BadgesList.taken + 1)
        .returning(BadgesList.taken)
    )


def renew_lists(session: Session, public_url: str) -> int:
    """Sign every list whose newest version is old or no longer says what is so; gives how many."""
    at = now(session)
    numbers = session.scalars(select(BadgesList.number).order_by(BadgesList.number)).all()
    return sum(_is_due(session, number, at) and sign_version(session, number, public_url) > 0 for number in numbers)


def _is_due(session: Session, number: int, at: datetime) -> bool:
    newest = queries.newest_version(session, number)
    return newest is None or newest.signed_at + RENEWED <= at or newest.revoked != len(_revoked(session, number))


def sign_version(session: Session, number: int, public_url: str) -> int:
    """Sign a list as it stands, keep the version for ever, let the log name its digest; gives the version."""
    at, revoked = now(session).replace(microsecond=0), _revoked(session, number)
    newest = queries.newest_version(session, number)
    version = 1 if newest is None else newest.version + 1
    document = content.status_list(
        public_url, number, encoded=list_encoded(revoked), since=written(at), until=written(at + VALID)
    )
    told = canonical(credential_signer(session, public_url).signed(document, created=written(at)))
    digest = sha256(told).hexdigest()
    session.execute(
        insert(BadgesVersion).values(
            list=number, version=version, document=told.decode(), sha256=digest, revoked=len(revoked), signed_at=at
        )
    )
    proofs.note_fact(session, "status_list", {"list": number, "version": version, "digest": digest})
    return version


def _revoked(session: Session, number: int) -> list[int]:
    return list(
        session.scalars(select(BadgesProof.slot).where(BadgesProof.list == number, BadgesProof.revoked_at.is_not(None)))
    )


def written(at: datetime) -> str:
    """Write an instant as credentials do, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
