"""Finds what a refund is a refund of, and holds it to what was paid; taking awards back is the awards' matter."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.service.keep import ComingBack, Reading, lock_feeds, standing
from greencredit.evidence.service.pairing import counted_instead
from greencredit.evidence.tables import EvidenceBatch, EvidenceFeed, EvidenceItem, EvidenceRefund
from greencredit.schemas.evidence import Feed, Reject, RejectCode


class Returned(NamedTuple):
    """Money that came back of a piece of evidence: now, and in all."""

    line: int
    mark: bytes
    evidence_id: int
    kind: str
    amount_fen: int
    refunded_fen: int
    """In all, with this."""
    spent_fen: int
    coming_back: ComingBack


class Resolved(NamedTuple):
    """A chunk whose refunds are known: what is in order, and what each comes to."""

    reading: Reading
    returned: tuple[Returned, ...]


def resolve(session: Session, batch_id: int, feed: Feed, reading: Reading) -> Resolved:
    """Find the originals; a refund comes after what it refunds, and never exceeds it.

    A refund of what was not green is in order and takes nothing back. What another issuer awarded is unknown here.
    """
    if not reading.coming_back:
        return Resolved(reading, ())
    lock_feeds(session, feed.kind, feed.merchant_id)  # else another refund of the same might come between
    wanted = reading.coming_back
    places = _places(session, batch_id, feed, reading)
    before = standing(session, {one.mark for one in wanted})
    numbers = {mark: rules.evidence_id(*where) for mark, where in places.items()}
    instead = counted_instead(session, numbers.values())
    numbers = {mark: instead.get(number, number) for mark, number in numbers.items()}
    spent = _spent(session, reading, numbers.values())
    refunded = _refunded(session, spent)
    rejects: list[Reject] = []
    returned: list[Returned] = []
    met: set[bytes] = set()
    for one in wanted:
        if one.mark in before or one.mark in met:
            continue  # told before: a duplicate, as any other line
        met.add(one.mark)
        number = numbers.get(one.original)
        if number is None or (places[one.original][0] == batch_id and places[one.original][1] >= one.line):
            rejects.append(_sent_back(one, RejectCode.UNKNOWN_TRANSACTION, "", "a line that was taken in before"))
            continue
        if number not in spent:
            continue
        left = spent[number] - refunded[number]
        amount = left if one.amount_fen is None else one.amount_fen
        if amount > left:
            rejects.append(_sent_back(one, RejectCode.REFUND_EXCEEDS, _yuan(amount), f"at most {_yuan(left)}"))
            continue
        refunded[number] += amount
        returned.append(
            Returned(one.line, one.mark, number, one.kind, amount, refunded[number], spent[number], coming_back=one)
        )
    return Resolved(reading.without(rejects), tuple(returned))


def keep_refunds(session: Session, batch_id: int, returned: tuple[Returned, ...]) -> None:
    """Store what came back; called after the chunk was kept, for what was new of it."""
    rows = [
        {
            "batch_id": batch_id,
            "line": one.line,
            "evidence_id": one.evidence_id,
            "kind": one.kind,
            "amount_fen": one.amount_fen,
            "happened_on": one.coming_back.on,
        }
        for one in returned
    ]
    if rows:
        session.execute(insert(EvidenceRefund), rows)


def _places(session: Session, batch_id: int, feed: Feed, reading: Reading) -> dict[bytes, tuple[int, int]]:
    """Give where each original stands: taken in for this issuer before, or earlier in this chunk."""
    originals = {one.original for one in reading.coming_back}
    here = {mark: (batch_id, line) for mark, line in zip(reading.prints, reading.print_lines, strict=True)}
    found = {mark: here[mark] for mark in originals if mark in here} | standing(session, originals)
    statement = (
        select(EvidenceBatch.id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceBatch.id.in_({batch for batch, _ in found.values()}), EvidenceFeed.issuer_id == feed.issuer_id)
    )
    ours = set(session.scalars(statement))
    return {mark: where for mark, where in found.items() if where[0] in ours}


def _spent(session: Session, reading: Reading, numbers: Iterable[int]) -> dict[int, int]:
    wanted = set(numbers)
    spent = {item.evidence_id: item.spent_fen or 0 for item in reading.items if item.evidence_id in wanted}
    statement = select(EvidenceItem.id, EvidenceItem.spent_fen).where(EvidenceItem.id.in_(wanted - spent.keys()))
    return spent | {number: paid or 0 for number, paid in session.execute(statement)}


def _refunded(session: Session, spent: Mapping[int, int]) -> Counter[int]:
    statement = (
        select(EvidenceRefund.evidence_id, func.sum(EvidenceRefund.amount_fen))
        .where(EvidenceRefund.evidence_id.in_(spent))
        .group_by(EvidenceRefund.evidence_id)
    )
    return Counter({number: int(fen) for number, fen in session.execute(statement)})


def _sent_back(one: ComingBack, code: RejectCode, found: str, wanted: str) -> Reject:
    return Reject(one.line, code.value, "", found, wanted)


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
