"""Reminding of expiry: one page of holders at a time, so that a run can stop anywhere and go on, in bounded memory."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now, start_of
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries as ledger
from greencredit.notices import rules
from greencredit.notices.service.telling import tell_many
from greencredit.notices.tables import RemindingRow
from greencredit.schemas.ledger import Expiring
from greencredit.schemas.notices import Telling

KIND: Final = "credits_expiring"

_HOLDERS_AT_ONCE: Final = 1000


class Reminded(NamedTuple):
    """What one page of a day's reminders did."""

    told: int
    """New notices of this page; whoever had been told already is not counted."""
    done: bool
    """Nobody is left for this day."""


def remind(session: Session) -> Reminded:
    """Tell the next holders whose credits end soon, after those told today already; called again it goes on.

    Nobody is told the same stage of the same end twice; of stages that were missed only the most urgent is told.
    Credits for life have no end and are never read.
    """
    at = now(session)
    today = civil_date(at)
    position = _position(session, today)
    if position.done_at is not None:
        return Reminded(0, done=True)
    until = start_of(today + rules.HORIZON)
    rows = ledger.expiring(session, after=at, until=until, from_holder=position.holder, limit=_HOLDERS_AT_ONCE)
    if not rows:
        _advance(session, today, since=position.holder, to=position.holder, told=0, done=True)
        return Reminded(0, done=True)
    told = tell_many(session, tellings_of(rows, today))
    _advance(session, today, since=position.holder, to=rows[-1].holder + 1, told=told, done=False)
    return Reminded(told, done=False)


def tellings_of(rows: Sequence[Expiring], today: date) -> list[Telling]:
    """Put together what ends for one person with one issuer on one day: one notice, not one for every award month."""
    sums: dict[tuple[str, str, date], list[Any]] = {}
    for row in rows:
        kept = sums.setdefault((row.subject_id, row.issuer_id, rules.last_day(row.expires_at)), [row.expires_at, 0])
        kept[:] = min(kept[0], row.expires_at), kept[1] + row.credits
    found: list[Telling] = []
    for (consumer_id, issuer_id, day), (ends, credits_) in sums.items():
        days = rules.days_left(ends, today)
        stage = rules.stage_of(days)
        if stage is not None:
            facts = {"issuer": issuer_id, "credits": credits_, "ends": ends.isoformat(), "days": days}
            found.append(Telling(consumer_id, KIND, f"{issuer_id}:{day.isoformat()}:{stage}", facts))
    return found


def _position(session: Session, day: date) -> RemindingRow:
    """Give how far the day is, from the first holder on at the beginning."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    begun = insert(RemindingRow).values(day=day, holder=0, told=0, done_at=None).on_conflict_do_nothing()
    session.execute(begun)
    # Locked, so that a second run of the same day waits and then goes on where this one ended.
    row = session.get(RemindingRow, day, with_for_update=True, populate_existing=True)
    assert row is not None, "the row was written just now"
    return row


def _advance(session: Session, day: date, *, since: int, to: int, told: int, done: bool) -> None:
    moved = session.scalar(
        update(RemindingRow)
        .where(RemindingRow.day == day, RemindingRow.holder == since)
        .values(holder=to, told=RemindingRow.told + told, done_at=now(session) if done else None)
        .returning(RemindingRow.day)
    )
    assert moved == day, "nobody else moved on while the row was locked"
