"""Counts a purchase once that a receipt and a card transaction both tell of: whichever comes first (同一消费比对).

Within one issuer, by person, merchant, amount and days. Where more than one could be the other, it is not known whether
it is the same: then it counts, and the evidence says that it was unclear.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session, aliased

from greencredit.evidence import queries, rules
from greencredit.evidence.catalogue import Ground, form_of
from greencredit.evidence.catalogue.pairing import pairing
from greencredit.evidence.service.keep import Reading
from greencredit.evidence.tables import EvidencePurchase
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.evidence import Feed, Item, Reject, RejectCode

CARDS: Final = "card_transactions"
UNCLEAR: Final = ("same_purchase", "unclear")
"""Stands among what is known of evidence for which two or more others could be the same purchase."""


class Purchase(NamedTuple):
    """The lines of one purchase that are evidence."""

    items: tuple[Item, ...]
    amount_fen: int
    same: tuple[int, int] | None = None
    """Batch and line of the purchase that it is."""


def is_paired(session: Session, feed: Feed) -> bool:
    """Tell whether the feed's issuer is sent both receipts and card transactions."""
    kinds = [one.kind for one in queries.feeds(session, feed.issuer_id)]
    tills = [kind for kind in kinds if form_of(kind).names_merchant and form_of(kind).ground is Ground.PURCHASE]
    return CARDS in kinds and bool(tills)


def paired(session: Session, feed: Feed, reading: Reading) -> tuple[Reading, list[Purchase]]:
    """Take out what is a purchase that counts already; its mark stays, so that it does not come again."""
    _wait(session, feed.issuer_id)
    found, taken = [], set[tuple[int, int]]()
    by_card = feed.kind == CARDS
    gone: dict[int, Reject] = {}
    unclear = set[int]()
    for one in _purchases(reading):
        others = [at for at in _candidates(session, feed, one, by_card=by_card) if at not in taken]
        if len(others) == 1:
            taken.add(others[0])
            gone |= {item.evidence_id: _reject(item, others[0]) for item in one.items}
            found.append(one._replace(same=others[0]))
            continue
        if others:
            unclear |= {item.evidence_id for item in one.items}
        found.append(one)
    items = [_marked(item, item.evidence_id in unclear) for item in reading.items if item.evidence_id not in gone]
    return reading._replace(items=items, rejects=[*reading.rejects, *gone.values()]), found


def keep_purchases(session: Session, feed: Feed, purchases: Sequence[Purchase], kept: Sequence[Item]) -> None:
    """Keep the purchases of a chunk: those that count, and of the others what they are."""
    there = {item.evidence_id for item in kept}
    rows = []
    for one in purchases:
        first = one.items[0]
        if one.same is None and not any(item.evidence_id in there for item in one.items):
            continue  # it came before
        batch_id, line = rules.place_of(first.evidence_id)
        rows.append(
            {
                "batch_id": batch_id,
                "line": line,
                "issuer_id": feed.issuer_id,
                "merchant_id": first.attributes.merchant,
                "holder": first.holder,
                "happened_on": first.on,
                "amount_fen": one.amount_fen,
                "by_card": feed.kind == CARDS,
                "same_batch_id": None if one.same is None else one.same[0],
                "same_line": None if one.same is None else one.same[1],
            }
        )
    if rows:
        session.execute(insert(EvidencePurchase), rows)


def counted_instead(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """Give, for evidence that was left out as the same purchase, the first piece that counts in its place."""
    found: dict[int, int] = {}
    for number in numbers:
        row = session.get(EvidencePurchase, rules.place_of(number))
        if row is not None and row.same_batch_id is not None and row.same_line is not None:
            found[number] = rules.evidence_id(row.same_batch_id, row.same_line)
    return found


def _purchases(reading: Reading) -> Iterator[Purchase]:
    together: dict[tuple[int, str, date], list[Item]] = {}
    for item in reading.items:
        together.setdefault((item.holder, item.receipt, item.on), []).append(item)
    totals: Mapping[tuple[int, str, date], int] = reading.totals
    for key, items in together.items():
        green = sum(item.spent_fen or 0 for item in items)
        yield Purchase(tuple(items), totals.get(key, green))


def _candidates(session: Session, feed: Feed, one: Purchase, *, by_card: bool) -> list[tuple[int, int]]:
    """List the purchases of the other kind that it may be and that nothing else is yet."""
    limits, first = pairing(), one.items[0]
    days = timedelta(days=limits.settled_within_days)
    since, until = (first.on - days, first.on) if by_card else (first.on, first.on + days)
    other = aliased(EvidencePurchase)
    used = select(other.line).where(
        other.same_batch_id == EvidencePurchase.batch_id, other.same_line == EvidencePurchase.line
    )
    rows = session.execute(
        select(EvidencePurchase.batch_id, EvidencePurchase.line)
        .where(
            EvidencePurchase.issuer_id == feed.issuer_id,
            EvidencePurchase.holder == first.holder,
            EvidencePurchase.merchant_id == first.attributes.merchant,
            EvidencePurchase.amount_fen >= one.amount_fen - limits.amount_differs_by_fen,
            EvidencePurchase.amount_fen <= one.amount_fen + limits.amount_differs_by_fen,
            EvidencePurchase.happened_on >= since,
            EvidencePurchase.happened_on <= until,
            EvidencePurchase.by_card.in_([not by_card]),
            EvidencePurchase.same_line.is_(None),
            ~used.exists(),
        )
        .order_by(EvidencePurchase.batch_id, EvidencePurchase.line)
    )
    return [(batch_id, line) for batch_id, line in rows]


def _reject(item: Item, same: tuple[int, int]) -> Reject:
    _, line = rules.place_of(item.evidence_id)
    found = f"file {same[0]}, line {same[1]}"
    return Reject(line, RejectCode.SAME_PURCHASE.value, "", found, "a purchase that counts nowhere yet")


def _marked(item: Item, is_unclear: bool) -> Item:  # noqa: FBT001 - a fact of the item
    if not is_unclear:
        return item
    more = tuple(sorted({*item.attributes.more, UNCLEAR}))
    return item._replace(attributes=item.attributes._replace(more=more))


def _wait(session: Session, issuer_id: str) -> None:
    """Wait for whoever takes in purchases of the same issuer: both would else be the first."""
    if not is_sqlite(session):
        asked = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
        session.execute(asked, {"name": f"evidence:pairing:{issuer_id}"})
