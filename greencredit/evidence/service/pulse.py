"""Keeps of every feed when its last record came, and how late it came after what it reports."""

from datetime import timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.evidence import rules
from greencredit.evidence.tables import EvidencePulse
from greencredit.kernel.clock import now
from greencredit.kernel.database import is_sqlite


def feel_pulse(session: Session, feed_id: int, newest_micros: int | None) -> None:
    """Note that records came now, the newest of which tell of that instant; what is older than known changes no lag."""
    at = now(session)
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    facts: dict[str, Any] = {"feed_id": feed_id, "taken_in_at": at, "newest_at": None, "lag_seconds": None}
    if newest_micros is not None:
        newest = rules.EPOCH + timedelta(microseconds=newest_micros)
        facts |= {"newest_at": newest, "lag_seconds": max(0, (at - newest) // timedelta(seconds=1))}
    known = session.get(EvidencePulse, feed_id, populate_existing=True)
    newer = newest_micros is not None and (
        known is None or known.newest_at is None or facts["newest_at"] > known.newest_at
    )
    changed = ("taken_in_at", "newest_at", "lag_seconds") if newer else ("taken_in_at",)
    statement = insert(EvidencePulse).values(facts)
    session.execute(
        statement.on_conflict_do_update(index_elements=["feed_id"], set_={name: facts[name] for name in changed})
    )
