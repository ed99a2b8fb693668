"""How feeds stand: what came, what was sent back, how late it comes; and which kinds of source there are."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.evidence.catalogue import FeedForm, forms
from greencredit.evidence.queries.taken_in import feed, feed_of, feeds
from greencredit.evidence.tables import EvidenceAside, EvidenceBatch, EvidenceFeed, EvidencePulse, EvidenceRefund
from greencredit.kernel.clock import now
from greencredit.schemas.evidence import Feed
from greencredit.schemas.sources import FeedStatus, SourceColumn, SourceKind

_SECOND = timedelta(seconds=1)


def all_feeds(session: Session) -> list[Feed]:
    """List every feed there is."""
    return [feed_of(row) for row in session.scalars(select(EvidenceFeed).order_by(EvidenceFeed.id))]


def status_of(session: Session, name: str) -> FeedStatus:
    """Tell how a feed stands."""
    (found,) = _statuses(session, [feed(session, name)])
    return found


def statuses(session: Session, issuer_id: str | None = None) -> list[FeedStatus]:
    """Tell how the feeds of an issuer stand, or all there are."""
    return _statuses(session, all_feeds(session) if issuer_id is None else feeds(session, issuer_id))


def _statuses(session: Session, asked: Iterable[Feed]) -> list[FeedStatus]:
    wanted = {one.feed_id: one for one in asked}
    counted = {
        row.feed_id: row
        for row in session.execute(
            select(
                EvidenceBatch.feed_id,
                func.count().label("batches"),
                func.sum(EvidenceBatch.lines).label("lines"),
                func.sum(EvidenceBatch.qualifying).label("qualifying"),
                func.sum(EvidenceBatch.duplicates).label("duplicates"),
                func.sum(EvidenceBatch.rejected).label("rejected"),
            )
            .where(EvidenceBatch.feed_id.in_(wanted))
            .group_by(EvidenceBatch.feed_id)
        )
    }
    aside, refunds = (_count(session, table, wanted) for table in (EvidenceAside, EvidenceRefund))
    statement = select(EvidencePulse).where(EvidencePulse.feed_id.in_(wanted))
    pulses = {row.feed_id: row for row in session.scalars(statement)}
    at = now(session)
    found = []
    for feed_id, one in wanted.items():
        counts, pulse = counted.get(feed_id), pulses.get(feed_id)
        found.append(
            FeedStatus(
                feed=one.name,
                kind=one.kind,
                issuer_id=one.issuer_id,
                batches=0 if counts is None else int(counts.batches),
                lines=0 if counts is None else int(counts.lines),
                qualifying=0 if counts is None else int(counts.qualifying),
                duplicates=0 if counts is None else int(counts.duplicates),
                put_aside=aside.get(feed_id, 0),
                rejected=0 if counts is None else int(counts.rejected),
                refunds=refunds.get(feed_id, 0),
                taken_in_at=None if pulse is None else pulse.taken_in_at,
                newest_at=None if pulse is None else pulse.newest_at,
                lag_seconds=None if pulse is None else pulse.lag_seconds,
                silent_seconds=None if pulse is None else (at - pulse.taken_in_at) // _SECOND,
            )
        )
    return found


def _count(
    session: Session, table: type[EvidenceAside] | type[EvidenceRefund], feeds_: Iterable[int]
) -> dict[int, int]:
    statement = (
        select(EvidenceBatch.feed_id, func.count())
        .join(table, table.batch_id == EvidenceBatch.id)
        .where(EvidenceBatch.feed_id.in_(feeds_))
        .group_by(EvidenceBatch.feed_id)
    )
    return {feed_id: int(count) for feed_id, count in session.execute(statement)}


def kinds() -> list[SourceKind]:
    """List the kinds of source, each with its columns and an example."""
    return [_kind(form) for form in forms().values()]


def _kind(form: FeedForm) -> SourceKind:
    return SourceKind(
        kind=form.kind,
        title=form.title,
        explains=form.explains,
        ground=form.ground.value,
        tier=form.tier,
        tier_title=form.tier.words,
        names_merchant=form.names_merchant,
        columns=tuple(
            SourceColumn(
                name=column.name,
                form=column.form.value,
                wanted=f"one of {', '.join(column.one_of)}" if column.one_of else column.form.wanted,
                title=column.title,
                required=column.required,
            )
            for column in form.columns
        ),
        example=dict(form.example),
    )
