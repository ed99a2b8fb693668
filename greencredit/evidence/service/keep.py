"""Keeps what is new of a chunk in one transaction: keys, items, rejects, and how far the file was read."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from greencredit.evidence import queries, rules
from greencredit.evidence.errors import BatchMovedOn
from greencredit.evidence.service.pulse import feel_pulse
from greencredit.evidence.tables import EvidenceAside, EvidenceBatch, EvidenceFeed, EvidenceItem, EvidenceReject
from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.attributes import Attributes, attributes_text
from greencredit.schemas.evidence import Item, QualityTier, Reject, RejectCode

_KEYS_AT_ONCE = 500
_TEXTS_KEPT = 65_536

_Where = tuple[int, int]
"""A batch and a line of it."""


class ComingBack(NamedTuple):
    """Money that came back, as a line tells of it: the mark of the original, and how much."""

    line: int
    mark: bytes
    """Its own."""
    original: bytes
    amount_fen: int | None
    kind: str
    on: date


class Reading(NamedTuple):
    """What a chunk was read as: every line in order has a fingerprint, some are items, the rest is sent back."""

    records: int
    prints: list[bytes]
    print_lines: list[int]
    items: list[Item]
    rejects: list[Reject]
    tier: QualityTier = QualityTier.PLATFORM_RECORD
    tiers: Mapping[int, QualityTier] = {}
    """Evidence whose tier is another."""
    coming_back: tuple[ComingBack, ...] = ()
    newest_micros: int | None = None
    """When the newest of what is in order happened."""
    totals: Mapping[tuple[int, str, date], int] = {}
    """What whole receipts come to, by holder, receipt and day, where that is asked for."""

    def without(self, sent_back: list[Reject]) -> "Reading":
        """Give the same chunk with more lines sent back: they leave no key, so that they may come again corrected."""
        gone = {reject.line for reject in sent_back}
        kept = [place for place, line in enumerate(self.print_lines) if line not in gone]
        return self._replace(
            prints=[self.prints[place] for place in kept],
            print_lines=[self.print_lines[place] for place in kept],
            items=[item for item in self.items if rules.place_of(item.evidence_id)[1] not in gone],
            rejects=[*self.rejects, *sent_back],
            coming_back=tuple(one for one in self.coming_back if one.line not in gone),
        )


class Kept(NamedTuple):
    """What was new: items that may earn now, and how many lines were not."""

    items: list[Item]
    duplicates: int
    rejected: int


def keep(session: Session, batch_id: int, reading: Reading, *, after: int) -> Kept:
    """Store keys, items and rejects of the chunk after so many records; what was there before is a duplicate.

    Raises:
        BatchMovedOn: another import of the same file has read on meanwhile.
    """
    feed = _move_on(session, batch_id, after=after, records=reading.records)
    stale = _stale(session, batch_id, reading)
    items = [item for item in reading.items if rules.place_of(item.evidence_id)[1] not in stale]
    fresh = [
        (mark, batch_id, line)
        for mark, line in zip(reading.prints, reading.print_lines, strict=True)
        if line not in stale
    ]
    _store_keys(session, fresh)
    _store_items(session, reading, items)
    elsewhere = _of_others(session, feed, stale)
    rejects = sorted([*reading.rejects, *(_duplicate(line, stale[line], elsewhere) for line in stale)])
    if rejects:
        session.execute(insert(EvidenceReject), [{"batch_id": batch_id} | reject._asdict() for reject in rejects])
    _put_aside(session, batch_id, {line: stale[line] for line in stale if stale[line][0] in elsewhere})
    session.execute(
        text(
            "UPDATE evidence_batch SET qualifying = qualifying + :items, duplicates = duplicates + :duplicates, "
            "rejected = rejected + :rejected WHERE id = :batch"
        ),
        {"items": len(items), "duplicates": len(stale), "rejected": len(reading.rejects), "batch": batch_id},
    )
    feel_pulse(session, feed.id, reading.newest_micros)
    return Kept(items, len(stale), len(reading.rejects))


def _of_others(session: Session, feed: EvidenceFeed, stale: Mapping[int, _Where]) -> frozenset[int]:
    """Give the batches of other issuers among those in which a line stands already."""
    batches = {batch for batch, _ in stale.values()}
    if not batches:
        return frozenset()
    statement = (
        select(EvidenceBatch.id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceBatch.id.in_(batches), EvidenceFeed.issuer_id != feed.issuer_id)
    )
    return frozenset(session.scalars(statement))


def _put_aside(session: Session, batch_id: int, claims: Mapping[int, _Where]) -> None:
    at = now(session)
    rows = [
        {"batch_id": batch_id, "line": line, "first_batch_id": first, "first_line": first_line, "at": at}
        for line, (first, first_line) in claims.items()
    ]
    if rows:
        session.execute(insert(EvidenceAside), rows)


def _move_on(session: Session, batch_id: int, *, after: int, records: int) -> EvidenceFeed:
    """Lock first: two imports of one file can't both take the same chunk in, nor two files bring the same line."""
    feed = session.execute(
        select(EvidenceFeed)
        .join(EvidenceBatch, EvidenceBatch.feed_id == EvidenceFeed.id)
        .where(EvidenceBatch.id == batch_id)
    ).scalar_one()
    lock_feeds(session, feed.kind, feed.merchant_id)
    moved = session.execute(
        text(
            "UPDATE evidence_batch SET lines = lines + :records "
            "WHERE id = :batch AND lines = :after AND closed_at IS NULL RETURNING id"
        ),
        {"records": records, "batch": batch_id, "after": after},
    ).one_or_none()
    if moved is None:
        raise BatchMovedOn(batch_id, found=queries.batch(session, batch_id).lines, wanted=after)
    return feed


