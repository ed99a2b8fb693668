"""Reads of the ledger: balances, trajectories, positions, and the audit that trusts none of them."""

from collections.abc import Callable
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import instant
from greencredit.ledger import rules
from greencredit.ledger.errors import NoSuchHolder
from greencredit.schemas.ledger import (
    Finding,
    HolderTotals,
    IssuerPosition,
    LeafKind,
    Movement,
    SeriesBalance,
    Terms,
    Verb,
)
from greencredit.schemas.values import Credits

_FIRST_FEW: Final = 10


def holder_number(session: Session, subject_id: str) -> int:
    """Give a subject's pseudonym, or refuse if it never held anything."""
    found: int | None = session.execute(
        text("SELECT id FROM ledger_holder WHERE subject_id = :subject"), {"subject": subject_id}
    ).scalar_one_or_none()
    if found is None:
        raise NoSuchHolder(subject_id)
    return found


def subjects_of(session: Session, holder_ids: set[int]) -> dict[int, str | None]:
    """Give the subject behind each pseudonym; none where the person was erased."""
    rows = session.execute(text("SELECT id, subject_id FROM ledger_holder"))
    return {number: subject for number, subject in rows if number in holder_ids}


def balances_of(session: Session, subject_id: str) -> list[SeriesBalance]:
    """List what a holder has, in the order in which it would be spent: soonest expiry, award month, series."""
    rows = session.execute(
        text(
            "SELECT s.id, s.issuer_id, s.terms_version, s.funding, s.award_month, s.expires_at, s.cap, "
            "b.posted, b.held FROM ledger_holder h JOIN ledger_leaf l ON l.holder_id = h.id AND l.kind = 'available' "
            "JOIN ledger_balance b ON b.leaf_id = l.id JOIN ledger_series s ON s.id = l.series_id "
            "WHERE h.subject_id = :subject AND b.posted > 0 ORDER BY s.expires_at, s.award_month, s.id"
        ),
        {"subject": subject_id},
    )
    return [SeriesBalance(series_id=row.id, terms=_terms(row), posted=row.posted, held=row.held) for row in rows]


def _terms(row: Row[Any]) -> Terms:
    return Terms(
        issuer_id=row.issuer_id,
        terms_version=row.terms_version,
        funding=row.funding,
        award_month=row.award_month,
        expires_at=None if row.expires_at == rules.NEVER else instant(row.expires_at),
        cap=row.cap,
    )


def movements_of(session: Session, subject_id: str, *, before: int | None = None, limit: int = 50) -> list[Movement]:
    """List a holder's movements, newest first; `before` is the last event number of the page before."""
    rows = session.execute(
        text(
            "SELECT e.id, e.grp, e.kind, e.amount, l.series_id, s.issuer_id, e.at, c.name AS caller, e.cause, "
            "n.reason, n.document FROM ledger_holder h JOIN ledger_event e ON e.holder = h.id "
            "JOIN ledger_leaf l ON l.id = e.credit JOIN ledger_series s ON s.id = l.series_id "
            "JOIN ledger_caller c ON c.id = e.caller LEFT JOIN ledger_note n ON n.event_id = e.id "
            "WHERE h.subject_id = :subject AND e.id < :before ORDER BY e.id DESC LIMIT :limit"
        ),
        {"subject": subject_id, "before": rules.NEVER if before is None else before, "limit": limit},
    )
    return [
        Movement(
            event_id=row.id,
            group_id=row.grp,
            verb=Verb(row.kind),
            credits=row.amount,
            series_id=row.series_id,
            issuer_id=row.issuer_id,
            posted_at=instant(row.at),
            caller=row.caller,
            cause=row.cause,
            reason=row.reason,
            document=row.document,
        )
        for row in rows
    ]


def reversed_by_award(session: Session, event_ids: list[int]) -> dict[int, Credits]:
    """Give how much of each award was taken back; awards with nothing taken back are absent."""
    taken: dict[int, Credits] = {}
    for start in range(0, len(event_ids), 500):
        part = event_ids[start : start + 500]
        places = ", ".join(f":e{place}" for place in range(len(part)))
        rows = session.execute(
            text(
                "SELECT cause, SUM(amount) FROM ledger_event "  # noqa: S608 - places are numbers
                f"WHERE kind = {Verb.REVERSE.value} AND cause IN ({places}) GROUP BY cause"
            ),
            {f"e{place}": event_id for place, event_id in enumerate(part)},
        )
        taken.update({cause: Credits(int(amount)) for cause, amount in rows})
    return taken


def posted_at(session: Session, event_ids: list[int]) -> dict[int, datetime]:
    """Give when each event was written."""
    found: dict[int, datetime] = {}
    for start in range(0, len(event_ids), 500):
        part = event_ids[start : start + 500]
        places = ", ".join(f":e{place}" for place in range(len(part)))
        rows = session.execute(
            text(f"SELECT id, at FROM ledger_event WHERE id IN ({places})"),  # noqa: S608 - places are numbers
            {f"e{place}": event_id for place, event_id in enumerate(part)},
        )
        found.update({number: instant(at) for number, at in rows})
    return found


