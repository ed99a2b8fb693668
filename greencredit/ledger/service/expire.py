"""Expire: a set-based sweep of leaves whose series has ended; credits for life are not even looked at."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.ledger import rules
from greencredit.ledger.rules.seal import nested
from greencredit.ledger.service.posting import Head, in_batches, lock_head, write
from greencredit.schemas.ledger import LeafKind, Verb

_LEAVES_AT_ONCE: Final = 20_000


class Swept(NamedTuple):
    """What one step of a sweep came to; `after` is where the next one goes on, none when all is done."""

    leaves: int
    credits: int
    after: int | None


def expire(session: Session, caller_id: int, *, until: datetime, after: int = 0, limit: int = _LEAVES_AT_ONCE) -> Swept:
    """Expire what is available on leaves whose series ended at or before an instant, so many leaves in one batch.

    Held and frozen credits are left alone; they expire after they were given back. Run again, it changes nothing.
    """
    head = lock_head(session)
    assert micros(until) <= head.at, "nothing expires before its time"
    due = _due(session, micros(until))
    leaves = _leaves_of(session, due, after, limit) if due else []
    if not leaves:
        return Swept(0, 0, None)
    _write(session, head, caller_id, leaves)
    return Swept(len(leaves), sum(posted for _, posted in leaves), leaves[-1][0] if len(leaves) == limit else None)


def _due(session: Session, until: int) -> set[int]:
    ended = text("SELECT id FROM ledger_series WHERE expires_at <= :until")
    return set(session.execute(ended, {"until": until}).scalars())


def _leaves_of(session: Session, due: set[int], after: int, limit: int) -> list[tuple[int, int]]:
    """Read available leaves of the series that are due, in order of their numbers."""
    chosen = ", ".join(map(str, sorted(due)))
    rows = session.connection().exec_driver_sql(
        "SELECT leaf_id, posted FROM ledger_balance "  # noqa: S608 - numbers
        f"WHERE leaf_id > {after} AND posted > 0 AND leaf_id & 15 = {LeafKind.AVAILABLE.value} "
        f"AND ((leaf_id >> 4) & 16777215) IN ({chosen}) ORDER BY leaf_id LIMIT {limit}"
    )
    return [(leaf, posted) for leaf, posted in rows]


def _write(session: Session, head: Head, caller_id: int, leaves: list[tuple[int, int]]) -> None:
    verb = Verb.EXPIRE.value
    changes: dict[int, int] = {}
    sums: dict[tuple[int, int], int] = {}
    rows = []
    number = head.next_event
    for leaf, posted in leaves:
        _, series, holder = rules.parts_of(leaf)
        changes[leaf] = -posted
        sums[series, verb] = sums.get((series, verb), 0) + posted
        rows.append((number, None, verb, series, holder, None, posted, caller_id, None, None, None, None))
        number += 1
    for (series, _), total in sums.items():
        changes[rules.leaf_of(LeafKind.EXPIRED, series)] = total
    secrets = _secrets(session, [row[4] for row in rows])
    write(session, head, rows, changes, given={}, secrets=secrets, sums=nested(sums))


def _secrets(session: Session, holders: list[int]) -> dict[int, bytes]:
    """Read secrets; whoever was erased gets none, and his events are hashed with a salt that leads to nobody."""
    rows = in_batches(session, "SELECT id, secret FROM ledger_holder WHERE id", list(dict.fromkeys(holders)))
    return {number: bytes(16) if secret is None else bytes(secret) for number, secret in rows}
