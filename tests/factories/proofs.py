"""Logs for tests: entries appended as the ledger would, without a ledger."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.proofs import queries, service

ORIGIN: Final = "credits.example/log"
"""The name of every synthetic log."""


def make_bodies(count: int, *, first: int = 0) -> list[bytes]:
    """Give entries that differ from each other."""
    return [b'{"example":%d}' % number for number in range(first, first + count)]


def make_log(session: Session, count: int, *, at_once: int = 1000) -> int:
    """Append this many entries to the log and give its new size."""
    size = queries.size(session)
    end = size + count
    while size < end:
        bodies = make_bodies(min(at_once, end - size), first=size)
        size = service.append(session, size, [("batch", body) for body in bodies])
    return size


def make_signed_log(session: Session, count: int) -> int:
    """Append this many entries to a log that has its name and first key, but no checkpoint yet."""
    service.open_log(session, ORIGIN)
    return make_log(session, count)


def lift_guards(session: Session, table: str) -> None:
    """Remove the triggers that keep a table append-only, as somebody with the database's own powers could."""
    if is_sqlite(session):
        for verb in ("update", "delete", "replace"):
            session.execute(text(f"DROP TRIGGER {table}_no_{verb}"))
        return
    for verb in ("change", "truncate"):
        session.execute(text(f"DROP TRIGGER {table}_no_{verb} ON {table}"))
