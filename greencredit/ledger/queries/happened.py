"""What happened since an event, of some verbs only: what an upper room pulls that has to tell people of it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.ledger import rules
from greencredit.ledger.queries.told import NOTED, Reader, told
from greencredit.schemas.ledger import Verb

_EVENTS_AT_ONCE: Final = 20_000


class Happening(NamedTuple):
    """One event of somebody who was not erased; `group_id` is the same for all events of one command."""

    event_id: int
    group_id: int
    verb: Verb
    credits: int
    subject_id: str
    issuer_id: str
    expires_at: datetime | None
    reason: str | None


def happened(
    session: Session, verbs: Collection[Verb], *, after: int, limit: int = _EVENTS_AT_ONCE
) -> tuple[list[Happening], int]:
    """List events of these verbs after an event, of whole batches, and the last event that was looked at.

    About so many events are looked at, whatever their verb, so that a step costs the same wherever it begins.
    """
    last = _end(session, after, limit)
    wanted = ", ".join(str(verb.value) for verb in sorted(verbs))
    rows = session.execute(
        text(
            "SELECT e.id, e.grp, e.kind, e.amount, h.subject_id, s.issuer_id, s.expires_at, "  # noqa: S608
            f"{NOTED} FROM ledger_event e "
            "JOIN ledger_holder h ON h.id = e.holder JOIN ledger_series s ON s.id = e.series "
            "LEFT JOIN ledger_note n ON n.event_id = COALESCE(e.grp, e.id) "
            "LEFT JOIN ledger_event f ON f.id = n.event_id WHERE e.id > :after AND e.id <= :last "
            f"AND e.kind IN ({wanted}) AND h.subject_id IS NOT NULL ORDER BY e.id"
        ),
        {"after": after, "last": last},
    )
    return [
        Happening(
            event_id=row.id,
            group_id=row.grp or row.id,
            verb=Verb(row.kind),
            credits=row.amount,
            subject_id=row.subject_id,
            issuer_id=row.issuer_id,
            expires_at=None if row.expires_at == rules.NEVER else instant(row.expires_at),
            reason=told(
                Reader.HOLDER, row.actor_id, row.reason, row.document, row.ground, row.office, row.noted
            ).reason,
        )
        for row in rows
    ], last


def _end(session: Session, after: int, limit: int) -> int:
    """Give the end of the last whole batch within reach, or of the next one where that is longer; else stay."""
    statement = text(
        "SELECT COALESCE((SELECT MAX(last) FROM ledger_batch WHERE first > :after AND last <= :reach), "
        "(SELECT MIN(last) FROM ledger_batch WHERE first > :after), :after)"
    )
    return int(session.execute(statement, {"after": after, "reach": after + limit}).scalar_one())
