"""Opens feeds and batches: a file is known by its digest, so that sending it twice changes nothing."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from greencredit.evidence.catalogue import FeedForm, form_of
from greencredit.evidence.errors import FeedDiffers, MerchantMissing, PlatformsOwn
from greencredit.evidence.tables import EvidenceBatch, EvidenceFeed
from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.evidence import Batch, Feed, NewFeed


def require_door(form: FeedForm) -> None:
    """Refuse whoever hands something in for a source that the platform fills itself.

    Raises:
        PlatformsOwn: it is one of these.
    """
    if form.is_own:
        raise PlatformsOwn(form.kind)


def open_feed(session: Session, new: NewFeed) -> Feed:
    """Open a source of evidence; opening it again with the same facts gives the same feed.

    Raises:
        FeedDiffers: the name is taken by a feed with other facts.
        NoSuchKind: no file of the catalogue has this name.
        MerchantMissing: a feed of purchases names its merchant, and no other feed does.
    """
    if form_of(new.kind).names_merchant != (new.merchant_id is not None):
        raise MerchantMissing(kind=new.kind, found=new.merchant_id)
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
            kind=new.kind,
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
    same = select(EvidenceBatch.id).where(
        EvidenceBatch.feed_id == feed.feed_id, EvidenceBatch.file_digest == file_digest
    )
    number = session.execute(same).scalar_one_or_none()
    if number is None:
        insert_row: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
        facts = {"feed_id": feed.feed_id, "file_name": file_name, "file_digest": file_digest, "opened_at": now(session)}
        nothing_read = dict.fromkeys(("lines", "qualifying", "duplicates", "rejected"), 0)
        # Whoever opened the same file a moment ago has opened it for both.
        session.execute(insert_row(EvidenceBatch).on_conflict_do_nothing(), facts | nothing_read)
        number = session.execute(same).scalar_one()
    return queries.batch(session, number)


def close_batch(session: Session, batch_id: int) -> Batch:
    """Mark a file as read to its end."""
    session.execute(
        update(EvidenceBatch)
        .where(EvidenceBatch.id == batch_id, EvidenceBatch.closed_at.is_(None))
        .values(closed_at=now(session))
    )
    return queries.batch(session, batch_id)
