"""Keeps on file which series each complete stretch of events touched, and what it moved; run again, nothing changes."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger.queries.issuing import summed_stretches
from greencredit.ledger.queries.trajectory import STRETCH_BITS, indexed_stretches, newest

_AT_ONCE: Final = 64
"""Stretches in one transaction: a quarter of a million events, read by their numbers."""


def touch(session: Session, *, at_once: int = _AT_ONCE) -> int:
    """Note the next complete stretches; gives how many, 0 when all are on file."""
    known, complete = indexed_stretches(session), newest(session) >> STRETCH_BITS
    until = min(complete, known + at_once)
    if until <= known:
        return 0
    session.execute(
        text(
            "INSERT INTO ledger_touch (series_id, stretch) "
            "SELECT DISTINCT series, (id - 1) >> :bits FROM ledger_event WHERE id > :above AND id <= :last"
        ),
        {"bits": STRETCH_BITS, "above": known << STRETCH_BITS, "last": until << STRETCH_BITS},
    )
    session.execute(
        text("INSERT INTO ledger_touch (series_id, stretch) VALUES (0, :stretch)"),
        [{"stretch": stretch} for stretch in range(known, until)],
    )
    return until - known


def add_up(session: Session, *, at_once: int = _AT_ONCE) -> int:
    """Add up what the next complete stretches moved, by series and kind; gives how many, 0 when all are on file."""
    known, complete = summed_stretches(session), newest(session) >> STRETCH_BITS
    until = min(complete, known + at_once)
    if until <= known:
        return 0
    session.execute(
        text(
            "INSERT INTO ledger_sum (series_id, stretch, kind, credits) "
            "SELECT series, stretch, kind, SUM(amount) FROM ("
            "SELECT series, (id - 1) >> :bits AS stretch, kind, amount FROM ledger_event "
            "WHERE id > :above AND id <= :last) e GROUP BY series, stretch, kind"
        ),
        {"bits": STRETCH_BITS, "above": known << STRETCH_BITS, "last": until << STRETCH_BITS},
    )
    session.execute(
        text("INSERT INTO ledger_sum (series_id, stretch, kind, credits) VALUES (0, :stretch, 0, 0)"),
        [{"stretch": stretch} for stretch in range(known, until)],
    )
    return until - known
