"""Forgets whom portable proofs belong to: the salt goes, and with it the signed text that carries it."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from greencredit.badges.tables import BadgesProof


def forget(session: Session, consumer_id: str) -> int:
    """Delete what ties proofs to a holder; copies he kept still verify, and a status list tells nothing of anyone."""
    forgotten = session.execute(
        update(BadgesProof)
        .where(BadgesProof.consumer_id == consumer_id)
        .values(consumer_id=None, salt=None, document=None, token=None)
        .returning(BadgesProof.number)
    )
    return len(forgotten.all())
