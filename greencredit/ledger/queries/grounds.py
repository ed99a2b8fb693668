"""Why awards were given that rest on no evidence of ours: the run of awards that each ground stands for."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from greencredit.ledger.queries.reading import in_parts
from greencredit.ledger.tables import LedgerEvent
from greencredit.schemas.ledger import GroundRun, Reason, Verb

GROUND_OF_EVENT: Final = (
    f"e.kind = {Verb.EARN.value} AND g.last >= e.id "  # noqa: S608 - a number
    "AND g.first = (SELECT MAX(first) FROM ledger_ground WHERE first <= e.id)"
)
"""Joins ground `g` to event `e`: a look into the index of first events."""

_AT_ONCE: Final = 1_000
_KEYS_AT_ONCE: Final = 500


def grounds_of(session: Session, event_ids: Iterable[int]) -> dict[int, Reason]:
    """Give the ground of each award that has one: who posted it, on which promotion, filed where."""
    statement = (
        "SELECT e.id, g.actor_id, g.reason, g.document FROM ledger_event e "  # noqa: S608 - a constant
        f"JOIN ledger_ground g ON {GROUND_OF_EVENT} WHERE e.id"
    )
    return {number: Reason(*ground) for number, *ground in in_parts(session, statement, event_ids)}


def awards_by_key(session: Session, caller_id: int, keys: Iterable[bytes]) -> dict[bytes, tuple[int, int, int]]:
    """Give event, holder and credits of the awards that stand for those keys of a caller."""
    wanted = list(keys)
    found: dict[bytes, tuple[int, int, int]] = {}
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        statement = select(LedgerEvent.key, LedgerEvent.id, LedgerEvent.holder, LedgerEvent.amount).where(
            LedgerEvent.caller == caller_id,
            LedgerEvent.kind == Verb.EARN.value,
            LedgerEvent.key.in_(wanted[start : start + _KEYS_AT_ONCE]),
        )
        found |= {
            bytes(key or b""): (number, holder, amount) for key, number, holder, amount in session.execute(statement)
        }
    return found


def ground_runs(session: Session, *, after: int = 0) -> list[GroundRun]:
    """List runs of awards with their grounds, those that begin after an event, so many at a time.

    Each tells what its awards come to as events: how many, of how many issuers, versions of terms and callers, the
    largest, and how many bear it.
    """
    rows = session.execute(
        text(
            "SELECT g.first, g.last, g.reason, g.document, COUNT(e.id) AS awards, "  # noqa: S608 - a number
            "COALESCE(MAX(e.amount), 0) AS largest, "
            "MIN(s.issuer_id) AS issuer_id, MIN(s.terms_version) AS terms_version, MIN(c.name) AS caller, "
            "COUNT(DISTINCT s.issuer_id) AS issuers, COUNT(DISTINCT s.terms_version) AS versions, "
            "COUNT(DISTINCT c.name) AS callers FROM (SELECT * FROM ledger_ground WHERE first > :after "
            "ORDER BY first LIMIT :n) g LEFT JOIN ledger_event e ON e.id BETWEEN g.first AND g.last "
            f"AND e.kind = {Verb.EARN.value} LEFT JOIN ledger_series s ON s.id = e.series "
            "LEFT JOIN ledger_caller c ON c.id = e.caller GROUP BY g.first, g.last, g.reason, g.document "
            "ORDER BY g.first"
        ),
        {"after": after, "n": _AT_ONCE},
    )
    return [GroundRun(**row) for row in rows.mappings()]
