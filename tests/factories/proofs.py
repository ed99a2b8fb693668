"""Logs for tests: entries appended as the ledger would, without a ledger."""

from sqlalchemy.orm import Session

from greencredit.proofs import queries, service


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
