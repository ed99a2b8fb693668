"""Reads a chunk of records the way their source says: cell by cell, then whole; what is wrong is sent back by line."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Around, Column, Draft, Fault, FeedForm, Form, Record, Refund
from greencredit.evidence.service import columns as read
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import ComingBack, Reading
from greencredit.kernel.clock import civil_date, micros, now
from greencredit.schemas.evidence import Item, QualityTier, Reject, RejectCode

_QUANTITY = "quantity"
_CARD_WANTED = "a token and the last four digits; no full card number anywhere"
_CARD_FOUND = "13 to 19 digits whose check digit fits"


class _Cells(NamedTuple):
    """A column read: the values, and of each what is wrong with it, as code and what was wanted."""

    values: list[Any]
    faults: list[tuple[RejectCode, str] | None]


def read_records(
    session: Session, batch_id: int, form: FeedForm, chunk: Chunk, around: Around, cards: Cards
) -> Reading:
    """Read records; the first thing wrong with one sends it back, in the order of the columns."""
    assert form.read is not None, f"records of {form.kind} are read another way"
    cells = {
        column.name: _cells(session, column, form, chunk, around, cards)
        for column in form.columns
        if column.name in chunk.columns
    }
    key = session.info["keys"].for_purpose("evidence.fingerprint")
    reading = _Reading(batch_id, form, key)
    holds_number = _card_numbers(form, chunk)
    for row, line in enumerate(chunk.lines):
        if row in holds_number:
            reading.sent_back(line, RejectCode.FULL_CARD_NUMBER, holds_number[row], _CARD_FOUND, _CARD_WANTED)
            continue
        wrong = next(((name, fault) for name, one in cells.items() if (fault := one.faults[row]) is not None), None)
        if wrong is not None:
            name, (code, wanted) = wrong
            reading.sent_back(line, code, name, _shown(form, chunk, name, row, code), wanted)
            continue
        record = _record(form, cells, row)
        found = form.read(record, around)
        if isinstance(found, Fault):
            shown = _shown(form, chunk, found.field, row) if found.found is None else rules.shown(found.found)
            reading.sent_back(line, found.code, found.field, shown, found.wanted)
        elif isinstance(found, Refund):
            reading.came_back(line, record, found)
        else:
            reading.took(line, record, found)
    return reading.done(chunk)


class _Reading:
    """What became of a chunk so far."""

    def __init__(self, batch_id: int, form: FeedForm, key: bytes) -> None:
        self._batch_id, self._form, self._key = batch_id, form, key
        self._prints: list[bytes] = []
        self._lines: list[int] = []
        self._items: list[Item] = []
        self._rejects: list[Reject] = []
        self._tiers: dict[int, QualityTier] = {}
        self._back: list[ComingBack] = []
        self._newest: int | None = None
        self._totals: dict[tuple[int, str, date], int] = {}

    def sent_back(self, line: int, code: RejectCode, field: str, found: str, wanted: str) -> None:
        """Send a line back."""
        self._rejects.append(Reject(line, code.value, field, found, wanted))

    def took(self, line: int, record: Record, draft: Draft) -> None:
        """Take a piece of evidence."""
        mark = self._mark(draft.scope, record.day if draft.dated else 0, draft.same)
        self._note(line, record, mark)
        if draft.receipt:
            key = (record.holder, draft.receipt, rules.day_of(record.day))
            self._totals[key] = self._totals.get(key, 0) + (draft.spent_fen or 0)
        if not draft.subject:
            return
        number = rules.evidence_id(self._batch_id, line)
        if draft.tier is not None:
            self._tiers[number] = draft.tier
        self._items.append(
            Item(
                evidence_id=number,
                holder=record.holder,
                on=rules.day_of(record.day),
                subject=draft.subject,
                quantity=draft.quantity,
                unit=draft.unit,
                spent_fen=draft.spent_fen,
                receipt=draft.receipt,
                inputs=dict(draft.inputs),
                fingerprint=mark,
                hour=rules.hour_of(record.numbers[self._form.times]),
                attributes=draft.attributes,
            )
        )

    def came_back(self, line: int, record: Record, refund: Refund) -> None:
        """Take a refund: it has a mark of its own, so that it is taken once."""
        mark = self._mark(refund.scope, 0, refund.same)
        self._note(line, record, mark)
        original = self._mark(refund.original_scope, refund.original_day or 0, refund.original)
        on = rules.day_of(record.day)
        self._back.append(ComingBack(line, mark, original, refund.amount_fen, refund.kind, on))

    def done(self, chunk: Chunk) -> Reading:
        """Give the reading."""
        return Reading(
            chunk.records,
            self._prints,
            self._lines,
            self._items,
            [*chunk.rejects, *self._rejects],
            tier=self._form.tier,
            tiers=self._tiers,
            coming_back=tuple(self._back),
            newest_micros=self._newest,
            totals=self._totals,
        )

    def _mark(self, scope: str, day: int, same: tuple[object, ...]) -> bytes:
        return rules.fingerprints(self._key, scope, [day], *([part] for part in same))[0]

    def _note(self, line: int, record: Record, mark: bytes) -> None:
        self._prints.append(mark)
        self._lines.append(line)
        at = record.numbers[self._form.times]
        self._newest = at if self._newest is None else max(self._newest, at)


def _record(form: FeedForm, cells: Mapping[str, _Cells], row: int) -> Record:
    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    inputs: dict[str, dict[str, str]] = {}
    holder = 0
    for column in form.columns:
        if column.name not in cells:
            continue
        value = cells[column.name].values[row]
        if column.form is Form.CARD:
            holder = value
        elif column.form is Form.INPUTS:
            inputs[column.name] = value
        elif column.form in {Form.MONEY, Form.WHOLE, Form.TIME}:
            if value is not None:
                numbers[column.name] = value
        else:
            texts[column.name] = value or ""
    day = rules.china_days([numbers[form.times]])[0]
    return Record(texts, numbers, inputs, holder, day)


def _shown(form: FeedForm, chunk: Chunk, name: str, row: int, code: RejectCode | None = None) -> str:
    if code is RejectCode.LOCATION_TRACK:  # where somebody was is not kept among the rejects either
        return "a place or a track"
    found = chunk.columns[name][row].as_py() if name in chunk.columns else ""
    is_card = any(column.name == name and column.form is Form.CARD for column in form.columns)
    return rules.masked(found) if is_card else rules.shown(found)


def _card_numbers(form: FeedForm, chunk: Chunk) -> dict[int, str]:
    """Find the rows in which a full card number stands, and in which column; only where a source must not hold one."""
    found: dict[int, str] = {}
    if form.no_card_numbers:
        for name, column in chunk.columns.items():
            for row, value in enumerate(read.texts(column)):
                if row not in found and rules.full_card_number(value):
                    found[row] = name
    return found


# ---- Cells -----------------------------------------------------------------------------------------------------------


def _cells(session: Session, column: Column, form: FeedForm, chunk: Chunk, around: Around, cards: Cards) -> _Cells:
    found = chunk.columns[column.name]
    match column.form:
        case Form.CARD:
            holders = cards.holders(session, read.texts(found))
            return _judged(holders, [holder != 0 for holder in holders], RejectCode.UNKNOWN_CARD, column)
        case Form.MONEY | Form.WHOLE | Form.TIME:
            return _numbers(column, found, now(session))
        case Form.INPUTS:
            return _inputs(column, read.texts(found), no_places=form.no_places)
        case Form.DECIMAL | Form.LEVEL:
            reader = rules.positive_decimal if column.form is Form.DECIMAL else rules.level
            texts = read.texts(found)
            values = [reader(text) for text in texts]
            in_order = [value is not None or _left_out(column, text) for value, text in zip(values, texts, strict=True)]
            return _judged(values, in_order, RejectCode.NOT_A_NUMBER, column)
        case _:
            return _texts(column, read.texts(found), around)


def _left_out(column: Column, text: str) -> bool:
    return not column.required and not text


def _judged(values: list[Any], in_order: list[bool], code: RejectCode, column: Column) -> _Cells:
    fault = (code, column.form.wanted)
    return _Cells(values, [None if fine else fault for fine in in_order])


def _texts(column: Column, texts: list[str], around: Around) -> _Cells:
    faults: list[tuple[RejectCode, str] | None] = []
    for text in texts:
        fault: tuple[RejectCode, str] | None = None
        if _left_out(column, text):
            pass
        elif column.form is Form.ACTION:
            fault = None if text in around.units else (RejectCode.UNKNOWN_ACTION, column.form.wanted)
        elif column.form is Form.PRODUCT:
            fault = _product_fault(text, around)
        elif not text:
            fault = (RejectCode.MISSING, column.form.wanted)
        elif not rules.is_text(text):
            fault = (RejectCode.NOT_A_TEXT, column.form.wanted)
        elif column.one_of and text not in column.one_of:
            fault = (RejectCode.NOT_LISTED, f"one of {', '.join(column.one_of)}")
        faults.append(fault)
    return _Cells(list(texts), faults)


def _product_fault(code: str, around: Around) -> tuple[RejectCode, str] | None:
    product = around.products.get(code)
    if product is None:
        return RejectCode.UNKNOWN_PRODUCT, Form.PRODUCT.wanted
    if product.type is None and product.green_kind is None:
        return RejectCode.UNKNOWN_TYPE, "a product with a type"
    return None


def _numbers(column: Column, found: Any, at: datetime) -> _Cells:  # noqa: ANN401 - an array
    texts = read.texts(found) if not column.required else None
    reader = {Form.MONEY: read.money_fen, Form.WHOLE: read.whole_numbers, Form.TIME: read.instants_micros}[column.form]
    numbers, in_order = reader(found)
    latest = micros(at)
    wrong = RejectCode.NOT_A_TIME if column.form is Form.TIME else RejectCode.NOT_A_NUMBER
    values: list[int | None] = []
    faults: list[tuple[RejectCode, str] | None] = []
    for row, (value, fine) in enumerate(zip(numbers.tolist(), in_order.tolist(), strict=True)):
        fault: tuple[RejectCode, str] | None = None
        if texts is not None and not texts[row]:
            values.append(None)
            faults.append(None)
            continue
        if not fine:
            fault = (wrong, column.form.wanted)
        elif column.form is Form.TIME and value < rules.EARLIEST_MICROS:
            fault = (RejectCode.TOO_EARLY, "not before 2000-01-01")
        elif column.form is Form.TIME and value > latest:
            fault = (RejectCode.IN_THE_FUTURE, f"not after {civil_date(at)}")
        elif column.form is Form.MONEY and value < 0:
            fault = (RejectCode.NEGATIVE, "zero or more; refunds come as refunds")
        values.append(value)
        faults.append(fault)
    return _Cells(values, faults)


def _inputs(column: Column, texts: list[str], *, no_places: bool) -> _Cells:
    values: list[dict[str, str]] = []
    faults: list[tuple[RejectCode, str] | None] = []
    for text in texts:
        found = _input_of(text)
        fault: tuple[RejectCode, str] | None = None
        if found is None:
            fault = (RejectCode.BAD_INPUTS, column.form.wanted)
        elif no_places and rules.places_in(found):
            fault = (RejectCode.LOCATION_TRACK, "no place and no track")
        values.append(found or {})
        faults.append(fault)
    return _Cells(values, faults)


def _input_of(text: str) -> dict[str, str] | None:
    """Read further inputs; the quantity stands in its own column, and only there."""
    if not text:
        return {}
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except (json.JSONDecodeError, RecursionError):  # ten thousand brackets are no object either
        return None
    if not isinstance(found, dict) or _QUANTITY in found:
        return None
    texts = all(isinstance(value, str) and value.isprintable() for value in found.values())
    return found if texts and all(name.isprintable() for name in found) else None
