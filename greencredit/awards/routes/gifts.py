"""Gifts, and who pays for credits, over HTTP."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.routes.awards import of_award
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.awards import FunderPart, FunderTotal, GiftGiven, GiftsGiven, NewGift

router = Doors(tags=["awards"])

_MOST = 1_000


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, str(parameters["issuer_id"])))


@router.post("/issuers/{issuer_id}/gifts", status_code=201)
def give(
    _permit: Annotated[Permit, requires("award.give", at=_of_issuer)], session: Writing, issuer_id: str, gift: NewGift
) -> GiftGiven:
    """奖励积分: give what filed rules give for sharing, a referral, a review, a registration or a first purchase.

    What counts once counts once: asked again, it answers what was given.
    """
    return service.give(session, issuer_id, gift)


@router.post("/issuers/{issuer_id}/gifts/batch")
def give_many(
    permit: Annotated[Permit, requires("award.give", at=_of_issuer)],
    session: Writing,
    issuer_id: str,
    gifts: Annotated[list[NewGift], Field(min_length=1, max_length=_MOST)],
) -> GiftsGiven:
    """成批奖励: up to a thousand gifts, each for itself and answered in its place."""
    told = service.give_each(session, issuer_id, gifts)
    permit.concerns(issuer_id, gifts=told.gifts, refused=told.refused)
    return told


@router.get("/issuers/{issuer_id}/funders")
def funders(
    _permit: Annotated[Permit, requires("issuer.read", at=_of_issuer)], session: Reading, issuer_id: str
) -> tuple[FunderTotal, ...]:
    """出资方: what each funder has paid so far, and what his budget still holds."""
    return queries.funder_totals(session, issuer_id)


@router.get("/awards/{award_id}/funding")
def funding(
    _permit: Annotated[Permit, requires("award.read", at=of_award)], session: Reading, award_id: int
) -> tuple[FunderPart, ...]:
    """出资分摊: who pays how much of an award; an empty list: the issuer the whole."""
    return queries.paid_by(session, award_id)
