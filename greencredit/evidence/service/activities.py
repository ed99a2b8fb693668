"""Reads a chunk of measured green actions: trips, weigh-ins, readings; quantifying them is the awards' matter."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form
from greencredit.evidence.service import columns as read
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Reading
from greencredit.kernel.clock import civil_date, micros, now
from greencredit.schemas.evidence import Feed, Item, Reject, RejectCode

_QUANTITY = "quantity"


class _Record(NamedTuple):
    """One record as it was read."""

    number: str
    holder: int
    action: str
    at_micros: int
    is_time: bool
    quantity: str | None
    inputs: dict[str, str] | None


_Fault = tuple[RejectCode, str, str]
"""Reason, column, what was wanted."""


def read_activities(session: Session, batch_id: int, feed: Feed, chunk: Chunk, cards: Cards) -> Reading:
    """Read records of actions; the first thing wrong with a record sends it back, in the order of the columns."""
    units = {action.name: action.unit for action in actions.actions()}
    key = session.info["keys"].for_purpose("evidence.fingerprint")
    at = now(session)

    rejects = list(chunk.rejects)
    items: list[Item] = []
    for row, (line, record) in enumerate(zip(chunk.lines, _records(session, chunk, cards), strict=True)):
        fault = _fault_of(record, units, at)
        if fault is not None:
            code, field, wanted = fault
            found = chunk.columns[field][row].as_py()
            shown = rules.masked(found) if field == "card_no" else rules.shown(found)
            rejects.append(Reject(line, code.value, field, shown, wanted))
            continue
        assert record.quantity is not None, "a record without a quantity was sent back"
        assert record.inputs is not None, "a record without proper inputs was sent back"
        day = rules.china_days([record.at_micros])[0]
        items.append(
            Item(
                evidence_id=rules.evidence_id(batch_id, line),
                holder=record.holder,
                on=rules.day_of(day),
                subject=record.action,
                quantity=record.quantity,
                unit=units[record.action],
                spent_fen=None,
                receipt="",
                inputs=record.inputs,
                fingerprint=rules.fingerprints(key, feed.name, [day], [record.number])[0],
            )
        )
    prints = [item.fingerprint for item in items]
    return Reading(chunk.records, prints, [rules.place_of(item.evidence_id)[1] for item in items], items, rejects)


def _records(session: Session, chunk: Chunk, cards: Cards) -> list[_Record]:
    columns = chunk.columns
    times, times_ok = read.instants_micros(columns["done_at"])
    inputs = read.texts(columns["inputs"]) if "inputs" in columns else [""] * len(chunk.lines)
    fields = zip(
        read.texts(columns["record_no"]),
        cards.holders(session, read.texts(columns["card_no"])),
        read.texts(columns["action"]),
        times.tolist(),
        times_ok.tolist(),
        map(rules.positive_decimal, read.texts(columns["quantity"])),
        map(_inputs, inputs),
        strict=True,
    )
    return [_Record(*one) for one in fields]


def _fault_of(record: _Record, units: Mapping[str, str], at: datetime) -> _Fault | None:
    """Give the first thing wrong with a record, in the order of the columns."""
    checks: tuple[tuple[bool, RejectCode, str, str], ...] = (
        (bool(record.number), RejectCode.MISSING, "record_no", Form.TEXT.wanted),
        (rules.is_text(record.number), RejectCode.NOT_A_TEXT, "record_no", Form.TEXT.wanted),
        (record.holder != 0, RejectCode.UNKNOWN_CARD, "card_no", "a card linked to a consumer"),
        (record.action in units, RejectCode.UNKNOWN_ACTION, "action", "an action of the catalogue"),
        (record.is_time, RejectCode.NOT_A_TIME, "done_at", Form.TIME.wanted),
        (record.at_micros >= rules.EARLIEST_MICROS, RejectCode.TOO_EARLY, "done_at", "not before 2000-01-01"),
        (record.at_micros <= micros(at), RejectCode.IN_THE_FUTURE, "done_at", f"not after {civil_date(at)}"),
        (record.quantity is not None, RejectCode.NOT_A_NUMBER, _QUANTITY, Form.DECIMAL.wanted),
        (record.inputs is not None, RejectCode.BAD_INPUTS, "inputs", Form.INPUTS.wanted),
    )
    return next(((code, field, wanted) for ok, code, field, wanted in checks if not ok), None)


def _inputs(text: str) -> dict[str, str] | None:
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
