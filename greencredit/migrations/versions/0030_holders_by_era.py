"""On SQLite a holder's events are found era by era, so that an award in a full ledger touches few pages.

In an index led by the holder, every award of a batch falls on a page of its own as soon as there are many holders; led
by the era, which is 262,144 events, all of them fall on the last few. SQLite finds a holder's events without being told
of eras (it skips from one to the next), as long as its statistics say that an era holds many events; they are written
here, for a database that nobody has analysed.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

_STATISTICS = "ANALYZE sqlite_schema"  # makes the table of statistics where there is none, and reads it again


def upgrade() -> None:
    """Make the index anew, on SQLite only: PostgreSQL writes its pages back when it has time."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.drop_index("ix_ledger_event_holder_id", "ledger_event")
    op.execute("CREATE INDEX ix_ledger_event_holder_id ON ledger_event ((id >> 18), holder, id)")
    op.execute(_STATISTICS)
    op.execute("DELETE FROM sqlite_stat1 WHERE idx = 'ix_ledger_event_holder_id'")
    op.execute("INSERT INTO sqlite_stat1 VALUES ('ledger_event', 'ix_ledger_event_holder_id', '10000000 262144 4 1')")
    op.execute(_STATISTICS)
