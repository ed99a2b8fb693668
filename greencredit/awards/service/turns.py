"""Whoever writes awards waits for whoever is writing them, until the other's commit."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.issuers import queries as issuers
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import service as ledger


def wait_for_turn(session: Session, what: str) -> None:
    """Hold a name until the commit: two writers would else fill the same cap twice (SQLite has one writer anyway).

    A lock of its own rather than one on rows: it needs no right to change tables that are never changed.
    """
    if not is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"awards:{what}"})


def hold_what_is_owed(session: Session) -> None:
    """From here until the commit nobody else moves a credit, so that what is owed stays as it is read.

    SQLite has one writer anyway, who read it after he had begun to write.
    """
    if not is_sqlite(session):
        ledger.lock_head(session)


def require_still_covered(session: Session, issuer_id: str) -> None:
    """Refuse unless what is held covers what is owed, all that others issued since the gate was asked included."""
    if not is_sqlite(session):
        hold_what_is_owed(session)
        issuers.require_covered(session, issuer_id)
