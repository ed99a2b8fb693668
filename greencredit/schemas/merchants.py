"""Merchants, their stores and their products (入驻商家, 门店, 商品)."""

from datetime import date
from typing import Annotated, NamedTuple, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import Slug
from greencredit.schemas.values import Instant, Record, RegionCode, Words

Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^\S(.*\S)?$")]
"""A code as the merchant's own books have it; opaque here."""

Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class NewMerchant(Record):
    """What a merchant says of itself when it joins (入驻)."""

    name: Line
    english_name: Line | None = None
    region: RegionCode
    issuer_id: str | None = None
    """The issuer this merchant is, where it issues credits itself."""


class Merchant(Record):
    """A merchant that accepts credits (入驻商家)."""

    merchant_id: str
    name: str
    english_name: str | None
    region: str
    issuer_id: str | None
    joined_at: Instant
    left_at: Instant | None


class NewStore(Record):
    """A place where the merchant sells."""

    code: Code
    name: Line
    region: RegionCode


class Store(Record):
    """A store of a merchant (门店)."""

    merchant_id: str
    code: str
    name: str
    region: str
    opened_on: date


class MerchantPage(Record):
    """A merchant and where it sells."""

    merchant: Merchant
    stores: tuple[Store, ...]


class GreenKind(Record):
    """A kind of green product: what it is called and why it counts as green (绿色品类)."""

    slug: Slug
    title: Words
    why: Words


class NewProduct(Record):
    """A product as the merchant's feed has it; a green one says which kind it is and why."""

    code: Code
    department: str
    category: str | None = None
    type: str | None = None
    manufacturer: str | None = None
    brand: str | None = None
    package_size: str | None = None
    green_kind: Slug | None = None
    green_reason: Words | None = None

    @model_validator(mode="after")
    def _reasoned(self) -> Self:
        if (self.green_kind is None) != (self.green_reason is None):
            message = "a green kind and its reason come together"
            raise ValueError(message)
        return self


class Product(NamedTuple):
    """A product on file; a plain tuple, because a book holds ninety thousand."""

    code: str
    department: str
    category: str | None
    type: str | None
    manufacturer: str | None
    brand: str | None
    package_size: str | None
    green_kind: str | None
    green_reason_zh: str | None
    green_reason_en: str | None


class RegisterCounts(Record):
    """What became of a list of products or stores; what the list leaves out stays on file."""

    added: int
    changed: int
    unchanged: int
