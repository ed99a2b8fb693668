"""Expire: a set-based sweep of leaves whose series has ended; credits for life are not even looked at."""

from collections import defaultdict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros
from greencredit.kernel.driver import Driver, driver
from greencredit.ledger import rules
from greencredit.ledger.rules import seal
from greencredit.ledger.rules.paths import ALL_SERIES, HOLDER_SHIFT, KINDS, SERIES_SHIFT
from greencredit.ledger.service.posting import Head, carry, in_batches, lock_head, seal_batch
from greencredit.schemas.ledger import LeafKind, Verb

_LEAVES_AT_ONCE: Final = 20_000
_REST: Final = (None, None, None, None)
"""No key, no fingerprint, no cause, no serial."""


class Swept(NamedTuple):
    """What one step of a sweep came to; `after` is where the next one goes on, none when all is done."""

    leaves: int
    credits: int
    after: int | None


def expire(session: Session, caller_id: int, *, until: datetime, after: int = 0, limit: int = _LEAVES_AT_ONCE) -> Swept:
    """Expire what is available on leaves whose series ended at or before an instant, so many leaves in one batch.

    Held and frozen credits are left alone; they expire after they were given back. Run again, it changes nothing.
    Nothing expires before its time: an instant that the ledger has not reached counts as its present.
    """
    head = lock_head(session)
    due = _due(session, min(micros(until), head.at))
    leaves = _leaves_of(session, due, after, limit) if due else []
    if not leaves:
        return Swept(0, 0, None)
    _write(session, head, caller_id, leaves, due, after)
    return Swept(len(leaves), sum(posted for _, posted in leaves), leaves[-1][0] if len(leaves) == limit else None)


def _due(session: Session, until: int) -> set[int]:
    ended = text("SELECT id FROM ledger_series WHERE expires_at <= :until")
    return set(session.execute(ended, {"until": until}).scalars())


def _leaves_of(session: Session, due: set[int], after: int, limit: int) -> list[tuple[int, int]]:
    """Read available leaves of the series that are due, in order of their numbers."""
    with driver(session) as hot:
        return hot.rows(
            f"SELECT leaf_id, posted FROM ledger_balance WHERE {_those(due, after)} ORDER BY leaf_id LIMIT {limit}"  # noqa: S608 - numbers
        )


def _those(due: set[int], after: int) -> str:
    """Say which leaves expire, in the words of both engines; nothing changes them while the head is locked."""
    chosen = ", ".join(map(str, sorted(due)))
    return (
        f"leaf_id > {after} AND posted > 0 AND leaf_id & {KINDS} = {LeafKind.AVAILABLE.value} "
        f"AND (leaf_id >> {SERIES_SHIFT}) & {ALL_SERIES} IN ({chosen})"
    )


def _write(
    session: Session, head: Head, caller_id: int, leaves: list[tuple[int, int]], due: set[int], after: int
) -> None:
    """Write the events where the balances are, in one statement, and hash them here meanwhile.

    Sent one by one they cost three times as much. The second thread only waits for the database; the session is not
    touched before it is done.
    """
    verb = Verb.EXPIRE.value
    secrets = _secrets(session, {leaf >> HOLDER_SHIFT for leaf, _ in leaves})
    those = f"{_those(due, after)} AND leaf_id <= {leaves[-1][0]}"
    with driver(session) as hot, ThreadPoolExecutor(max_workers=1) as aside:
        moved = aside.submit(_moved, hot, head.next_event, caller_id, those)
        rows = [
            (
                number,
                None,
                verb,
                leaf >> SERIES_SHIFT & ALL_SERIES,
                leaf >> HOLDER_SHIFT,
                None,
                posted,
                caller_id,
                *_REST,
            )
            for number, (leaf, posted) in enumerate(leaves, head.next_event)
        ]
        chunks = seal.chunk_roots(seal.event_hashes(rows, secrets))
        sums: defaultdict[int, int] = defaultdict(int)
        for row in rows:
            sums[row[3]] += row[6]
        assert moved.result() == (len(rows), len(rows)), "every leaf that was read has expired"
        carry(hot, {rules.leaf_of(LeafKind.EXPIRED, series): total for series, total in sums.items()})
    by_kind = seal.nested({(series, verb): total for series, total in sums.items()})
    seal_batch(session, head, len(rows), chunks, by_kind)


def _moved(hot: Driver, first: int, caller_id: int, those: str) -> tuple[int, int]:
    """Write the events of those leaves and empty them; tells how many there were of each."""
    written = hot.run(
        "INSERT INTO ledger_event (id, kind, series, holder, amount, caller) "  # noqa: S608 - numbers
        f"SELECT {first - 1} + row_number() OVER (ORDER BY leaf_id), {Verb.EXPIRE.value}, "
        f"(leaf_id >> {SERIES_SHIFT}) & {ALL_SERIES}, leaf_id >> {HOLDER_SHIFT}, posted, {caller_id} "
        f"FROM ledger_balance WHERE {those} ORDER BY leaf_id"
    )
    return written, hot.run(f"UPDATE ledger_balance SET posted = 0 WHERE {those}")  # noqa: S608 - numbers


def _secrets(session: Session, holders: Collection[int]) -> dict[int, bytes]:
    """Read secrets; whoever was erased gets none, and his events are hashed with a salt that leads to nobody."""
    rows = in_batches(session, "SELECT id, secret FROM ledger_holder WHERE id", sorted(holders))
    return {number: bytes(16) if secret is None else bytes(secret) for number, secret in rows}
