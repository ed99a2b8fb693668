"""Reads a chunk of measured green actions: trips, weigh-ins, readings; quantifying them is the awards' matter."""

import json

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form
from greencredit.evidence.service import columns as read
from greencredit.evidence.service.files import Chunk
from greencredit.evidence.service.holders import Cards
from greencredit.evidence.service.keep import Reading
from greencredit.kernel.clock import micros, now
from greencredit.schemas.evidence import Feed, Item, Reject, RejectCode


def read_activities(session: Session, batch_id: int, feed: Feed, chunk: Chunk, cards: Cards) -> Reading:
    """Read records of actions; the first thing wrong with a record sends it back, in the order of the columns."""
    records, names = read.texts(chunk.columns["record_no"]), read.texts(chunk.columns["action"])
    quantities = read.texts(chunk.columns["quantity"])
    holders = cards.holders(session, read.texts(chunk.columns["card_no"]))
    times, times_ok = read.instants_micros("done_at", chunk.columns["done_at"])
    inputs = read.texts(chunk.columns["inputs"]) if "inputs" in chunk.columns else [""] * len(records)
    latest = micros(now(session))
    units = {action.name: action.unit for action in actions.actions()}
    key = session.info["keys"].for_purpose("evidence.fingerprint")

    rejects = list(chunk.rejects)
    items: list[Item] = []
    for row, line in enumerate(chunk.lines):
        at = int(times[row])
        quantity = rules.positive_decimal(quantities[row])
        more = _inputs(inputs[row])
        if not records[row]:
            rejects.append(_fault(line, RejectCode.MISSING, "record_no", "", "a record number"))
        elif holders[row] == 0:
            rejects.append(_fault(line, RejectCode.UNKNOWN_CARD, "card_no", "…", "a card linked to a consumer"))
        elif names[row] not in units:
            wanted = "an action of the catalogue"
            rejects.append(_fault(line, RejectCode.UNKNOWN_ACTION, "action", names[row], wanted))
        elif not times_ok[row]:
            found = str(chunk.columns["done_at"][row].as_py())
            rejects.append(_fault(line, RejectCode.NOT_A_TIME, "done_at", found, Form.TIME.wanted))
        elif at > latest:
            found = str(chunk.columns["done_at"][row].as_py())
            rejects.append(_fault(line, RejectCode.IN_THE_FUTURE, "done_at", found, f"not after {now(session):%F}"))
        elif quantity is None:
            wanted = Form.DECIMAL.wanted
            rejects.append(_fault(line, RejectCode.NOT_A_NUMBER, "quantity", quantities[row], wanted))
        elif more is None:
            rejects.append(_fault(line, RejectCode.BAD_INPUTS, "inputs", inputs[row], Form.INPUTS.wanted))
        else:
            day = rules.china_days([at])[0]
            mark = rules.fingerprints(key, feed.name, [day], [records[row]])[0]
            evidence = rules.evidence_id(batch_id, line)
            on = rules.day_of(day)
            items.append(
                Item(evidence, holders[row], on, names[row], quantity, units[names[row]], None, "", more, mark)
            )
    prints = [item.fingerprint for item in items]
    return Reading(chunk.records, prints, [rules.place_of(item.evidence_id)[1] for item in items], items, rejects)


def _fault(line: int, code: RejectCode, field: str, found: str, wanted: str) -> Reject:
    return Reject(line, code.value, field, found[:100], wanted)


def _inputs(text: str) -> dict[str, str] | None:
    if not text.strip():
        return {}
    try:
        found = json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError:
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return None
    return found
