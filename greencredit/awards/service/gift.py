"""Gifts: fixed, capped, once for an occasion; never for what a newcomer spends, never for how many stars (奖励积分)."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.errors import GiftInTheFuture
from greencredit.awards.service.award import award
from greencredit.awards.service.filed import bring_in_rules
from greencredit.awards.service.turns import wait_for_turn
from greencredit.awards.tables import AwardsAward, AwardsGift
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.ledger import service as ledger
from greencredit.people import queries as people
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.awards import GiftGiven, GiftOutcome, GiftsGiven, NewGift
from greencredit.schemas.evidence import Item
from greencredit.schemas.values import Credits


def give(session: Session, issuer_id: str, gift: NewGift) -> GiftGiven:
    """Give what the issuer's filed rules give for an occasion; asked again, it answers what was given.

    Raises:
        NotActive (issuers): the issuer may not issue now.
        RulesNotInForce: nothing is filed.
        UnknownConsumer (people): whoever is given something, or was brought, is not registered.
        GiftInTheFuture: it has not happened yet.
    """
    issuers.require_may_issue(session, issuer_id)
    people.consumer(session, gift.consumer)
    if gift.newcomer is not None:
        people.consumer(session, gift.newcomer)
    _require_past(session, gift.happened_on)
    bring_in_rules(session, issuer_id)
    wait_for_turn(session, issuer_id)
    mark = hmac.digest(session.info["keys"].for_purpose("awards.gift"), gift.mark.encode(), "sha256")
    before = session.scalar(select(AwardsGift).where(AwardsGift.issuer_id == issuer_id, AwardsGift.mark == mark.hex()))
    if before is not None:
        return GiftGiven(gift_id=before.id, credits=_given(session, before.id), repeated=True)
    wait_for_turn(session, "gifts")
    row = AwardsGift(
        id=(session.scalar(select(func.max(AwardsGift.id))) or 0) + 1,
        issuer_id=issuer_id,
        ground=gift.ground.value,
        mark=mark.hex(),
        holder=ledger.holders(session, [gift.consumer])[gift.consumer],
        happened_on=gift.happened_on,
        taken_at=now(session),
    )
    session.add(row)
    session.flush()
    award(session, issuer_id, gift.ground, [gift_item(row, mark)], {})
    return GiftGiven(gift_id=row.id, credits=_given(session, row.id), repeated=False)


def give_each(session: Session, issuer_id: str, gifts: Sequence[NewGift]) -> GiftsGiven:
    """Give many gifts, each for itself: one that is refused stops none of the others.

    Raises:
        NotActive (issuers), RulesNotInForce: nothing may be given at all.
    """
    outcomes: list[GiftOutcome] = []
    for place, gift in enumerate(gifts):
        try:
            outcomes.append(GiftOutcome(place=place, given=give(session, issuer_id, gift)))
        except (UnknownConsumer, GiftInTheFuture) as refusal:  # both come before the first row
            outcomes.append(GiftOutcome(place=place, given=None, code=refusal.code, reason=refusal.message))
    given = [one.given for one in outcomes if one.given is not None]
    return GiftsGiven(
        gifts=len(outcomes),
        given=sum(not one.repeated for one in given),
        repeated=sum(one.repeated for one in given),
        refused=len(outcomes) - len(given),
        credits=Credits(sum(one.credits for one in given if not one.repeated)),
        outcomes=tuple(outcomes),
    )


def gift_item(row: AwardsGift, mark: bytes = b"") -> Item:
    """Make the evidence of a gift: it says who, when and for what, and nothing else."""
    return Item(
        evidence_id=-row.id,
        holder=row.holder,
        on=row.happened_on,
        subject=row.ground,
        quantity="1",
        unit="次",
        spent_fen=None,
        receipt="",
        inputs={},
        fingerprint=hashlib.sha256(row.issuer_id.encode() + mark).digest()[:16],
    )


def _require_past(session: Session, on: date) -> None:
    today = civil_date(now(session))
    if on > today:
        raise GiftInTheFuture(found=on, wanted=today)


def _given(session: Session, gift_id: int) -> Credits:
    credits_ = session.scalar(select(func.sum(AwardsAward.credits)).where(AwardsAward.evidence_id == -gift_id))
    return Credits(int(credits_ or 0))
