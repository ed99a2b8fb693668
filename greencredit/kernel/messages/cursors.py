"""How an upper room pulls a lower room's new facts: a position that only one puller moves at a time."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite
from greencredit.kernel.errors import Conflict
from greencredit.kernel.messages.tables import CURSORS


class CursorMoved(Conflict):
    """游标已移动: another puller went on from the same position; nothing of this pull may stay."""

    code = "kernel.cursor_moved"


def position(session: Session, name: str) -> int:
    """Tell the last fact that was pulled under this name; 0 before the first pull."""
    return session.scalar(sa.select(CURSORS.c.position).where(CURSORS.c.name == name)) or 0


def advance(session: Session, name: str, *, since: int, to: int) -> None:
    """Move a cursor forwards in the transaction that used the facts between; refused if it stands elsewhere."""
    assert since <= to, "a cursor moves forwards"
    at = now(session)
    insert = sqlite_insert if is_sqlite(session) else postgresql_insert
    if since == 0:
        session.execute(insert(CURSORS).values(name=name, position=0, moved_at=at).on_conflict_do_nothing())
    moved = session.scalar(
        sa.update(CURSORS)
        .where(CURSORS.c.name == name, CURSORS.c.position == since)
        .values(position=to, moved_at=at)
        .returning(CURSORS.c.position)
    )
    if moved is None:
        found = position(session, name)
        message = f"cursor {name} stands at {found}, {since} wanted"
        raise CursorMoved(message, name=name, found=found, wanted=since)
