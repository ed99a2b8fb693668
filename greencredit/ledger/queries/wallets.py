"""Accounts of enterprises: what one was funded with, and what stands for a key already."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.schemas.ledger import Verb
from greencredit.schemas.values import Credits


def funded_with(session: Session, subject_id: str, issuer_id: str, award_month: int) -> Credits:
    """Give what an enterprise was funded with by an issuer for a month (yyyymm), less what was taken back."""
    found = session.execute(
        text(
            "SELECT SUM(CASE WHEN e.kind = :fund THEN e.amount ELSE -e.amount END) FROM ledger_holder h "
            "JOIN ledger_event e ON e.holder = h.id JOIN ledger_series s ON s.id = e.series "
            "WHERE h.subject_id = :subject AND e.kind IN (:fund, :back) "
            "AND s.issuer_id = :issuer AND s.award_month = :month"
        ),
        {
            "subject": subject_id,
            "issuer": issuer_id,
            "month": award_month,
            "fund": Verb.FUND.value,
            "back": Verb.REVERSE_FUND.value,
        },
    ).scalar_one()
    return Credits(int(found or 0))


def issuer_of_funding(session: Session, event_id: int) -> str | None:
    """Give the issuer that funded an enterprise by an event; none: no funding has this number."""
    found: str | None = session.execute(
        text(
            "SELECT s.issuer_id FROM ledger_event e JOIN ledger_series s ON s.id = e.series "
            "WHERE e.id = :event AND e.kind = :fund"
        ),
        {"event": event_id, "fund": Verb.FUND.value},
    ).scalar_one_or_none()
    return found


def series_of_key(session: Session, caller_id: int, key: bytes) -> int | None:
    """Give the series of the event that stands for a key of a caller; none: the key is new."""
    found: int | None = session.execute(
        text("SELECT series FROM ledger_event WHERE caller = :caller AND key = :key"),
        {"caller": caller_id, "key": key},
    ).scalar_one_or_none()
    return found
