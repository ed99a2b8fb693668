"""Opens feeds and batches: a file is known by its digest, so that sending it twice changes nothing."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from greencredit.evidence.errors import FeedDiffers
from greencredit.evidence.tables import EvidenceBatch, EvidenceFeed
from greencredit.kernel.clock import now
from greencredit.schemas.evidence import Batch, Feed, NewFeed


def open_feed(session: Session, new: NewFeed) -> Feed:
    """Open a source of evidence; opening it again with the same facts gives the same feed.

    Raises:
        FeedDiffers: the name is taken by a feed with other facts.
    """
    known = session.execute(select(EvidenceFeed).where(EvidenceFeed.name == new.name)).scalar_one_or_none()
    if known is not None:
        feed = queries.feed(session, new.name)
        for field, wanted in new.model_dump(mode="json").items():
            found = feed.model_dump(mode="json")[field]
            if found != wanted:
                raise FeedDiffers(name=new.name, field=field, found=str(found), wanted=str(wanted))
        return feed
    session.add(
        EvidenceFeed(
            name=new.name,
            kind=new.kind.value,
            issuer_id=new.issuer_id,
            merchant_id=new.merchant_id,
            region=new.region,
            synthetic=new.synthetic,
            notice_zh=new.notice.zh if new.notice else None,
            notice_en=new.notice.en if new.notice else None,
            opened_at=now(session),
        )
    )
    session.flush()
    return queries.feed(session, new.name)


def open_batch(session: Session, feed: Feed, *, file_name: str, file_digest: str) -> Batch:
    """Open the batch of a file, or give the one that is there: done, or to be gone on with."""
    same = (EvidenceBatch.feed_id == feed.feed_id, EvidenceBatch.file_digest == file_digest)
    row = session.execute(select(EvidenceBatch.id).where(*same)).scalar_one_or_none()
    if row is None:
        batch = EvidenceBatch(
            feed_id=feed.feed_id,
            file_name=file_name,
            file_digest=file_digest,
            lines=0,
            qualifying=0,
            duplicates=0,
            rejected=0,
            opened_at=now(session),
            closed_at=None,
        )
        session.add(batch)
        session.flush()
        row = batch.id
    return queries.batch(session, row)


def close_batch(session: Session, batch_id: int) -> Batch:
    """Mark a file as read to its end."""
    session.execute(
        update(EvidenceBatch)
        .where(EvidenceBatch.id == batch_id, EvidenceBatch.closed_at.is_(None))
        .values(closed_at=now(session))
    )
    return queries.batch(session, batch_id)
