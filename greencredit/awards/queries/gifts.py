"""Gifts on file: for what, when, and what they came to; nobody is named."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.tables import AwardsAward, AwardsGift
from greencredit.schemas.awards import GiftLine, Ground
from greencredit.schemas.values import Credits


def gifts_of(session: Session, issuer_id: str, *, limit: int = 100) -> tuple[GiftLine, ...]:
    """List an issuer's latest gifts, newest first."""
    earned = func.coalesce(func.sum(AwardsAward.credits), 0)
    rows = session.execute(
        select(AwardsGift.id, AwardsGift.ground, AwardsGift.happened_on, earned)
        .outerjoin(AwardsAward, AwardsAward.evidence_id == -AwardsGift.id)
        .where(AwardsGift.issuer_id == issuer_id)
        .group_by(AwardsGift.id, AwardsGift.ground, AwardsGift.happened_on)
        .order_by(AwardsGift.id.desc())
        .limit(limit)
    )
    return tuple(
        GiftLine(gift_id=number, ground=Ground(ground), happened_on=on, credits=Credits(int(credits_)))
        for number, ground, on, credits_ in rows
    )
