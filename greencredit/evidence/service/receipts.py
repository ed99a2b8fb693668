"""Reads a chunk of receipt lines: what is in order, what qualifies as green, what is sent back and why."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form
from greencredit.evidence.service import columns as read
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Reading
from greencredit.kernel.clock import civil_date, micros, now
from greencredit.merchants import queries as merchants
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.evidence import Feed, Item, Reject, RejectCode
from greencredit.schemas.merchants import Product


class Register(NamedTuple):
    """A merchant's products as the reading of receipts needs them."""

    green_kind_of: Mapping[str, str | None]
    """Code → green kind, or none: known and not green."""
    without_type: frozenset[str]
    """Products nobody has classified."""
    brand_of: Mapping[str, str]
    """Code → brand, of the green ones."""

    @classmethod
    def of(cls, products: Mapping[str, Product]) -> "Register":
        """Give the register of these products."""
        return cls(
            {code: product.green_kind for code, product in products.items()},
            frozenset(one.code for one in products.values() if one.type is None and one.green_kind is None),
            {code: one.brand for code, one in products.items() if one.green_kind is not None and one.brand},
        )


def register_of(session: Session, merchant_id: str) -> Register:
    """Give the products of a merchant."""
    return Register.of(merchants.product_book(session, merchant_id))


class _Values(NamedTuple):
    """A chunk's columns as exact values; each array of numbers with an array of which are good."""

    receipts: list[str]
    stores: list[str]
    products: list[str]
    holders: list[int]
    channels: list[str]
    numbers: "read.Numbers"
    times: "read.Numbers"
    quantities: "read.Numbers"
    fen: "read.Numbers"


def read_receipts(
    session: Session,
    batch_id: int,
    feed: Feed,
    chunk: Chunk,
    register: Register,
    cards: Cards,
    *,
    with_totals: bool = False,
) -> Reading:
    """Read receipt lines; the first thing wrong with a line sends it back, in the order of the columns."""
    columns = chunk.columns
    values = _Values(
        receipts=read.texts(columns["receipt_no"]),
        stores=read.texts(columns["store_code"]),
        products=read.texts(columns["product_code"]),
        holders=cards.holders(session, read.texts(columns["card_no"])),
        channels=read.texts(columns["channel"]) if "channel" in columns else [""] * len(chunk.lines),
        numbers=read.whole_numbers(columns["line_no"]),
        times=read.instants_micros(columns["sold_at"]),
        quantities=read.whole_numbers(columns["quantity"]),
        fen=read.money_fen(columns["amount_yuan"]),
    )
    faults = _faults_of(chunk, values, register, now(session))
    good = faults.good()
    rows: list[int] = good.tolist()
    days = rules.china_days(values.times[0][good].tolist())
    prints = rules.fingerprints(
        session.info["keys"].for_purpose("evidence.fingerprint"),
        feed.merchant_id or feed.name,
        days,
        [values.stores[row] for row in rows],
        [values.receipts[row] for row in rows],
        values.numbers[0][good].tolist(),
    )
    known: dict[tuple[str, str, str], Attributes] = {}
    merchant = feed.merchant_id or ""
    items = [
        _item(
            batch_id,
            chunk.lines[row],
            row,
            values,
            kind,
            day,
            mark,
            _attributes(known, merchant, register, values, row),
        )
        for row, day, mark in zip(rows, days, prints, strict=True)
        if (kind := register.green_kind_of[values.products[row]]) is not None
    ]
    lines = [chunk.lines[row] for row in rows]
    newest = int(values.times[0][good].max()) if rows else None
    rejects = [*chunk.rejects, *faults.rejects()]
    totals = _totals(values, rows, days) if with_totals else {}
    return Reading(chunk.records, prints, lines, items, rejects, newest_micros=newest, totals=totals)


def _totals(values: _Values, rows: list[int], days: list[int]) -> dict[tuple[int, str, date], int]:
    """Add up what whole receipts come to, lines that are not green included."""
    found: dict[tuple[int, str, date], int] = {}
    for row, day in zip(rows, days, strict=True):
        key = (values.holders[row], f"{values.stores[row]}/{values.receipts[row]}", rules.day_of(day))
        found[key] = found.get(key, 0) + int(values.fen[0][row])
    return found


