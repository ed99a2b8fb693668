"""Feeds, batches, single proofs without the person, reasons for rejects; and items as they were awarded."""

import json
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.errors import NoSuchBatch, NoSuchEvidence, NoSuchFeed
from greencredit.evidence.tables import EvidenceBatch, EvidenceFeed, EvidenceItem, EvidenceReject
from greencredit.schemas.attributes import attributes_of
from greencredit.schemas.evidence import Batch, Feed, Item, Proof, QualityTier, RejectCode, RejectCount, RejectLine
from greencredit.schemas.values import Fen, Words


def feed(session: Session, name: str) -> Feed:
    """Give a feed by its name."""
    row = session.execute(select(EvidenceFeed).where(EvidenceFeed.name == name)).scalar_one_or_none()
    if row is None:
        raise NoSuchFeed(name)
    return feed_of(row)


def feeds(session: Session, issuer_id: str) -> list[Feed]:
    """List the feeds from which an issuer's awards come."""
    statement = select(EvidenceFeed).where(EvidenceFeed.issuer_id == issuer_id).order_by(EvidenceFeed.id)
    return [feed_of(row) for row in session.scalars(statement)]


def feed_of(row: EvidenceFeed) -> Feed:
    """Give a feed as doors tell of it."""
    notice = Words(zh=row.notice_zh, en=row.notice_en or row.notice_zh) if row.notice_zh is not None else None
    return Feed(
        feed_id=row.id,
        name=row.name,
        kind=row.kind,
        issuer_id=row.issuer_id,
        merchant_id=row.merchant_id,
        region=row.region,
        synthetic=row.synthetic,
        notice=notice,
        opened_at=row.opened_at,
    )


def batch(session: Session, batch_id: int) -> Batch:
    """Give what was read of one file so far."""
    row = session.get(EvidenceBatch, batch_id, populate_existing=True)
    if row is None:
        raise NoSuchBatch(batch_id)
    return _batch(row)


def batch_of_file(session: Session, feed_name: str, file_digest: str) -> Batch | None:
    """Give the batch of a file, or none if nothing of it was taken in."""
    statement = (
        select(EvidenceBatch)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.name == feed_name, EvidenceBatch.file_digest == file_digest)
    )
    row = session.execute(statement).scalar_one_or_none()
    return None if row is None else _batch(row)


def issuer_of_batch(session: Session, batch_id: int) -> str:
    """Give the issuer for whom a file was taken in."""
    statement = (
        select(EvidenceFeed.issuer_id)
        .join(EvidenceBatch, EvidenceBatch.feed_id == EvidenceFeed.id)
        .where(EvidenceBatch.id == batch_id)
    )
    found = session.execute(statement).scalar_one_or_none()
    if found is None:
        raise NoSuchBatch(batch_id)
    return found


def rejects(session: Session, batch_id: int, *, after: int = 0, limit: int = 100) -> list[RejectLine]:
    """List the lines of a file that were sent back, by line; `after` is the last line of the page before."""
    rows = session.scalars(
        select(EvidenceReject)
        .where(EvidenceReject.batch_id == batch_id, EvidenceReject.line > after)
        .order_by(EvidenceReject.line)
        .limit(limit)
    )
    return [
        RejectLine(
            line=row.line,
            code=row.code,
            reason=RejectCode(row.code).words,
            field=row.field,
            found=row.found,
            wanted=row.wanted,
        )
        for row in rows
    ]


def batches(session: Session, issuer_id: str) -> list[Batch]:
    """List the files taken in for an issuer, oldest first."""
    statement = (
        select(EvidenceBatch)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.issuer_id == issuer_id)
        .order_by(EvidenceBatch.id)
    )
    return [_batch(row) for row in session.scalars(statement)]


def _batch(row: EvidenceBatch) -> Batch:
    return Batch(
        batch_id=row.id,
        feed_id=row.feed_id,
        file_name=row.file_name,
        file_digest=row.file_digest,
        lines=row.lines,
        qualifying=row.qualifying,
        duplicates=row.duplicates,
        rejected=row.rejected,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def proofs(session: Session, evidence_ids: Iterable[int]) -> dict[int, Proof]:
    """Give what stands on file of many pieces of evidence, without the person."""
    wanted = list(evidence_ids)
    feeds_by_batch = {
        batch_row.id: (batch_row, feed_row)
        for batch_row, feed_row in session.execute(
            select(EvidenceBatch, EvidenceFeed)
            .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
            .where(EvidenceBatch.id.in_({rules.place_of(one)[0] for one in wanted}))
        )
    }
    found: dict[int, Proof] = {}
    for start in range(0, len(wanted), 500):
        rows = session.scalars(select(EvidenceItem).where(EvidenceItem.id.in_(wanted[start : start + 500])))
        for row in rows:
            batch_id, line = rules.place_of(row.id)
            batch_row, feed_row = feeds_by_batch[batch_id]
            found[row.id] = Proof(
                evidence_id=row.id,
                feed=feed_row.name,
                merchant_id=feed_row.merchant_id,
                region=feed_row.region,
                synthetic=feed_row.synthetic,
                file_digest=batch_row.file_digest,
                line=line,
                subject=row.subject,
                quantity=row.quantity,
                unit=row.unit,
                spent_fen=None if row.spent_fen is None else Fen(row.spent_fen),
                happened_on=row.happened_on,
                tier=tier_of(row),
                attributes=attributes_of(row.attributes or "")._asdict(),
            )
    return found


def proof(session: Session, evidence_id: int) -> Proof:
    """Give what stands on file of one piece of evidence."""
    found = proofs(session, [evidence_id])
    if evidence_id not in found:
        raise NoSuchEvidence(evidence_id)
    return found[evidence_id]


def reject_counts(session: Session, issuer_id: str) -> list[RejectCount]:
    """Count the lines sent back to an issuer's feeds, by reason."""
    rows = session.execute(
        select(EvidenceReject.code, func.count())
        .join(EvidenceBatch, EvidenceBatch.id == EvidenceReject.batch_id)
        .join(EvidenceFeed, EvidenceFeed.id == EvidenceBatch.feed_id)
        .where(EvidenceFeed.issuer_id == issuer_id)
        .group_by(EvidenceReject.code)
        .order_by(func.count().desc(), EvidenceReject.code)
    )
    return [RejectCount(code=code, title=RejectCode(code).words, lines=lines) for code, lines in rows]


def tier_of(row: EvidenceItem) -> QualityTier:
    """Give how well a piece of evidence is known; before tiers were kept, what a system had recorded came in."""
    return QualityTier.PLATFORM_RECORD if row.tier is None else QualityTier(row.tier)


def items(session: Session, evidence_ids: Iterable[int]) -> list[Item]:
    """Give items the way they were awarded, by number, so that an award can be replayed; without the fingerprint."""
    wanted = sorted(set(evidence_ids))
    found: list[Item] = []
    for start in range(0, len(wanted), 500):
        rows = session.scalars(
            select(EvidenceItem).where(EvidenceItem.id.in_(wanted[start : start + 500])).order_by(EvidenceItem.id)
        )
        found += [
            Item(
                evidence_id=row.id,
                holder=row.holder,
                on=row.happened_on,
                subject=row.subject,
                quantity=row.quantity,
                unit=row.unit,
                spent_fen=row.spent_fen,
                receipt=row.receipt,
                inputs=json.loads(row.inputs) if row.inputs else {},
                fingerprint=b"",
                hour=-1 if row.hour is None else row.hour,
                attributes=attributes_of(row.attributes or ""),
            )
            for row in rows
        ]
    return found
