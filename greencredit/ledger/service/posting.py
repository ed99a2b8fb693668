"""Writes one batch: head locked, events, balances, serial blocks; the only file that inserts events.

Statements go to the driver as tuples (SQLite) or arrays (PostgreSQL): mapped objects were 4 to 9 times slower.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.database import is_sqlite
from greencredit.ledger.errors import CapReached


class Head(NamedTuple):
    """What the next batch begins with, read under the lock."""

    next_event: int
    next_batch: int
    at: int


class Row(NamedTuple):
    """One event as it goes to disk."""

    id: int
    grp: int
    kind: int
    debit: int
    credit: int
    amount: int
    holder: int
    caller: int
    day: int
    key: bytes | None
    fingerprint: bytes | None
    cause: int | None
    at: int
    serial: int | None


_COLUMNS: Final = ", ".join(Row._fields)
_ARRAYS: Final = ", ".join(
    f"CAST(:{field} AS {'bytea' if field in {'key', 'fingerprint'} else 'bigint'}[])" for field in Row._fields
)
_INSERT_SQLITE: Final = f"INSERT INTO ledger_event ({_COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608
_INSERT_POSTGRESQL: Final = f"INSERT INTO ledger_event ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608


def lock_head(session: Session) -> Head:
    """Lock the one row every posting goes through; the caller's batch is now the only one in progress."""
    row = session.execute(
        text("UPDATE ledger_head SET epoch = epoch + 1 WHERE id = 1 RETURNING next_event, next_batch")
    ).one()
    return Head(row.next_event, row.next_batch, micros(now(session)))


def insert_events(session: Session, rows: Sequence[tuple[object, ...]]) -> None:
    """Write events; raises `IntegrityError` when an idempotency key stands already."""
    connection = session.connection()
    if is_sqlite(session):
        connection.exec_driver_sql(_INSERT_SQLITE, list(rows))
        return
    arrays = {field: list(column) for field, column in zip(Row._fields, zip(*rows, strict=True), strict=True)}
    connection.execute(text(_INSERT_POSTGRESQL), arrays)


def settle(session: Session, head: Head, changes: Counter[int], count: int) -> None:
    """Carry a batch into the balances, record it, and move the head on; the checks stand behind the statement."""
    moved = [(amount, leaf) for leaf, amount in changes.items() if amount]
    connection = session.connection()
    if is_sqlite(session):
        connection.exec_driver_sql("UPDATE ledger_balance SET posted = posted + ? WHERE leaf_id = ?", moved)
        updated = len(moved)  # executemany tells no count; the audit and the test of missing leaves stand behind
    else:
        updated = connection.execute(
            text(
                "UPDATE ledger_balance b SET posted = posted + c.amount "
                "FROM unnest(CAST(:amounts AS bigint[]), CAST(:leaves AS bigint[])) AS c(amount, leaf_id) "
                "WHERE b.leaf_id = c.leaf_id"
            ),
            {"amounts": [amount for amount, _ in moved], "leaves": [leaf for _, leaf in moved]},
        ).rowcount
    assert updated == len(moved), "every leaf of a batch has a balance"
    session.execute(
        text("INSERT INTO ledger_batch (id, first, last, at) VALUES (:id, :first, :last, :at)"),
        {"id": head.next_batch, "first": head.next_event, "last": head.next_event + count - 1, "at": head.at},
    )
    session.execute(
        text("UPDATE ledger_head SET next_event = next_event + :count, next_batch = next_batch + 1 WHERE id = 1"),
        {"count": count},
    )


def give_serials(session: Session, head: Head, series_id: int, credits_: int) -> int:
    """Give out the next serials of a series for one batch, and return the first."""
    cap: int = session.execute(
        text("SELECT cap FROM ledger_series WHERE id = :series"), {"series": series_id}
    ).scalar_one()
    given = last_serial(session, series_id)
    if given + credits_ > cap:
        raise CapReached(series_id=series_id, wanted=credits_, left=cap - given)
    session.execute(
        text("INSERT INTO ledger_block (series_id, first, last, batch_id) VALUES (:series, :first, :last, :batch)"),
        {"series": series_id, "first": given + 1, "last": given + credits_, "batch": head.next_batch},
    )
    return given + 1


def last_serial(session: Session, series_id: int) -> int:
    """Give the last serial given out in a series, or zero."""
    last: int = session.execute(
        text("SELECT COALESCE(MAX(last), 0) FROM ledger_block WHERE series_id = :series"), {"series": series_id}
    ).scalar_one()
    return last


def standing(session: Session, caller_id: int, day: int, key: bytes) -> tuple[int, bytes] | None:
    """Give the event and fingerprint that stand for a key, or none."""
    row = session.execute(
        text("SELECT id, fingerprint FROM ledger_event WHERE caller = :caller AND day = :day AND key = :key"),
        {"caller": caller_id, "day": day, "key": key},
    ).one_or_none()
    return None if row is None else (row.id, bytes(row.fingerprint))
