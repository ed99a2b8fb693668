"""Tables of merchants: who they are, where they sell, what they sell, and which of it is green."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table

STRICT = {"sqlite_strict": True}

_GREEN = text("green_kind IS NOT NULL")


class MerchantRow(Table):
    """A merchant that accepts credits."""

    __tablename__ = "merchants_merchant"
    __table_args__ = STRICT

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    english_name: Mapped[str | None]
    region: Mapped[str]
    issuer_id: Mapped[str | None]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class StoreRow(Table):
    """A store of a merchant, under the merchant's own code."""

    __tablename__ = "merchants_store"
    __table_args__ = STRICT

    merchant_id: Mapped[str] = mapped_column(Text, ForeignKey("merchants_merchant.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    region: Mapped[str]
    opened_on: Mapped[date]


class GreenKindRow(Table):
    """A kind of green product, named and explained in both languages."""

    __tablename__ = "merchants_green_kind"
    __table_args__ = STRICT

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    title_zh: Mapped[str]
    title_en: Mapped[str]
    why_zh: Mapped[str]
    why_en: Mapped[str]


class ProductRow(Table):
    """A product of a merchant, under the merchant's own code; a register that may be corrected."""

    __tablename__ = "merchants_product"
    __table_args__ = (
        # The few green ones among many: what a rule or a report looks for.
        Index(
            "ix_merchants_product_green",
            "merchant_id",
            "green_kind",
            sqlite_where=_GREEN,
            postgresql_where=_GREEN,
        ),
        STRICT,
    )

    merchant_id: Mapped[str] = mapped_column(Text, ForeignKey("merchants_merchant.id"), primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    department: Mapped[str]
    category: Mapped[str | None]
    type: Mapped[str | None]
    manufacturer: Mapped[str | None]
    brand: Mapped[str | None]
    package_size: Mapped[str | None]
    green_kind: Mapped[str | None] = mapped_column(Text, ForeignKey("merchants_green_kind.slug"))
    green_reason_zh: Mapped[str | None]
    green_reason_en: Mapped[str | None]
