"""Pages of a trajectory, read one after the other."""

from typing import Any

from sqlalchemy.orm import Session

from greencredit.ledger import queries
from greencredit.schemas.ledger import Following, TrajectoryPage


def numbers_of(page: TrajectoryPage) -> list[int]:
    """Give the events of a page, line by line."""
    return [line.event_id for line in page.lines]


def walk(session: Session, following: Following, *, upwards: bool, limit: int, **more: Any) -> list[int]:  # noqa: ANN401
    """Read page after page and give the events in the order in which they came."""
    seen: list[int] = []
    cursor: int | None = 0 if upwards else None
    for _ in range(1_000):
        after, before = (cursor, None) if upwards else (None, cursor)
        page = queries.trajectory(session, following, limit=limit, after=after, before=before, **more)
        assert len(page.lines) <= limit
        seen += numbers_of(page)
        cursor = page.next
        if cursor is None:
            return seen
    msg = "the pages have no end"
    raise AssertionError(msg)
