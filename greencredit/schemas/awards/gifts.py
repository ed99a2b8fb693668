"""Gifts: a fixed number of credits for sharing, a referral, a review, a registration, a first purchase."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards.grounds import ONCE, Ground, Line
from greencredit.schemas.awards.orders import ConsumerId
from greencredit.schemas.values import Credits, Record


class NewGift(Record):
    """Something for which a rule gives a gift (分享、推荐、评价、注册、首购).

    It says nothing of stars, of money or of what a newcomer buys: no rule could look at it.
    """

    ground: Ground
    consumer: ConsumerId
    """Who is given something."""
    happened_on: date
    reference: Line
    """The issuer's own name of the occasion: the review, the post, the order; each counts once."""
    newcomer: ConsumerId | None = None
    """Whom a referral brought, and nobody further down; each person is brought once."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.ground.is_gift:
            message = f"a gift is for one of the grounds of gifts, found {self.ground}"
            raise ValueError(message)
        if (self.ground is Ground.REFERRAL) != (self.newcomer is not None):
            message = f"a referral names whom it brought, and no other gift does; found {self.ground}, {self.newcomer}"
            raise ValueError(message)
        if self.newcomer == self.consumer:
            message = "nobody brings himself, found one person twice"
            raise ValueError(message)
        return self

    @property
    def mark(self) -> str:
        """Give what counts once: the person for gifts that come once, the newcomer of a referral, else the occasion."""
        if self.ground in ONCE:
            return f"{self.ground}:{self.consumer}"
        return f"{self.ground}:{self.newcomer or self.reference}"


class GiftGiven(Record):
    """What became of a gift."""

    gift_id: int
    credits: Annotated[Credits, Field(ge=0)]
    """0: caps or budget left nothing, or a condition was not met."""
    repeated: bool
    """Whether it counted before; nothing was given again."""


class GiftOutcome(Record):
    """What became of one gift of many."""

    place: int
    given: GiftGiven | None
    """None: it was refused."""
    code: str | None = None
    reason: str | None = None


class GiftsGiven(Record):
    """What became of many gifts, in their order."""

    gifts: int
    given: int
    """That were given now, whatever they came to."""
    repeated: int
    refused: int
    credits: Credits
    outcomes: tuple[GiftOutcome, ...]


class GiftLine(Record):
    """A gift on file; nobody is named."""

    gift_id: int
    ground: Ground
    happened_on: date
    credits: Credits
