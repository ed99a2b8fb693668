"""What happened: a holder's movements, and facts about single events that other rooms ask for."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant, micros, start_of
from greencredit.ledger import rules
from greencredit.ledger.queries.grounds import GROUND_OF_EVENT
from greencredit.ledger.queries.reading import BATCH_OF_EVENT, in_parts
from greencredit.ledger.queries.told import NOTED, Reader, told
from greencredit.schemas.ledger import Movement, Verb
from greencredit.schemas.values import Credits, Period

_TAKING = f"kind IN ({Verb.REVERSE.value}, {Verb.REVERSE_PENDING.value}, {Verb.FALL_SHORT.value})"


def movements_of(session: Session, subject_id: str, *, before: int | None = None, limit: int = 50) -> list[Movement]:
    """List a holder's movements, newest first; `before` is the last event number of the page before."""
    rows = session.execute(
        text(
            "SELECT e.id, e.grp, e.kind, e.amount, e.series, s.issuer_id, t.at, c.name AS caller, e.cause, "  # noqa: S608
            f"g.actor_id AS granted_by, g.reason AS granted_why, g.document AS granted_on, {NOTED}, "
            "p.subject_id AS party FROM ledger_holder h "
            "JOIN ledger_event e ON e.holder = h.id JOIN ledger_series s ON s.id = e.series "
            f"JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT} JOIN ledger_caller c ON c.id = e.caller "
            "LEFT JOIN ledger_note n ON n.event_id = COALESCE(e.grp, e.id) "
            "LEFT JOIN ledger_event f ON f.id = n.event_id "
            "LEFT JOIN ledger_holder p ON p.id = e.party "
            f"LEFT JOIN ledger_ground g ON {GROUND_OF_EVENT} "
            "WHERE h.subject_id = :subject AND e.id < :before ORDER BY e.id DESC LIMIT :limit"
        ),
        {"subject": subject_id, "before": rules.NEVER if before is None else before, "limit": limit},
    )
    return [_movement(row) for row in rows]


def _movement(row: Row[Any]) -> Movement:
    """Tell a holder of one movement."""
    said = told(Reader.HOLDER, row.actor_id, row.reason, row.document, row.ground, row.office, row.noted)
    actor_id, reason, document = (row.granted_by, row.granted_why, row.granted_on) if row.noted is None else said
    return Movement(
        event_id=row.id,
        group_id=row.grp or row.id,
        verb=Verb(row.kind),
        credits=row.amount,
        series_id=row.series,
        issuer_id=row.issuer_id,
        posted_at=instant(row.at),
        caller=row.caller,
        cause=row.cause,
        reason=reason,
        document=document,
        actor_id=actor_id,
        party=row.party,
    )


def reversed_by_award(session: Session, event_ids: list[int]) -> dict[int, Credits]:
    """Give how much of each award was taken back, spent or not; awards with nothing taken back are absent."""
    statement = f"SELECT cause, SUM(amount) FROM ledger_event WHERE {_TAKING} AND cause {{ids}} GROUP BY cause"  # noqa: S608
    return {cause: Credits(int(amount)) for cause, amount in in_parts(session, statement, event_ids)}


def taken_by_award(session: Session, event_ids: list[int]) -> dict[int, Credits]:
    """Give how much of each award was really taken back: what was spent, and is owed or waived, not."""
    really = f"kind IN ({Verb.REVERSE.value}, {Verb.REVERSE_PENDING.value})"
    statement = f"SELECT cause, SUM(amount) FROM ledger_event WHERE {really} AND cause {{ids}} GROUP BY cause"  # noqa: S608
    return {cause: Credits(int(amount)) for cause, amount in in_parts(session, statement, event_ids)}


def left_in(session: Session, subject_id: str, period: Period) -> dict[str, tuple[Credits, Credits]]:
    """Give what a holder used (less what came back) and what expired in a period of civil dates, by issuer."""
    rows = session.execute(
        text(
            "SELECT s.issuer_id, e.kind, SUM(e.amount) FROM ledger_holder h JOIN ledger_event e ON e.holder = h.id "  # noqa: S608
            f"JOIN ledger_series s ON s.id = e.series JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT} "
            "WHERE h.subject_id = :subject AND t.at >= :since AND t.at < :until GROUP BY s.issuer_id, e.kind"
        ),
        {
            "subject": subject_id,
            "since": micros(start_of(period.since)),
            "until": micros(start_of(period.until)),
        },
    )
    found: dict[str, tuple[Credits, Credits]] = {}
    for issuer_id, kind, amount in rows:
        used, expired = found.get(issuer_id, (0, 0))
        sign = _USING.get(Verb(kind), 0)
        gone = int(amount) if kind == Verb.EXPIRE.value else 0
        found[issuer_id] = (Credits(used + sign * int(amount)), Credits(expired + gone))
    return found


_USING = {Verb.REDEEM: 1, Verb.CAPTURE: 1, Verb.DONATE: 1, Verb.CAPTURE_DONATION: 1, Verb.RESTORE: -1}


def posted_at(session: Session, event_ids: list[int]) -> dict[int, datetime]:
    """Give when each event was written."""
    statement = f"SELECT e.id, t.at FROM ledger_event e JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT} WHERE e.id"  # noqa: S608
    return {number: instant(at) for number, at in in_parts(session, statement, event_ids)}


def earnings(session: Session, event_ids: list[int]) -> dict[int, tuple[str, int, int]]:
    """Give caller, holder and credits of those events that are awards."""
    statement = (
        "SELECT e.id, c.name, e.holder, e.amount FROM ledger_event e "  # noqa: S608 - a number
        f"JOIN ledger_caller c ON c.id = e.caller WHERE e.kind = {Verb.EARN.value} AND e.id"
    )
    return {
        number: (caller, holder, amount) for number, caller, holder, amount in in_parts(session, statement, event_ids)
    }


def earnings_by(session: Session, caller: str) -> int:
    """Count the awards that a caller posted."""
    counted = text(
        "SELECT COUNT(*) FROM ledger_event e JOIN ledger_caller c ON c.id = e.caller "
        "WHERE e.kind = :earn AND c.name = :caller"
    )
    return int(session.execute(counted, {"earn": Verb.EARN.value, "caller": caller}).scalar_one())
