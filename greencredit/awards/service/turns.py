"""Whoever writes awards waits for whoever is writing them, until the other's commit."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite


def wait_for_turn(session: Session, what: str) -> None:
    """Hold a name until the commit: two writers would else fill the same cap twice (SQLite has one writer anyway).

    A lock of its own rather than one on rows: it needs no right to change tables that are never changed.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"awards:{what}"})
