"""Who pays for credits, in what shares, and up to which budget (出资)."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards.grounds import Line, Slug
from greencredit.schemas.values import PositiveCredits, Record, Words

ISSUER: Final = "issuer"
"""The split of every credit for which nothing else is filed: the issuer pays the whole."""


class FunderKind(StrEnum):
    """Who may pay for a credit."""

    ISSUER = "issuer"
    MERCHANT = "merchant"
    BRAND = "brand"
    PUBLIC_SUBSIDY = "public_subsidy"

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _KINDS[self]


_KINDS: Final = {
    FunderKind.ISSUER: Words(zh="发行主体", en="The issuer"),
    FunderKind.MERCHANT: Words(zh="商户", en="A merchant"),
    FunderKind.BRAND: Words(zh="品牌方", en="A brand"),
    FunderKind.PUBLIC_SUBSIDY: Words(zh="财政补贴", en="A public subsidy"),
}


class Funder(Record):
    """Somebody who pays for credits under this filing (出资方)."""

    name: Slug
    """By this name splits, awards and settlement know the funder."""
    kind: FunderKind
    title: Words
    party: Line | None = None
    """Who it is: a merchant's id, a brand, a public body with its document; none: the issuer himself."""
    budget_credits: PositiveCredits | None = None
    """After so many credits this funder pays nothing more, and rules that need him give nothing more."""

    @model_validator(mode="after")
    def _somebody_pays(self) -> Self:
        if (self.kind is FunderKind.ISSUER) != (self.party is None):
            message = f"every funder but the issuer is named, and the issuer is not; found {self.kind}, {self.party}"
            raise ValueError(message)
        return self


class Share(Record):
    """A funder's part of every credit of a split."""

    funder: Slug
    parts: Annotated[int, Field(gt=0, le=10_000)]


class FundingSplit(Record):
    """Who pays for a credit, in parts of the whole (出资比例).

    Of each award every funder pays his parts; what does not divide goes unit by unit to the largest remainders, ties to
    whoever stands first. A series of the ledger carries the split's name.
    """

    name: Slug
    title: Words
    shares: Annotated[tuple[Share, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        names = [one.funder for one in self.shares]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            message = f"a funder stands once in a split; found twice: {', '.join(twice)}"
            raise ValueError(message)
        if self.name == ISSUER:
            message = "the split `issuer` is the issuer's alone and is not filed, found it filed"
            raise ValueError(message)
        return self


class FunderPart(Record):
    """What one funder pays of one award."""

    funder: Slug
    kind: FunderKind
    title: Words
    party: Line | None
    parts: int
    of_parts: int
    credits: Annotated[int, Field(ge=0)]


class FunderTotal(Record):
    """What one funder of an issuer has paid so far, net of what was taken back, and what his budget still holds."""

    funder: Slug
    kind: FunderKind
    title: Words
    party: Line | None
    credits: Annotated[int, Field(ge=0)]
    budget_credits: PositiveCredits | None
    left_credits: Annotated[int, Field(ge=0)] | None
    """None: there is no budget."""
