"""Single records of a source through the door: the batch verb of the writer, one outcome each, in their order."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.awards.service.filed import bring_in_rules
from greencredit.awards.service.taking import Took, advance, credits_of, open_import, take_chunk
from greencredit.evidence import queries as evidence_queries
from greencredit.evidence import rules as evidence_rules
from greencredit.evidence import service as evidence
from greencredit.evidence.catalogue import FeedForm, Form, Ground, form_of
from greencredit.evidence.errors import RecordKeyReused
from greencredit.issuers import queries as issuers
from greencredit.kernel.errors import NotNow, Refusal
from greencredit.merchants import queries as merchants
from greencredit.schemas.evidence import Feed, RejectCode
from greencredit.schemas.merchants import Product
from greencredit.schemas.sources import RecordsTaken, RecordTaken

_MOST_REJECTS = 10_000
_UNSURE = "app.fault"
_UNSURE_TOLD = "系统故障，未能确认 · a fault of the platform; ask again with the same key"


class RecordAsked(NamedTuple):
    """One record that somebody hands in, with his key."""

    feed: str
    key: str
    record: Mapping[str, object]


RecordOutcome = RecordTaken | Refusal
"""What became of one record."""


def take_records(session: Session, items: Sequence[RecordAsked]) -> list[RecordOutcome]:
    """Take single records in; a key that stands for the same record already is answered as it was.

    What is sent back is an answer, too, and is not remembered: the record may come again once the reason is gone.
    """
    outcomes: list[RecordOutcome | None] = [None] * len(items)
    order = sorted(range(len(items)), key=lambda place: items[place].feed)
    for name, places in groupby(order, key=lambda place: items[place].feed):
        of_feed = list(places)
        try:
            found: Sequence[RecordOutcome] = _of_feed(session, name, [items[place] for place in of_feed])
        except Refusal as refusal:  # every refusal of a whole feed comes before the first row
            found = [refusal] * len(of_feed)
        for place, outcome in zip(of_feed, found, strict=True):
            outcomes[place] = outcome
    return [one for one in outcomes if one is not None]


def records_taken(outcomes: Sequence[RecordTaken | Exception]) -> RecordsTaken:
    """Put what became of many records together, in their order.

    Raises:
        NotNow: none of it was carried out, because nothing can be for the moment.
    """
    if outcomes and all(isinstance(one, NotNow) for one in outcomes):
        raise next(one for one in outcomes if isinstance(one, NotNow))
    told = tuple(one if isinstance(one, RecordTaken) else _refused(one) for one in outcomes)
    bad = sum(one.outcome in {"sent_back", "refused"} for one in told)
    return RecordsTaken(records=len(told), sent_back=bad, outcomes=told)


def _refused(fault: Exception) -> RecordTaken:
    code, message = (fault.code, fault.message) if isinstance(fault, Refusal) else (_UNSURE, _UNSURE_TOLD)
    return RecordTaken(batch_id=None, line=None, outcome="refused", code=code, wanted=message)


def _of_feed(session: Session, name: str, items: Sequence[RecordAsked]) -> list[RecordOutcome]:
    feed = evidence_queries.feed(session, name)
    evidence.require_door(form_of(feed.kind))
    if form_of(feed.kind).ground is not Ground.REFUND:  # what comes back always may
        issuers.require_may_issue(session, feed.issuer_id)
    outcomes: dict[int, RecordOutcome] = {}
    asked = []
    for place, one in enumerate(items):
        try:
            cells = evidence.cells_of(form_of(feed.kind), one.record)
        except Refusal as refusal:
            outcomes[place], cells = refusal, {}
        asked.append(evidence.Asked(one.feed, one.key, cells))
    return _answered(session, feed, asked, outcomes)


def _answered(
    session: Session, feed: Feed, asked: Sequence[evidence.Asked], outcomes: dict[int, RecordOutcome]
) -> list[RecordOutcome]:
    """Answer what stands, take in what is new, and answer what is asked twice at once as it was answered first."""
    for place, (same, answer) in evidence.answered_before(session, asked).items():
        if place not in outcomes:
            outcomes[place] = answer.model_copy(update={"repeated": True}) if same else RecordKeyReused()
    met: dict[str, int] = {}
    fresh = []
    for place, one in enumerate(asked):
        if place in outcomes:
            continue
        if (first := met.setdefault(one.key, place)) == place:
            fresh.append(place)
        elif asked[first].record != one.record:
            outcomes[place] = RecordKeyReused()
    if fresh:
        told = _taken(session, feed, [asked[place].record for place in fresh])
        outcomes |= dict(zip(fresh, told, strict=True))
        kept = [(asked[place], one) for place, one in zip(fresh, told, strict=True) if one.outcome != "sent_back"]
        evidence.remember(session, [evidence.Answered(one, answer) for one, answer in kept])
    for place, one in enumerate(asked):
        first_answer = outcomes[met[one.key]] if place not in outcomes else None
        if isinstance(first_answer, RecordTaken):
            outcomes[place] = first_answer.model_copy(update={"repeated": True})
    return [outcomes[place] for place in range(len(asked))]


def _taken(session: Session, feed: Feed, records: Sequence[Mapping[str, str]]) -> list[RecordTaken]:
    form = form_of(feed.kind)
    if form.ground is not Ground.REFUND:
        bring_in_rules(session, feed.issuer_id)
    batch = evidence.stream_batch(session, feed)
    open_import(session, batch, feed)
    source = evidence.Source(session, feed, products=_products(session, feed, form, records))
    book = actions.factor_book(session, issuer_id=feed.issuer_id) if source.is_action else None
    chunk = evidence.chunk_of(form, records, after=batch.lines)
    took = take_chunk(session, source, batch.batch_id, chunk, after=batch.lines, book=book)
    advance(session, batch.batch_id, took.awarded)
    source.cards.require_all_there(session)
    return _told(session, batch.batch_id, chunk, took)


def _products(session: Session, feed: Feed, form: FeedForm, records: Sequence[Mapping[str, str]]) -> dict[str, Product]:
    """Give the products that the records name, and no others: a register holds ninety thousand."""
    if feed.merchant_id is None:
        return {}
    codes = {one.get(column.name, "") for one in records for column in form.columns if column.form is Form.PRODUCT}
    return merchants.products(session, feed.merchant_id, codes)


def _told(session: Session, batch_id: int, chunk: evidence.Chunk, took: Took) -> list[RecordTaken]:
    earned = credits_of(session, [item.evidence_id for item in took.items])
    items = {evidence_rules.place_of(item.evidence_id)[1] for item in took.items}
    sent_back = {
        one.line: one
        for one in evidence_queries.rejects(session, batch_id, after=chunk.lines[0] - 1, limit=_MOST_REJECTS)
    }
    told = []
    for line in chunk.lines:
        if (reject := sent_back.get(line)) is not None:
            facts = {"field": reject.field, "found": reject.found, "wanted": reject.wanted}
            told.append(
                RecordTaken(
                    batch_id=batch_id,
                    line=line,
                    outcome="sent_back",
                    code=reject.code,
                    reason=RejectCode(reject.code).words,
                    **facts,
                )
            )
            continue
        number = evidence_rules.evidence_id(batch_id, line)
        if line in items:
            credits_ = earned.get(number, 0)
            outcome = "awarded" if credits_ else "no_credit"
            told.append(
                RecordTaken(batch_id=batch_id, line=line, outcome=outcome, evidence_id=number, credits=credits_)
            )
        elif line in took.refunded:
            told.append(
                RecordTaken(batch_id=batch_id, line=line, outcome="refunded", credits=took.taken_back.get(line, 0))
            )
        else:
            told.append(RecordTaken(batch_id=batch_id, line=line, outcome="not_green"))
    return told
