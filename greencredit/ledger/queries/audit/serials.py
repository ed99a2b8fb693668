"""Checks of serials: blocks follow each other under the cap, and are filled by their events, one after the other."""

from typing import Final

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows

_ISSUING: Final = numbers(rules.SERIAL_VERBS)

_PLACED: Final = (
    "SELECT e.id, e.series, e.serial, e.amount, MAX(t.id) OVER (ORDER BY e.id) AS batch "
    "FROM ledger_event e LEFT JOIN ledger_batch t ON t.first = e.id"
)
"""Every event with its batch: batches cover the events one after the other."""

_IN_BLOCK: Final = "OVER (PARTITION BY p.batch, p.series ORDER BY p.id)"


def serials_have_no_gap(books: Books) -> Answer:
    """Walk over the blocks of every series."""
    return rows(
        books,
        books.blocks,
        "SELECT k.series_id AS series, k.first, k.last, CASE WHEN s.id IS NULL THEN 'no such series' "
        "WHEN t.id IS NULL THEN 'no such batch' WHEN k.last > s.cap THEN 'beyond the filed cap' "
        "ELSE 'does not follow the block before' END AS wrong FROM ("
        "SELECT series_id, first, last, batch_id, "
        "LAG(last, 1, CAST(0 AS bigint)) OVER (PARTITION BY series_id ORDER BY first) AS before FROM ledger_block"
        ") k LEFT JOIN ledger_series s ON s.id = k.series_id LEFT JOIN ledger_batch t ON t.id = k.batch_id "
        "WHERE s.id IS NULL OR t.id IS NULL OR k.last > s.cap OR k.first <> k.before + 1 OR k.last < k.first",
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
    """Walk over the events of each batch and series: from the block's first serial to its last, none left out."""
    return rows(
        books,
        books.events,
        "SELECT n.id AS event, n.serial, CASE WHEN n.follows IS NOT NULL AND n.serial <> n.follows "  # noqa: S608
        "THEN 'does not follow the event before' WHEN k.batch_id IS NULL THEN 'no block begins here' "
        "WHEN k.batch_id <> n.batch THEN 'the block is of another batch' "
        "ELSE 'the block does not end here' END AS wrong FROM ("
        f"SELECT p.id, p.series, p.batch, p.serial, LAG(CAST(p.serial AS numeric) + p.amount) {_IN_BLOCK} AS follows, "
        f"FIRST_VALUE(p.serial) {_IN_BLOCK} AS opens, LEAD(p.id) {_IN_BLOCK} AS after, "
        f"CAST(p.serial AS numeric) + p.amount - 1 AS ends FROM ({_PLACED}) p WHERE p.serial IS NOT NULL"
        ") n LEFT JOIN ledger_block k ON k.series_id = n.series AND k.first = n.opens "
        "WHERE (n.follows IS NOT NULL AND n.serial <> n.follows) OR k.batch_id IS NULL OR k.batch_id <> n.batch "
        "OR (n.after IS NULL AND n.ends <> k.last) "
        "UNION ALL SELECT e.id, e.serial, CASE WHEN e.serial IS NULL THEN 'credits came into being without a serial' "
        "ELSE 'a serial where no credits came into being' END FROM ledger_event e "
        f"WHERE (e.serial IS NULL) <> (e.kind NOT IN ({_ISSUING}))",
        by=3,
    )
