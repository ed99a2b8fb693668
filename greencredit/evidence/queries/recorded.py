"""Evidence as it was recorded, to be judged again: of an issuer in a period, of one receipt, of one holder."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Ground, form_of
from greencredit.evidence.queries.taken_in import items
from greencredit.evidence.tables import EvidenceBatch, EvidenceFeed, EvidenceItem
from greencredit.schemas.evidence import Item
from greencredit.schemas.values import Period


class Recorded(NamedTuple):
    """One piece of evidence, and whether it is an action or a purchase."""

    item: Item
    is_action: bool


def recorded(session: Session, issuer_id: str, period: Period, *, after: int = 0, limit: int = 1000) -> list[Recorded]:
    """List what was recorded for an issuer and happened in a period, in the order of its numbers, page by page."""
    batch_after, _ = rules.place_of(after)
    batches = session.execute(
        select(EvidenceBatch.id, EvidenceFeed.kind)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.issuer_id == issuer_id, EvidenceBatch.id >= batch_after)
        .order_by(EvidenceBatch.id)
    )
    found: list[Recorded] = []
    for batch, kind in batches:
        numbers = session.scalars(
            select(EvidenceItem.id)
            .where(
                EvidenceItem.id > max(after, rules.evidence_id(batch, 1) - 1),
                EvidenceItem.id < rules.evidence_id(batch + 1, 1),
                EvidenceItem.happened_on >= period.since,
                EvidenceItem.happened_on < period.until,
            )
            .order_by(EvidenceItem.id)
            .limit(limit - len(found))
        ).all()
        is_action = form_of(kind).ground is Ground.ACTION
        found += [Recorded(item, is_action) for item in items(session, numbers)]
        if len(found) >= limit:
            break
    return found


def same_receipt(session: Session, item: Item) -> list[Item]:
    """List all lines of the receipt of a purchase, itself among them."""
    batch, _ = rules.place_of(item.evidence_id)
    numbers = session.scalars(
        select(EvidenceItem.id).where(
            EvidenceItem.id >= rules.evidence_id(batch, 1),
            EvidenceItem.id < rules.evidence_id(batch + 1, 1),
            EvidenceItem.holder == item.holder,
            EvidenceItem.receipt == item.receipt,
            EvidenceItem.happened_on == item.on,
        )
    ).all()
    return items(session, numbers)


def earlier_of(session: Session, issuer_id: str, item: Item, subjects: Collection[str]) -> list[Recorded]:
    """List what the holder of a piece of evidence did of some kinds for an issuer, in the order of its numbers."""
    numbers = session.scalars(
        select(EvidenceItem.id)
        .where(EvidenceItem.holder == item.holder, EvidenceItem.subject.in_(subjects))
        .order_by(EvidenceItem.id)
    ).all()
    kinds = _kinds(session, issuer_id, {rules.place_of(one)[0] for one in numbers})
    own = [one for one in numbers if rules.place_of(one)[0] in kinds]
    return [
        Recorded(one, kinds[rules.place_of(one.evidence_id)[0]] is Ground.ACTION)
        for one in items(session, own)
        if one.evidence_id != item.evidence_id
    ]


def latest_of(session: Session, holder: int, period: Period, *, limit: int) -> list[Recorded]:
    """List what was recorded of a holder in a period, whoever took it in, newest first."""
    numbers = session.scalars(
        select(EvidenceItem.id)
        .where(
            EvidenceItem.holder == holder,
            EvidenceItem.happened_on >= period.since,
            EvidenceItem.happened_on < period.until,
        )
        .order_by(EvidenceItem.happened_on.desc(), EvidenceItem.id.desc())
        .limit(limit)
    ).all()
    found = {one.evidence_id: one for one in items(session, numbers)}
    return [Recorded(found[number], is_action(session, number)) for number in numbers]


def is_action(session: Session, evidence_id: int) -> bool:
    """Tell whether a piece of evidence is an action; else it is a purchase."""
    batch, _ = rules.place_of(evidence_id)
    kind = session.execute(
        select(EvidenceFeed.kind)
        .join(EvidenceBatch, EvidenceBatch.feed_id == EvidenceFeed.id)
        .where(EvidenceBatch.id == batch)
    ).scalar_one()
    return form_of(kind).ground is Ground.ACTION


def recorded_count(session: Session, issuer_id: str, period: Period) -> int:
    """Count what was recorded for an issuer and happened in a period."""
    batches = session.scalars(
        select(EvidenceBatch.id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.issuer_id == issuer_id)
    )
    return sum(
        session.scalar(
            select(func.count()).where(
                EvidenceItem.id >= rules.evidence_id(batch, 1),
                EvidenceItem.id < rules.evidence_id(batch + 1, 1),
                EvidenceItem.happened_on >= period.since,
                EvidenceItem.happened_on < period.until,
            )
        )
        or 0
        for batch in batches
    )


def _kinds(session: Session, issuer_id: str, batches: Collection[int]) -> dict[int, Ground]:
    rows = session.execute(
        select(EvidenceBatch.id, EvidenceFeed.kind)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.issuer_id == issuer_id, EvidenceBatch.id.in_(batches))
    )
    return {batch: form_of(kind).ground for batch, kind in rows}
