"""Looks whether the index of complete stretches says exactly which series their events touched."""

from greencredit.ledger.queries.audit.answer import Answer, Books, rows
from greencredit.ledger.queries.trajectory import STRETCH_BITS, indexed_stretches


def stretches_are_whole(books: Books) -> Answer:
    """Compare what is on file of every complete stretch with the series of its events, both ways.

    What the index leaves out, no trajectory of an issuer would show.
    """
    known = indexed_stretches(books.session)
    events = (
        f"SELECT DISTINCT (id - 1) >> {STRETCH_BITS} AS stretch, series FROM ledger_event "  # noqa: S608 - numbers
        f"WHERE id <= {known << STRETCH_BITS}"
    )
    kept = "SELECT stretch, series_id AS series FROM ledger_touch WHERE series_id > 0"
    return rows(
        books,
        known,
        f"SELECT stretch, series, 'is not on file' AS wrong FROM ({events} EXCEPT {kept}) a "  # noqa: S608 - numbers
        f"UNION ALL SELECT stretch, series, 'has no event there' FROM ({kept} EXCEPT {events}) b "
        "UNION ALL SELECT stretch, series_id, 'is not complete' FROM ledger_touch "
        f"WHERE series_id = 0 AND (stretch + 1) << {STRETCH_BITS} > {books.events} "
        "UNION ALL SELECT t.stretch, 0, 'follows one that is not on file' FROM ledger_touch t WHERE t.series_id = 0 "
        "AND t.stretch > 0 AND NOT EXISTS "
        "(SELECT 1 FROM ledger_touch b WHERE b.series_id = 0 AND b.stretch = t.stretch - 1)",
        by=3,
    )