def earnings(session: Session, event_ids: list[int]) -> dict[int, tuple[str, int, int]]:
    """Give caller, holder and credits of those events that are awards."""
    found: dict[int, tuple[str, int, int]] = {}
    for start in range(0, len(event_ids), 500):
        part = event_ids[start : start + 500]
        places = ", ".join(f":e{place}" for place in range(len(part)))
        rows = session.execute(
            text(
                "SELECT e.id, c.name, e.holder, e.amount FROM ledger_event e "  # noqa: S608 - places are numbers
                f"JOIN ledger_caller c ON c.id = e.caller WHERE e.kind = {Verb.EARN.value} AND e.id IN ({places})"
            ),
            {f"e{place}": event_id for place, event_id in enumerate(part)},
        )
        found.update({number: (caller, holder, amount) for number, caller, holder, amount in rows})
    return found


def earnings_by(session: Session, caller: str) -> int:
    """Count the awards that a caller posted."""
    counted = text(
        "SELECT COUNT(*) FROM ledger_event e JOIN ledger_caller c ON c.id = e.caller "
        "WHERE e.kind = :earn AND c.name = :caller"
    )
    return int(session.execute(counted, {"earn": Verb.EARN.value, "caller": caller}).scalar_one())


def totals_of(session: Session, subject_id: str) -> list[HolderTotals]:
    """Add up a holder's events by issuer; the balance is what the events say, not what is cached."""
    rows = session.execute(
        text(
            "SELECT s.issuer_id, SUM(CASE WHEN e.kind = 1 THEN e.amount ELSE 0 END) AS earned, "
            "SUM(CASE WHEN e.kind = 2 THEN e.amount ELSE 0 END) AS taken "
            "FROM ledger_holder h JOIN ledger_event e ON e.holder = h.id JOIN ledger_leaf l ON l.id = e.credit "
            "JOIN ledger_series s ON s.id = l.series_id WHERE h.subject_id = :subject "
            "GROUP BY s.issuer_id ORDER BY s.issuer_id"
        ),
        {"subject": subject_id},
    )
    return [
        HolderTotals(
            issuer_id=row.issuer_id,
            earned=Credits(int(row.earned)),
            reversed_=Credits(int(row.taken)),
            balance=Credits(int(row.earned - row.taken)),
        )
        for row in rows
    ]


def position_of(session: Session, issuer_id: str) -> IssuerPosition:
    """Add up what an issuer has issued and still owes, and to how many holders."""
    row = session.execute(
        text(
            "SELECT COUNT(*) AS events, COALESCE(SUM(CASE WHEN e.kind = 1 THEN e.amount ELSE 0 END), 0) AS issued, "
            "COALESCE(SUM(CASE WHEN e.kind = 2 THEN e.amount ELSE 0 END), 0) AS taken FROM ledger_event e "
            "JOIN ledger_leaf l ON l.id = e.credit JOIN ledger_series s ON s.id = l.series_id "
            "WHERE s.issuer_id = :issuer"
        ),
        {"issuer": issuer_id},
    ).one()
    owed = session.execute(
        text(
            "SELECT COALESCE(SUM(b.posted), 0) AS credits, COUNT(DISTINCT l.holder_id) AS holders "
            "FROM ledger_series s JOIN ledger_leaf l ON l.series_id = s.id AND l.kind = :kind "
            "JOIN ledger_balance b ON b.leaf_id = l.id WHERE s.issuer_id = :issuer AND b.posted > 0"
        ),
        {"issuer": issuer_id, "kind": LeafKind.AVAILABLE.value},
    ).one()
    return IssuerPosition(
        issuer_id=issuer_id,
        issued=Credits(int(row.issued)),
        reversed_=Credits(int(row.taken)),
        outstanding=Credits(int(owed.credits)),
        holders=owed.holders,
        events=row.events,
    )


def audit(session: Session) -> list[Finding]:
    """Rebuild everything from events and compare; every invariant answers by name."""
    return [
        Finding(name=name, sentence=sentence, looked_at=looked_at, broken=broken)
        for name, sentence in rules.INVARIANTS.items()
        for looked_at, broken in [CHECKS[name](session)]
    ]


_Answer = tuple[int, tuple[str, ...]]


def _scalar(session: Session, statement: str) -> int:
    return int(session.execute(text(statement)).scalar_one() or 0)


def _rows(session: Session, counted: str, broken: str) -> _Answer:
    """Count what was looked at and write out the first rows that should not be there."""
    found = session.execute(text(f"{broken} LIMIT {_FIRST_FEW}")).all()
    return _scalar(session, counted), tuple(", ".join(f"{k}={v}" for k, v in row._asdict().items()) for row in found)


def _zero_sum(session: Session) -> _Answer:
    total = _scalar(session, "SELECT SUM(posted) FROM ledger_balance")
    return _scalar(session, "SELECT COUNT(*) FROM ledger_balance"), () if total == 0 else (f"sum={total}",)


