"""Checks of time: nothing expires before its end, nothing that has ended is spent."""

from typing import Final

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows
from greencredit.ledger.queries.reading import BATCH_OF_EVENT
from greencredit.schemas.ledger import Verb

_ENDING: Final = numbers((Verb.EXPIRE, Verb.REVIVE_OUT))
_SPENDING: Final = numbers((Verb.HOLD, Verb.REDEEM, Verb.DONATE, Verb.FREEZE, Verb.ALLOT, Verb.PASS))

_WITH_TIME: Final = f"JOIN ledger_series s ON s.id = e.series JOIN ledger_batch t ON t.first = {BATCH_OF_EVENT}"


def expired_is_swept_late_only(books: Books) -> Answer:
    """Compare the end of a series with the time of whatever expired or was revived in it."""
    return rows(
        books,
        books.events,
        f"SELECT e.id AS event, CASE WHEN s.expires_at = {rules.NEVER} THEN 'it is for life' "  # noqa: S608 - numbers
        f"WHEN e.kind = {Verb.REVIVE_IN.value} THEN 'it was revived into what has ended' "
        "ELSE 'it went before its end' END AS wrong "
        # First the few kinds that are meant: only for these a batch is looked up.
        f"FROM ledger_event e {_WITH_TIME} WHERE e.kind IN ({_ENDING}, {Verb.REVIVE_IN.value}) "
        f"AND CASE WHEN e.kind = {Verb.REVIVE_IN.value} THEN s.expires_at <= t.at ELSE s.expires_at > t.at END",
    )


def nothing_ended_is_spent(books: Books) -> Answer:
    """Look for credits that were set aside, spent or given away after their series had ended."""
    return rows(
        books,
        books.events,
        "SELECT e.id AS event, s.expires_at, t.at "  # noqa: S608 - numbers
        f"FROM ledger_event e {_WITH_TIME} WHERE e.kind IN ({_SPENDING}) AND s.expires_at <= t.at "
        "AND s.expires_at <= (SELECT MAX(at) FROM ledger_batch)",
    )
