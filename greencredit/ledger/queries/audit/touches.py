"""Looks whether what is kept of complete stretches says exactly which series their events touched and what moved."""

from greencredit.ledger.queries.audit.answer import Answer, Books, rows
from greencredit.ledger.queries.issuing import summed_stretches
from greencredit.ledger.queries.trajectory import STRETCH_BITS, indexed_stretches


def stretches_are_whole(books: Books) -> Answer:
    """Compare what is on file of every complete stretch with the series and the sums of its events, both ways.

    What the index leaves out, no trajectory of an issuer would show; what a sum leaves out, nobody would owe.
    """
    known = indexed_stretches(books.session)
    events = (
        f"SELECT DISTINCT (id - 1) >> {STRETCH_BITS} AS stretch, series FROM ledger_event "  # noqa: S608 - numbers
        f"WHERE id <= {known << STRETCH_BITS}"
    )
    kept = "SELECT stretch, series_id AS series FROM ledger_touch WHERE series_id > 0"
    moved = (
        f"SELECT (id - 1) >> {STRETCH_BITS} AS stretch, series, CAST(kind AS BIGINT) AS kind, "  # noqa: S608 - numbers
        f"CAST(SUM(amount) AS BIGINT) AS credits FROM ledger_event "
        f"WHERE id <= {summed_stretches(books.session) << STRETCH_BITS} GROUP BY 1, 2, 3"
    )
    sums = "SELECT stretch, series_id AS series, kind, credits FROM ledger_sum WHERE series_id > 0"
    return rows(
        books,
        known,
        f"SELECT stretch, series, 'is not on file' AS wrong FROM ({events} EXCEPT {kept}) a "  # noqa: S608 - numbers
        f"UNION ALL SELECT stretch, series, 'has no event there' FROM ({kept} EXCEPT {events}) b "
        f"UNION ALL SELECT stretch, series, 'is not summed up' FROM ({moved} EXCEPT {sums}) c "
        f"UNION ALL SELECT stretch, series, 'is summed up otherwise' FROM ({sums} EXCEPT {moved}) d "
        "UNION ALL SELECT stretch, series_id, 'is not complete' FROM ledger_touch "
        f"WHERE series_id = 0 AND (stretch + 1) << {STRETCH_BITS} > {books.events} "
        "UNION ALL SELECT t.stretch, 0, 'follows one that is not on file' FROM ledger_touch t WHERE t.series_id = 0 "
        "AND t.stretch > 0 AND NOT EXISTS "
        "(SELECT 1 FROM ledger_touch b WHERE b.series_id = 0 AND b.stretch = t.stretch - 1)",
        by=3,
    )