def lock_feeds(session: Session, kind: str, merchant_id: str | None) -> None:
    """Hold every feed that could bring the same lines until the commit.

    A line of a merchant's is told by the merchant's feeds; any other, by feeds of its kind, whoever's they are.
    """
    same = EvidenceFeed.kind == kind if merchant_id is None else EvidenceFeed.merchant_id == merchant_id
    session.execute(select(EvidenceFeed.id).where(same).order_by(EvidenceFeed.id).with_for_update())


def _store_keys(session: Session, fresh: list[tuple[bytes, int, int]]) -> None:
    connection = session.connection()
    if fresh and is_sqlite(session):
        statement = "INSERT INTO evidence_key (fingerprint, batch_id, line) VALUES (?, ?, ?)"
        connection.exec_driver_sql(statement, sorted(fresh))  # sorted: neighbours in the index go in together
    elif fresh:
        connection.execute(
            text(
                "INSERT INTO evidence_key (fingerprint, batch_id, line) SELECT * FROM "
                "unnest(CAST(:prints AS bytea[]), CAST(:batches AS bigint[]), CAST(:lines AS bigint[]))"
            ),
            dict(zip(("prints", "batches", "lines"), map(list, zip(*fresh, strict=True)), strict=True)),
        )


@lru_cache(maxsize=_TEXTS_KEPT)
def _text_of(attributes: Attributes) -> str:
    """Write what is known of goods and place; a shop sells the same things in the same places again and again."""
    return attributes_text(attributes)


def _store_items(session: Session, reading: Reading, items: list[Item]) -> None:
    if not items:
        return
    usual, others = reading.tier.value, reading.tiers
    session.execute(
        insert(EvidenceItem),
        [
            {
                "id": item.evidence_id,
                "holder": item.holder,
                "happened_on": item.on,
                "subject": item.subject,
                "quantity": item.quantity,
                "unit": item.unit,
                "spent_fen": item.spent_fen,
                "receipt": item.receipt,
                "inputs": json.dumps(item.inputs, ensure_ascii=False, sort_keys=True) if item.inputs else "",
                "hour": None if item.hour < 0 else item.hour,
                "attributes": _text_of(item.attributes) or None,
                "tier": others[item.evidence_id].value if item.evidence_id in others else usual,
            }
            for item in items
        ],
    )


def _duplicate(line: int, where: _Where, elsewhere: frozenset[int]) -> Reject:
    first_batch, first_line = where
    if first_batch in elsewhere:  # neither issuer learns who the other is, nor of which file
        return Reject(line, RejectCode.CLAIMED_ELSEWHERE.value, "", "", "evidence that counts nowhere else")
    return Reject(line, RejectCode.DUPLICATE.value, "", f"file {first_batch}, line {first_line}", "a new line")


def _stale(session: Session, batch_id: int, reading: Reading) -> dict[int, _Where]:
    """Find the lines whose key stands already, in the ledger of keys or earlier in this chunk: line → (batch, line)."""
    first: dict[bytes, int] = {}
    stale: dict[int, _Where] = {}
    for mark, line in zip(reading.prints, reading.print_lines, strict=True):
        if (before := first.setdefault(mark, line)) != line:
            stale[line] = (batch_id, before)
    known = standing(session, first)
    for mark, line in zip(reading.prints, reading.print_lines, strict=True):
        if (where := known.get(mark)) is not None:
            stale[line] = where
    return stale


def standing(session: Session, marks: Iterable[bytes]) -> dict[bytes, _Where]:
    """Give where the marks stand that were taken in before."""
    ordered = sorted(marks)
    if not ordered:
        return {}
    connection = session.connection()
    columns = "SELECT fingerprint, batch_id, line FROM evidence_key WHERE fingerprint"
    # The day stands first in a key and feeds come day by day: what lies beyond the last known key of the span is new.
    latest = connection.execute(
        text("SELECT MAX(fingerprint) FROM evidence_key WHERE fingerprint BETWEEN :low AND :high"),
        {"low": ordered[0], "high": ordered[-1]},
    ).scalar()
    if latest is None:
        return {}
    del ordered[bisect_right(ordered, bytes(latest)) :]
    found: dict[bytes, _Where] = {}
    if not is_sqlite(session):
        rows = connection.execute(text(f"{columns} = ANY(CAST(:marks AS bytea[]))"), {"marks": ordered})
        return {bytes(mark): (batch, line) for mark, batch, line in rows}
    for start in range(0, len(ordered), _KEYS_AT_ONCE):
        part = ordered[start : start + _KEYS_AT_ONCE]
        part += [part[-1]] * (_KEYS_AT_ONCE - len(part))  # one statement text, prepared once
        rows = connection.exec_driver_sql(f"{columns} IN ({', '.join('?' * _KEYS_AT_ONCE)})", tuple(part))
        found.update({mark: (batch, line) for mark, batch, line in rows})
    return found
