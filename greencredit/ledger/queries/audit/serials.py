"""Checks of serials: blocks follow each other under the cap, and are filled by their events, one after the other."""

from typing import Final

from greencredit.ledger import rules
from greencredit.ledger.queries.audit.answer import Answer, Books, numbers, rows

_ISSUING: Final = numbers(rules.SERIAL_VERBS)


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
        "UNION ALL SELECT COALESCE(k.series_id, g.series), COALESCE(k.first, 0), "
        "CASE WHEN g.series IS NULL THEN 'a block of which its batch gave out nothing' "
        "WHEN k.series_id IS NULL THEN 'given out without a block' "
        "ELSE 'the block is not what its batch gave out' END, g.event "
        "FROM (SELECT t.id AS batch, e.series, MIN(e.id) AS event, SUM(e.amount) AS credits "
        "FROM ledger_batch t JOIN ledger_event e ON e.id BETWEEN t.first AND t.last "
        "WHERE e.serial IS NOT NULL GROUP BY t.id, e.series) g "
        "FULL JOIN ledger_block k ON k.series_id = g.series AND k.batch_id = g.batch "
        "WHERE g.series IS NULL OR k.series_id IS NULL OR CAST(k.last AS numeric) - k.first + 1 <> g.credits "
        "UNION ALL SELECT e.series, COALESCE(e.serial, 0), CASE WHEN e.serial IS NULL "
        "THEN 'came into being without a serial' ELSE 'a serial of nothing new' END, e.id FROM ledger_event e "
        f"WHERE (e.serial IS NULL) <> (e.kind NOT IN ({_ISSUING}))",
        by=3,
    )
