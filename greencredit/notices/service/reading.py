"""Reading: a notice that was opened is read, and stays so."""

from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.notices import queries
from greencredit.notices.tables import NoticeRow
from greencredit.schemas.notices import Notice


def mark_read(session: Session, consumer_id: str, notice_id: str) -> Notice:
    """Mark one notice as read; marking it again keeps the first time."""
    found = queries.notice(session, consumer_id, notice_id)
    if found.read_at is not None:
        return found
    session.execute(
        update(NoticeRow).where(NoticeRow.id == notice_id, NoticeRow.read_at.is_(None)).values(read_at=now(session))
    )
    return queries.notice(session, consumer_id, notice_id)


def mark_all_read(session: Session, consumer_id: str) -> int:
    """Mark everything in somebody's inbox as read, and give how much that was."""
    unread = update(NoticeRow).where(
        NoticeRow.consumer_id == consumer_id, NoticeRow.read_at.is_(None), queries.IN_INBOX
    )
    marked = cast("CursorResult[Any]", session.execute(unread.values(read_at=now(session))))
    return marked.rowcount
