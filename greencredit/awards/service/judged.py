"""Keeps when a batch of evidence is judged: with it, what earned nothing can be replayed years later."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.tables import AwardsJudged
from greencredit.kernel.clock import now
from greencredit.ledger import queries as ledger
from greencredit.schemas.evidence import Item


def note_judged(session: Session, issuer_id: str, items: Sequence[Item]) -> None:
    """Note that these pieces of evidence are judged now, before anything of them is booked.

    To be called by whoever holds the issuer's turn: numbers then follow each other as the batches do.
    """
    last = session.scalar(select(func.max(AwardsJudged.number)).where(AwardsJudged.issuer_id == issuer_id))
    numbers = [one.evidence_id for one in items]
    session.add(
        AwardsJudged(
            issuer_id=issuer_id,
            number=(last or 0) + 1,
            first_evidence=min(numbers),
            last_evidence=max(numbers),
            as_of=ledger.newest(session),
            judged_at=now(session),
        )
    )
    session.flush()
