"""Runs migrations on the connection it is handed; every one in one transaction, with a lock time-out."""

from typing import Final

from alembic import context
from sqlalchemy import Connection, text

_LOCK_TIMEOUT: Final = "SET LOCAL lock_timeout = '5s'"


def run(connection: Connection) -> None:
    """Bring the schema to the revision that was asked for."""
    context.configure(connection=connection, transaction_per_migration=False, render_as_batch=False)
    if connection.dialect.name == "postgresql":
        connection.execute(text(_LOCK_TIMEOUT))
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
