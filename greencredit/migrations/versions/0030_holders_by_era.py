"""A holder's events are found era by era on SQLite, and by the holder alone on PostgreSQL.

In SQLite's index led by the holder, every award of a batch falls on a page of its own as soon as there are many
holders; led by the era, which is 262,144 events, all of them fall on the last few. SQLite finds a holder's events
without being told of eras (it skips from one to the next), as long as its statistics say that an era holds many events;
they are written here, for a database that nobody has analysed. PostgreSQL keeps one entry for all events of a holder
where nothing else is in the index, at a fifth of the room.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

_STATISTICS = "ANALYZE sqlite_schema"  # makes the table of statistics where there is none, and reads it again


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index("ix_ledger_event_holder_id", "ledger_event")
    if op.get_bind().dialect.name != "sqlite":
        op.create_index("ix_ledger_event_holder", "ledger_event", ["holder"])
        return
    op.execute("CREATE INDEX ix_ledger_event_holder ON ledger_event ((id >> 18), holder, id)")
    op.execute(_STATISTICS)
    op.execute("DELETE FROM sqlite_stat1 WHERE idx IN ('ix_ledger_event_holder', 'ix_ledger_event_holder_id')")
    op.execute("INSERT INTO sqlite_stat1 VALUES ('ledger_event', 'ix_ledger_event_holder', '10000000 262144 4 1')")
    op.execute(_STATISTICS)
