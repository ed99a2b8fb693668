"""Reads of merchants: who they are, their stores, their book of products, the green kinds."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from greencredit.merchants.errors import UnknownMerchant
from greencredit.merchants.tables import GreenKindRow, MerchantRow, ProductRow, StoreRow
from greencredit.schemas.merchants import GreenKind, Merchant, Product, Store
from greencredit.schemas.values import Words

PRODUCT_COLUMNS: Final = tuple(getattr(ProductRow, name) for name in Product._fields)


def merchant(session: Session, merchant_id: str) -> Merchant:
    """Give a merchant, or refuse an id nobody has."""
    row = session.get(MerchantRow, merchant_id)
    if row is None:
        raise UnknownMerchant(merchant_id)
    return _merchant(row)


def merchants(session: Session) -> list[Merchant]:
    """List every merchant that is in, by the time of joining."""
    rows = session.scalars(
        select(MerchantRow).where(MerchantRow.left_at.is_(None)).order_by(MerchantRow.joined_at, MerchantRow.id)
    )
    return [_merchant(row) for row in rows]


def stores(session: Session, merchant_id: str) -> list[Store]:
    """List the stores of a merchant, by code."""
    rows = session.execute(
        select(StoreRow.code, StoreRow.name, StoreRow.region, StoreRow.opened_on)
        .where(StoreRow.merchant_id == merchant_id)
        .order_by(StoreRow.code)
    )
    return [
        Store(merchant_id=merchant_id, code=row.code, name=row.name, region=row.region, opened_on=row.opened_on)
        for row in rows
    ]


def product_book(session: Session, merchant_id: str, *, green_only: bool = False) -> dict[str, Product]:
    """Give a merchant's products by code; all ninety thousand of them in one read."""
    statement: Select[tuple[Any, ...]] = select(*PRODUCT_COLUMNS).where(ProductRow.merchant_id == merchant_id)
    if green_only:
        statement = statement.where(ProductRow.green_kind.is_not(None))
    rows = session.connection().execute(statement.order_by(ProductRow.code))
    return {row[0]: Product._make(row) for row in rows}


def products(session: Session, merchant_id: str, codes: Iterable[str]) -> dict[str, Product]:
    """Give those of a merchant's products that these codes name."""
    wanted = ProductRow.code.in_(sorted(set(codes)))
    rows = session.connection().execute(
        select(*PRODUCT_COLUMNS).where(ProductRow.merchant_id == merchant_id, wanted).order_by(ProductRow.code)
    )
    return {row[0]: Product._make(row) for row in rows}


def green_kinds(session: Session) -> dict[str, GreenKind]:
    """Give every green kind by its slug."""
    columns = (
        GreenKindRow.slug,
        GreenKindRow.title_zh,
        GreenKindRow.title_en,
        GreenKindRow.why_zh,
        GreenKindRow.why_en,
    )
    rows = session.execute(select(*columns).order_by(GreenKindRow.slug))
    return {
        row.slug: GreenKind(
            slug=row.slug,
            title=Words(zh=row.title_zh, en=row.title_en),
            why=Words(zh=row.why_zh, en=row.why_en),
        )
        for row in rows
    }


def _merchant(row: MerchantRow) -> Merchant:
    return Merchant(
        merchant_id=row.id,
        name=row.name,
        english_name=row.english_name,
        region=row.region,
        issuer_id=row.issuer_id,
        joined_at=row.joined_at,
        left_at=row.left_at,
    )
