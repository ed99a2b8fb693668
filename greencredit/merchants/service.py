"""The verbs of merchants: join, open stores, name green kinds, register products, leave."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import Table, is_sqlite
from greencredit.kernel.ids import new_id
from greencredit.merchants import queries, rules
from greencredit.merchants.errors import HasLeft, UnknownMerchant
from greencredit.merchants.tables import GreenKindRow, MerchantRow, ProductRow, StoreRow
from greencredit.schemas.merchants import (
    GreenKind,
    Merchant,
    NewMerchant,
    NewProduct,
    NewStore,
    Product,
    RegisterCounts,
)

_OWNER: Final = ("merchant_id",)
_STORE_FIELDS: Final = ("code", "name", "region")
_KIND_FIELDS: Final = ("slug", "title_zh", "title_en", "why_zh", "why_en")


def join(session: Session, new: NewMerchant) -> Merchant:
    """Let a merchant in (入驻)."""
    at = now(session)
    row = MerchantRow(
        id=new_id(session, "mer", at),
        name=new.name,
        english_name=new.english_name,
        region=new.region,
        issuer_id=new.issuer_id,
        joined_at=at,
    )
    session.add(row)
    session.flush()
    return queries.merchant(session, row.id)


def leave(session: Session, merchant_id: str) -> Merchant:
    """Let a merchant go; leaving again changes nothing (退出)."""
    row = _locked(session, merchant_id)
    if row.left_at is None:
        row.left_at = now(session)
        session.flush()
    return queries.merchant(session, merchant_id)


def open_stores(session: Session, merchant_id: str, stores: Iterable[NewStore]) -> RegisterCounts:
    """Open stores or correct their names; the same list again changes nothing (开店)."""
    _require_in(session, merchant_id)
    rows = session.execute(select(*_columns(StoreRow, _STORE_FIELDS)).where(StoreRow.merchant_id == merchant_id))
    on_file = {row[0]: tuple(row) for row in rows}
    listed = ((one.code, one.name, one.region) for one in stores)
    found = rules.difference(merchant_id, listed, on_file, lambda store: str(store[0]))
    also = {"merchant_id": merchant_id, "opened_on": civil_date(now(session)).isoformat()}
    return _write(session, StoreRow, _STORE_FIELDS, found, also)


def name_green_kinds(session: Session, kinds: Iterable[GreenKind]) -> RegisterCounts:
    """Name and explain kinds of green product; the same list again changes nothing (绿色品类)."""
    rows = session.execute(select(*_columns(GreenKindRow, _KIND_FIELDS)))
    on_file = {row[0]: tuple(row) for row in rows}
    listed = ((one.slug, one.title.zh, one.title.en, one.why.zh, one.why.en) for one in kinds)
    found = rules.difference("green kinds", listed, on_file, lambda kind: str(kind[0]))
    return _write(session, GreenKindRow, _KIND_FIELDS, found, {})


def register_products(session: Session, merchant_id: str, products: Iterable[NewProduct]) -> RegisterCounts:
    """Register products or correct them, ninety thousand at once; the same list again changes nothing (商品登记)."""
    _require_in(session, merchant_id)
    listed = [rules.product_of(product) for product in products]
    rules.require_known_kinds(listed, queries.green_kinds(session))
    on_file = queries.product_book(session, merchant_id)
    found = rules.difference(merchant_id, listed, on_file, lambda product: product.code)
    return _write(session, ProductRow, Product._fields, found, {"merchant_id": merchant_id})


def _write(
    session: Session, row: type[Table], fields: tuple[str, ...], found: rules.Difference, also: Mapping[str, str]
) -> RegisterCounts:
    """Write a difference in one statement, however long it is; the first of the fields is the code within its owner."""
    # In the order of the codes, so that the index grows at its end.
    lines = sorted((*one, *also.values()) for one in (*found.added.values(), *found.changed.values()))
    if lines:
        columns = (*fields, *also)
        keys = [fields[0], *(name for name in also if name in _OWNER)]
        changed = ", ".join(f"{name} = excluded.{name}" for name in fields[1:])
        upsert = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"
        into = f"INSERT INTO {row.__tablename__} ({', '.join(columns)})"
        if is_sqlite(session):
            places = ", ".join("?" * len(columns))
            session.connection().exec_driver_sql(f"{into} VALUES ({places}) {upsert}", lines)
        else:
            # A JSON array for each column: the driver writes text arrays in Python, one value at a time.
            columns_of_text = ", ".join(["json_array_elements_text(%s::json)"] * len(columns))
            statement = f"{into} SELECT * FROM ROWS FROM ({columns_of_text}) {upsert}"  # noqa: S608 - our own names
            by_column = tuple(json.dumps(column, ensure_ascii=False) for column in zip(*lines, strict=True))
            session.connection().exec_driver_sql(statement, by_column)
    return RegisterCounts(added=len(found.added), changed=len(found.changed), unchanged=found.unchanged)


def _columns(row: type[Table], fields: tuple[str, ...]) -> list[Any]:
    return [getattr(row, name) for name in fields]


def _locked(session: Session, merchant_id: str) -> MerchantRow:
    row = session.get(MerchantRow, merchant_id, with_for_update=True)
    if row is None:
        raise UnknownMerchant(merchant_id)
    return row


def _require_in(session: Session, merchant_id: str) -> None:
    row = _locked(session, merchant_id)
    if row.left_at is not None:
        raise HasLeft(merchant_id, found=civil_date(row.left_at).isoformat())
