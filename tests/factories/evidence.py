"""A shop that sends receipts and activities, and the files it sends; all of it obviously synthetic."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.evidence.catalogue import form_of
from greencredit.merchants import service as trading
from greencredit.people import service as people
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.evidence import Batch, FeedKind, NewFeed
from greencredit.schemas.issuers import ClawbackTerms, LifeState, Scheme
from greencredit.schemas.merchants import GreenKind
from greencredit.schemas.people import CardLink, NewConsumer
from greencredit.schemas.values import Words
from tests.factories.issuers import make_issuer, new_scheme
from tests.factories.merchants import ORGANIC, REASON, make_merchant, make_store, new_product

SOY: Final = GreenKind(
    slug="soy_drinks",
    title=Words(zh="豆奶", en="Soy drinks"),
    why=Words(zh="示例：以植物代替动物蛋白", en="Example: plants instead of animal protein"),
)
RECEIPT_COLUMNS: Final = (
    "receipt_no",
    "line_no",
    "card_no",
    "store_code",
    "sold_at",
    "product_code",
    "quantity",
    "amount_yuan",
)
ACTIVITY_COLUMNS: Final = ("record_no", "card_no", "action", "done_at", "quantity", "inputs")
CARDS: Final = ("CARD-0001", "CARD-0002", "CARD-0003")

Line = Mapping[str, object]


class Shop(NamedTuple):
    """An issuer with its merchant, the consumers behind the cards, and the feeds that were opened."""

    issuer_id: str
    merchant_id: str
    consumers: dict[str, str]
    """Card → consumer."""
    receipts: str
    activities: str


def make_shop(
    session: Session,
    *rules: EarningRule,
    number: int = 1,
    state: LifeState = LifeState.ACTIVE,
    merchant_id: str | None = None,
    consumers: Mapping[str, str] | None = None,
    region: str = "CN-SH",
    clawback: ClawbackTerms | None = None,
    scheme: Scheme | None = None,
) -> Shop:
    """Lead an issuer to a state and open its shop: products green and not, three cards, a feed of each kind."""
    scheme = scheme or new_scheme(*rules, clawback=clawback)
    issuer = make_issuer(session, state, number=number, name=f"示例零售 {number} 号", scheme=scheme)
    merchant = merchant_id or make_merchant(session, issuer_id=issuer.issuer_id).merchant_id
    if merchant_id is None:
        make_store(session, merchant)
        _register_products(session, merchant)
    known = dict(consumers or {})
    if not known:
        ids = people.register_consumers(session, [NewConsumer(display_name=f"示例住户 {card}") for card in CARDS])
        known = dict(zip(CARDS, ids, strict=True))
    links = [CardLink(card_ref=card, consumer_id=consumer) for card, consumer in known.items()]
    for owner in (issuer.issuer_id, merchant):
        people.link_cards(session, owner, links)
    shop = Shop(issuer.issuer_id, merchant, known, f"receipts_{number}", f"activities_{number}")
    open_feed(session, shop.receipts, FeedKind.RECEIPTS, shop.issuer_id, merchant_id=merchant, region=region)
    open_feed(session, shop.activities, FeedKind.ACTIVITIES, shop.issuer_id, region=region)
    return shop


def _register_products(session: Session, merchant_id: str) -> None:
    trading.name_green_kinds(session, [ORGANIC, SOY])
    carrots = new_product("carrots", green=True)
    soy = carrots.model_copy(update={"code": "soy", "type": "SOY MILK", "green_kind": SOY.slug, "green_reason": REASON})
    bread = new_product("bread").model_copy(update={"type": "WHITE BREAD"})
    trading.register_products(session, merchant_id, [carrots, soy, bread, new_product("mystery")])


def open_feed(
    session: Session,
    name: str,
    kind: str,
    issuer_id: str,
    *,
    merchant_id: str | None = None,
    region: str = "CN-SH",
) -> None:
    """Open a feed."""
    new = NewFeed(name=name, kind=kind, issuer_id=issuer_id, merchant_id=merchant_id, region=region)
    service.open_feed(session, new)


# ---- Files ---------------------------------------------------------------------------------------------------------


def bought(**changes: object) -> dict[str, object]:
    """Give one line of a receipt: organic carrots for ¥36.50."""
    facts: dict[str, object] = {
        "receipt_no": "R1",
        "line_no": 1,
        "card_no": "CARD-0001",
        "store_code": "406",
        "sold_at": "2026-01-05T10:00:00",
        "product_code": "carrots",
        "quantity": 1,
        "amount_yuan": "36.50",
    }
    return facts | changes


def did(**changes: object) -> dict[str, object]:
    """Give one record of an action: twelve kilometres by metro. `inputs` may be given as an object."""
    facts: dict[str, object] = {
        "record_no": "T1",
        "card_no": "CARD-0001",
        "action": "metro_trip_km",
        "done_at": "2026-01-05T08:10:00",
        "quantity": "12",
        "inputs": "",
    }
    found = facts | changes
    return found | {"inputs": json.dumps(found["inputs"])} if isinstance(found["inputs"], dict) else found


def receipt_csv(path: Path, rows: Iterable[Line], *, encoding: str = "utf-8") -> Path:
    """Write receipt lines as a text file."""
    return _write_csv(path, RECEIPT_COLUMNS, rows, encoding)


def activities_csv(path: Path, rows: Iterable[Line], *, encoding: str = "utf-8") -> Path:
    """Write records of actions as a text file."""
    return _write_csv(path, ACTIVITY_COLUMNS, rows, encoding)


def _write_csv(path: Path, columns: tuple[str, ...], rows: Iterable[Line], encoding: str) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def receipt_parquet(path: Path, rows: Iterable[Line], **types: Any) -> Path:  # noqa: ANN401 - Arrow types
    """Write receipt lines as a Parquet file; columns are text but for the numbers, unless another type is asked for."""
    return write_parquet(path, RECEIPT_COLUMNS, rows, **types)


def activities_parquet(path: Path, rows: Iterable[Line], **types: Any) -> Path:  # noqa: ANN401 - Arrow types
    """Write records of actions as a Parquet file."""
    return write_parquet(path, ACTIVITY_COLUMNS, rows, **types)


def write_parquet(path: Path, columns: tuple[str, ...], rows: Iterable[Line], **types: Any) -> Path:  # noqa: ANN401
    """Write a Parquet file in which a column has the type named for it, else that of its values."""
    import pyarrow as pa
    from pyarrow import parquet

    lines = list(rows)
    values: dict[str, list[Any]] = {name: [line[name] for line in lines] for name in columns}
    table = pa.table({name: pa.array(values[name], types.get(name)) for name in columns})
    parquet.write_table(table, path)
    return path


# ---- Taking in without awarding ------------------------------------------------------------------------------------


def keep_file(session: Session, feed_name: str, path: Path, *, encoding: str = "utf-8") -> Batch:
    """Take a file in as evidence alone, as the import does before it awards."""
    feed = queries.feed(session, feed_name)
    form = form_of(feed.kind)
    source = service.Source(session, feed)
    batch = service.open_batch(session, feed, file_name=path.name, file_digest=service.digest_of(path, encoding))
    for chunk in service.chunks(path, form, encoding, skip=batch.lines):
        after = queries.batch(session, batch.batch_id).lines
        resolved = source.resolve(session, batch.batch_id, source.read(session, batch.batch_id, chunk))
        source.keep(session, batch.batch_id, resolved, after=after)
    return service.close_batch(session, batch.batch_id)


def sent_back(session: Session, batch_id: int) -> list[tuple[int, str, str, str, str]]:
    """Give line, code, column, what was found and what was wanted of every line that was sent back."""
    return [
        (one.line, one.code.removeprefix("evidence."), one.field, one.found, one.wanted)
        for one in queries.rejects(session, batch_id, limit=100_000)
    ]
