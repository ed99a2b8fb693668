"""Keeps the grounds of awards that rest on no evidence of ours: one row for each run of awards, whatever its length."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from greencredit.kernel.driver import driver
from greencredit.schemas.ledger import Reason


def ground(session: Session, runs: Sequence[tuple[int, int, Reason]]) -> None:
    """Say why runs of awards (first and last event) were given: who posted them, on what, and where it is filed."""
    with driver(session) as hot:
        hot.many(
            "INSERT INTO ledger_ground (first, last, actor_id, reason, document) VALUES (?, ?, ?, ?, ?)",
            [(first, last, reason.actor_id, reason.text, reason.document) for first, last, reason in runs],
        )
