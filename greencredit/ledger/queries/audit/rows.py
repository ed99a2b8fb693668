"""Checks of single rows: what an event names is there, groups are whole, numbers run without a gap."""

from typing import Final

from sqlalchemy import text

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers
from greencredit.ledger.queries.audit.answer import rows as found
from greencredit.ledger.rules.paths import Owner
from greencredit.schemas.ledger import Verb

_WITH_PARTY: Final = numbers(
    verb for verb, path in rules.PATHS.items() if Owner.PARTY in {path.source_of, path.target_of}
)
_UNPRINTED: Final = numbers((Verb.EARN, Verb.ACCRUE))
"""Awards need no fingerprint: their row says it all."""


def every_leaf_exists(books: Books) -> Answer:
    """Look up holder, series, caller and party of every event."""
    return found(
        books,
        books.events,
        "SELECT e.id AS event, CASE WHEN h.id IS NULL THEN 'no such holder' "  # noqa: S608 - numbers
        "WHEN s.id IS NULL THEN 'no such series' WHEN c.id IS NULL THEN 'no such caller' "
        f"WHEN e.kind NOT IN ({numbers(rules.PATHS)}) THEN 'no such verb' "
        f"WHEN e.kind NOT IN ({_WITH_PARTY}) THEN 'a party that its verb has not' "
        "WHEN e.party IS NULL THEN 'no party' ELSE 'no such party' END AS wrong "
        "FROM ledger_event e LEFT JOIN ledger_holder h ON h.id = e.holder LEFT JOIN ledger_series s ON s.id = e.series "
        "LEFT JOIN ledger_caller c ON c.id = e.caller LEFT JOIN ledger_holder p ON p.id = e.party "
        "WHERE h.id IS NULL OR s.id IS NULL OR c.id IS NULL "
        f"OR e.kind NOT IN ({numbers(rules.PATHS)}) "
        f"OR CASE WHEN e.kind IN ({_WITH_PARTY}) THEN p.id IS NULL ELSE e.party IS NOT NULL END",
    )


def groups_are_whole(books: Books) -> Answer:
    """Look at each row beside the one before it, and at keys and fingerprints of first rows."""
    return found(
        books,
        books.events,
        "SELECT e.id AS event, 'does not follow its group' AS wrong "  # noqa: S608 - numbers
        "FROM ledger_event e LEFT JOIN ledger_event b ON b.id = e.id - 1 WHERE e.grp IS NOT NULL "
        "AND (e.grp >= e.id OR b.id IS NULL OR COALESCE(b.grp, b.id) <> e.grp OR b.caller <> e.caller) "
        "UNION ALL SELECT e.id, 'is in another batch than its group' "
        "FROM ledger_batch t JOIN ledger_event e ON e.id = t.first WHERE e.grp IS NOT NULL "
        "UNION ALL SELECT e.id, CASE WHEN e.key IS NULL THEN 'begins a group without a key' "
        "ELSE 'has a key of its own' END FROM ledger_event e "
        f"WHERE (e.key IS NULL) <> (e.grp IS NOT NULL OR e.kind = {Verb.EXPIRE.value}) "
        "UNION ALL SELECT e.id, CASE WHEN e.fingerprint IS NULL THEN 'has no fingerprint' "
        "ELSE 'has a fingerprint' END FROM ledger_event e "
        f"WHERE (e.fingerprint IS NULL) <> (e.key IS NULL OR e.kind IN ({_UNPRINTED})) "
        "UNION ALL SELECT e.id, 'has a key or fingerprint that is not 16 bytes' FROM ledger_event e "
        f"WHERE length(e.key) <> {rules.KEY_BYTES} OR length(e.fingerprint) <> {rules.KEY_BYTES}",
    )


def ids_have_no_gap(books: Books) -> Answer:
    """Walk over the numbers of batches, and of events where there are not as many as the last one's number."""
    statements = [
        _steps("batch", "id", "id", "ledger_batch"),
        _steps("first event of a batch", "first", "last", "ledger_batch"),
        _ahead("next event", "next_event", "SELECT MAX(id) FROM ledger_event"),
        _ahead("next event after the last batch", "next_event", "SELECT MAX(last) FROM ledger_batch"),
        _ahead("next batch", "next_batch", "SELECT MAX(id) FROM ledger_batch"),
    ]
    lowest, highest = books.session.execute(text("SELECT MIN(id), MAX(id) FROM ledger_event")).one()
    if (lowest or 1, highest or 0) != (1, books.events):
        statements.append(_steps("event", "id", "id", "ledger_event"))
    return found(books, books.events + books.batches, " UNION ALL ".join(statements))


def time_never_falls(books: Books) -> Answer:
    """Walk over the times of batches, and compare the head's with the last one's."""
    return found(
        books,
        books.batches,
        "SELECT 'batch' AS what, n.id, n.at AS found, n.before AS wanted FROM ("
        "SELECT id, at, LAG(at, 1, at) OVER (ORDER BY id) AS before FROM ledger_batch) n WHERE n.at < n.before "
        "UNION ALL SELECT 'head', h.id, h.latest, COALESCE((SELECT at FROM ledger_batch ORDER BY id DESC LIMIT 1), 0) "
        "FROM ledger_head h WHERE h.latest <> COALESCE((SELECT at FROM ledger_batch ORDER BY id DESC LIMIT 1), 0)",
    )


def _steps(what: str, column: str, reached: str, table: str) -> str:
    """Find rows whose number is not one more than what the row before reached."""
    return (
        f"SELECT '{what}' AS what, n.number, n.before + 1 AS wanted FROM ("  # noqa: S608 - our own names
        f"SELECT {column} AS number, LAG({reached}, 1, CAST(0 AS bigint)) OVER (ORDER BY id) AS before FROM {table}"
        ") n WHERE n.number <> n.before + 1"
    )


def _ahead(what: str, column: str, reached: str) -> str:
    """Compare the head with what was reached."""
    return (
        f"SELECT '{what}' AS what, h.{column} AS number, COALESCE(({reached}), 0) + 1 AS wanted FROM ledger_head h "  # noqa: S608 - our own names
        f"WHERE h.{column} <> COALESCE(({reached}), 0) + 1"
    )