def _attributes(
    known: dict[tuple[str, str, str], Attributes], merchant: str, register: Register, values: _Values, row: int
) -> Attributes:
    """Give what is known of goods and place; lines that share all of it share one tuple."""
    place = store, product, channel = values.stores[row], values.products[row], values.channels[row]
    found = known.get(place)
    if found is None:
        brand = register.brand_of.get(product, "")
        found = Attributes(merchant=merchant, store=store, channel=channel, product=product, brand=brand)
        known[place] = found
    return found


def _item(
    batch_id: int, line: int, row: int, values: _Values, kind: str, day: int, mark: bytes, attributes: Attributes
) -> Item:
    return Item(
        evidence_id=rules.evidence_id(batch_id, line),
        holder=values.holders[row],
        on=rules.day_of(day),
        subject=kind,
        quantity=str(values.quantities[0][row]),
        unit="件",
        spent_fen=int(values.fen[0][row]),
        receipt=f"{values.stores[row]}/{values.receipts[row]}",
        inputs={},
        fingerprint=mark,
        hour=rules.hour_of(int(values.times[0][row])),
        attributes=attributes,
    )


def _faults_of(chunk: Chunk, values: _Values, register: Register, at: datetime) -> "_Faults":
    import numpy as np

    def each(answers: Iterable[bool]) -> Any:  # noqa: ANN401 - an array
        return np.fromiter(answers, np.bool_, len(chunk.lines))

    (times, times_ok), (quantities, quantities_ok), (fen, fen_ok) = values.times, values.quantities, values.fen
    faults = _Faults(chunk)
    for field, found in (("receipt_no", values.receipts), ("store_code", values.stores)):
        faults.note(field, RejectCode.MISSING, each(map(bool, found)), Form.TEXT.wanted)
        faults.note(field, RejectCode.NOT_A_TEXT, each(map(rules.is_text, found)), Form.TEXT.wanted)
    faults.note("line_no", RejectCode.NOT_A_NUMBER, values.numbers[1], Form.WHOLE.wanted)
    carded = each(holder != 0 for holder in values.holders)
    faults.note("card_no", RejectCode.UNKNOWN_CARD, carded, "a card linked to a consumer", shown=rules.masked)
    faults.note("sold_at", RejectCode.NOT_A_TIME, times_ok, Form.TIME.wanted)
    faults.note("sold_at", RejectCode.TOO_EARLY, times >= rules.EARLIEST_MICROS, "not before 2000-01-01")
    faults.note("sold_at", RejectCode.IN_THE_FUTURE, times <= micros(at), f"not after {civil_date(at)}")
    known = each(code in register.green_kind_of for code in values.products)
    faults.note("product_code", RejectCode.UNKNOWN_PRODUCT, known, "a product of the merchant's register")
    typed = each(code not in register.without_type for code in values.products)
    faults.note("product_code", RejectCode.UNKNOWN_TYPE, typed, "a product with a type")
    faults.note("quantity", RejectCode.NOT_A_NUMBER, quantities_ok, Form.WHOLE.wanted)
    faults.note("quantity", RejectCode.NOT_POSITIVE, quantities > 0, "a whole number above zero")
    faults.note("amount_yuan", RejectCode.NOT_A_NUMBER, fen_ok, Form.MONEY.wanted)
    faults.note("amount_yuan", RejectCode.NEGATIVE, fen >= 0, "zero or more; refunds come in a feed of their own")
    return faults


class _Faults:
    """The first fault of each line."""

    def __init__(self, chunk: Chunk) -> None:
        import numpy as np

        self._chunk = chunk
        self._kinds: list[tuple[str, RejectCode, str, Callable[[object], str]]] = []
        self._first = np.zeros(len(chunk.lines), dtype=np.int16)

    def note(
        self,
        field: str,
        code: RejectCode,
        ok: Any,  # noqa: ANN401 - an array
        wanted: str,
        shown: Callable[[object], str] = rules.shown,
    ) -> None:
        """Mark the lines that are not in order and have no earlier fault."""
        self._kinds.append((field, code, wanted, shown))
        self._first[(self._first == 0) & ~ok] = len(self._kinds)

    def good(self) -> Any:  # noqa: ANN401 - an array of places
        """Give the places of the lines without a fault."""
        return (self._first == 0).nonzero()[0]

    def rejects(self) -> list[Reject]:
        """Give the lines with a fault, each with what was found."""
        rejects = []
        for row in self._first.nonzero()[0].tolist():
            field, code, wanted, shown = self._kinds[self._first[row] - 1]
            found = shown(self._chunk.columns[field][row].as_py())
            rejects.append(Reject(self._chunk.lines[row], code.value, field, found, wanted))
        return rejects
