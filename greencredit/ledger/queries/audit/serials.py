"""Checks of serials: blocks follow each other under the cap, and are filled by their events, one after the other."""

from typing import Final

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows

_ISSUING: Final = numbers(rules.SERIAL_VERBS)


_BY_BATCH: Final = (
    "SELECT series_id AS series, batch_id AS batch, first, CAST(last AS numeric) - first + 1 AS given, 0 AS born, "
    "NULL AS event FROM ledger_block UNION ALL SELECT e.series, t.id, NULL, 0, SUM(e.amount), MIN(e.id) "
    "FROM ledger_batch t JOIN ledger_event e ON e.id BETWEEN t.first AND t.last "
    "WHERE e.serial IS NOT NULL GROUP BY t.id, e.series"
)
"""Blocks, and what the batches gave out; added up, not joined: a series has as many blocks as there are batches."""


def serials_have_no_gap(books: Books) -> Answer:
    """Walk over the blocks of every series."""
    return rows(
        books,
        books.blocks,
        "SELECT k.series_id AS series, k.first, k.last, CASE WHEN s.id IS NULL THEN 'no such series' "
        "WHEN t.id IS NULL THEN 'no such batch' WHEN k.last > s.cap THEN 'beyond the filed cap' "
        "WHEN k.batch_id <= k.batch_before THEN 'of an earlier batch than the block before' "
        "ELSE 'does not follow the block before' END AS wrong FROM ("
        "SELECT series_id, first, last, batch_id, "
        "LAG(last, 1, CAST(0 AS bigint)) OVER (PARTITION BY series_id ORDER BY first) AS before, "
        "LAG(batch_id, 1, CAST(0 AS bigint)) OVER (PARTITION BY series_id ORDER BY first) AS batch_before "
        "FROM ledger_block"
        ") k LEFT JOIN ledger_series s ON s.id = k.series_id LEFT JOIN ledger_batch t ON t.id = k.batch_id "
        "WHERE s.id IS NULL OR t.id IS NULL OR k.last > s.cap OR k.first <> k.before + 1 OR k.last < k.first "
        "OR k.batch_id <= k.batch_before",
    )


def serials_are_issued(books: Books) -> Answer:
    """Compare, series by series, the credits that came into being with the serials given out."""
    return rows(
        books,
        books.events,
        "SELECT series, SUM(born) AS credits, SUM(given) AS serials FROM ("  # noqa: S608 - numbers
        f"SELECT series, amount AS born, 0 AS given FROM ledger_event WHERE kind IN ({_ISSUING}) "
        "UNION ALL SELECT series_id, 0, CAST(last AS numeric) - first + 1 FROM ledger_block"
        ") both_sides GROUP BY series HAVING SUM(born) <> SUM(given)",
    )


def serials_follow_in_blocks(books: Books) -> Answer:
    """Walk over the events of each series in order, and add up what each batch gave out beside its block."""
    return rows(
        books,
        books.events,
        "SELECT n.series, n.serial, 'does not follow the event before' AS wrong, n.id AS event FROM ("  # noqa: S608
        "SELECT id, series, serial, "
        "LAG(CAST(serial AS numeric) + amount, 1, 1) OVER (PARTITION BY series ORDER BY id) AS follows "
        "FROM ledger_event WHERE serial IS NOT NULL) n WHERE n.serial <> n.follows "
        f"UNION ALL SELECT series, COALESCE(MIN(first), 0), CASE WHEN SUM(born) = 0 "
        "THEN 'a block of which its batch gave out nothing' WHEN MIN(first) IS NULL THEN 'given out without a block' "
        f"ELSE 'the block is not what its batch gave out' END, MIN(event) FROM ({_BY_BATCH}) given "
        "GROUP BY series, batch HAVING SUM(born) <> SUM(given) "
        "UNION ALL SELECT e.series, COALESCE(e.serial, 0), CASE WHEN e.serial IS NULL "
        "THEN 'came into being without a serial' ELSE 'a serial of nothing new' END, e.id FROM ledger_event e "
        f"WHERE (e.serial IS NULL) <> (e.kind NOT IN ({_ISSUING}))",
        by=3,
    )