def _balances_equal_events(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_event",
        "SELECT b.leaf_id, b.posted, COALESCE(m.total, 0) AS events FROM ledger_balance b LEFT JOIN ("
        "SELECT leaf, SUM(amount) AS total FROM (SELECT credit AS leaf, amount FROM ledger_event "
        "UNION ALL SELECT debit, -amount FROM ledger_event) moved GROUP BY leaf) m ON m.leaf = b.leaf_id "
        "WHERE b.posted <> COALESCE(m.total, 0)",
    )


def _never_overdrawn(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_balance",
        "SELECT b.leaf_id, b.posted, b.held FROM ledger_balance b JOIN ledger_leaf l ON l.id = b.leaf_id "
        "WHERE b.held < 0 OR b.posted * b.sign < b.held "
        "OR b.sign <> CASE WHEN l.kind = 'issued' THEN -1 ELSE 1 END",
    )


def _every_leaf_exists(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_event",
        "SELECT e.id, e.debit, e.credit FROM ledger_event e LEFT JOIN ledger_leaf d ON d.id = e.debit "
        "LEFT JOIN ledger_leaf c ON c.id = e.credit LEFT JOIN ledger_balance db ON db.leaf_id = e.debit "
        "LEFT JOIN ledger_balance cb ON cb.leaf_id = e.credit "
        "WHERE d.id IS NULL OR c.id IS NULL OR db.leaf_id IS NULL OR cb.leaf_id IS NULL OR d.series_id <> c.series_id",
    )


def _paths_are_kept(session: Session) -> _Answer:
    allowed = " OR ".join(
        f"(e.kind = {verb.value} AND d.kind = '{source.value}' AND c.kind = '{target.value}')"
        for verb, (source, target) in rules.PATHS.items()
    )
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_event",
        "SELECT e.id, e.kind, d.kind AS source, c.kind AS target FROM ledger_event e "  # noqa: S608 - from PATHS
        "JOIN ledger_leaf d ON d.id = e.debit JOIN ledger_leaf c ON c.id = e.credit "
        f"WHERE NOT ({allowed}) OR d.holder_id + c.holder_id <> e.holder",
    )


def _ids_have_no_gap(session: Session) -> _Answer:
    count, first, last = session.execute(text("SELECT COUNT(*), MIN(id), MAX(id) FROM ledger_event")).one()
    batches, covered, ended = session.execute(
        text("SELECT COUNT(*), COALESCE(SUM(last - first + 1), 0), COALESCE(MAX(last), 0) FROM ledger_batch")
    ).one()
    head = session.execute(text("SELECT next_event, next_batch FROM ledger_head")).one()
    found = (first or 1, last or 0, int(covered), ended, head.next_event, head.next_batch)
    wanted = (1, count, count, count, count + 1, batches + 1)
    return count, () if found == wanted else (f"found={found}, wanted={wanted}",)


def _serials_have_no_gap(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_block",
        "SELECT b.series_id, b.first, b.last FROM ledger_block b JOIN ledger_series s ON s.id = b.series_id "
        "WHERE b.last > s.cap OR b.first <> COALESCE((SELECT MAX(p.last) FROM ledger_block p "
        "WHERE p.series_id = b.series_id AND p.first < b.first), 0) + 1",
    )


def _serials_are_issued(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_series",
        "SELECT s.id AS series_id, COALESCE(b.given, 0) AS serials, COALESCE(e.earned, 0) AS earned "
        "FROM ledger_series s LEFT JOIN (SELECT series_id, SUM(last - first + 1) AS given FROM ledger_block "
        "GROUP BY series_id) b ON b.series_id = s.id LEFT JOIN (SELECT l.series_id, SUM(e.amount) AS earned "
        "FROM ledger_event e JOIN ledger_leaf l ON l.id = e.credit WHERE e.kind = 1 GROUP BY l.series_id) e "
        "ON e.series_id = s.id WHERE COALESCE(b.given, 0) <> COALESCE(e.earned, 0)",
    )


def _reversed_at_most_once(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_event WHERE kind = 2",
        "SELECT r.cause, SUM(r.amount) AS taken, MAX(a.amount) AS awarded FROM ledger_event r "
        "LEFT JOIN ledger_event a ON a.id = r.cause AND a.kind = 1 AND a.holder = r.holder WHERE r.kind = 2 "
        "GROUP BY r.cause HAVING SUM(r.amount) > COALESCE(MAX(a.amount), 0)",
    )


def _held_is_zero(session: Session) -> _Answer:
    return _rows(
        session,
        "SELECT COUNT(*) FROM ledger_balance",
        "SELECT leaf_id, held FROM ledger_balance WHERE held <> 0",
    )


CHECKS: Final[MappingProxyType[str, Callable[[Session], _Answer]]] = MappingProxyType(
    {
        "zero_sum": _zero_sum,
        "balances_equal_events": _balances_equal_events,
        "never_overdrawn": _never_overdrawn,
        "every_leaf_exists": _every_leaf_exists,
        "paths_are_kept": _paths_are_kept,
        "ids_have_no_gap": _ids_have_no_gap,
        "serials_have_no_gap": _serials_have_no_gap,
        "serials_are_issued": _serials_are_issued,
        "reversed_at_most_once": _reversed_at_most_once,
        "held_is_zero": _held_is_zero,
    }
)
