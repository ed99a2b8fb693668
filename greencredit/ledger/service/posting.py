"""Writes one batch: head locked, events, balances, serial blocks, seal; the only file that inserts events.

Statements go to the driver as tuples (SQLite) or arrays and COPY (PostgreSQL): mapped objects were 4 to 9 times slower.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.database import is_sqlite
from greencredit.ledger import rules
from greencredit.ledger.errors import CapReached, HolderErased, NoSuchHolder
from greencredit.ledger.rules import seal
from greencredit.ledger.rules.book import Row, SeriesFacts
from greencredit.proofs import service as proofs

Rows = Sequence[tuple[Any, ...]]
"""Events as `Row` has them; plain tuples where there are ten thousand."""


class Head(NamedTuple):
    """What the next batch begins with, read under the lock."""

    next_event: int
    next_batch: int
    log_size: int
    at: int


_COLUMNS: Final = ", ".join(Row._fields)
_TYPES: Final = {"kind": "smallint", "caller": "smallint", "key": "bytea", "fingerprint": "bytea"} | dict.fromkeys(
    ("series", "holder", "party"), "integer"
)
_INSERT_SQLITE: Final = f"INSERT INTO ledger_event ({_COLUMNS}) VALUES ({', '.join('?' * len(Row._fields))})"  # noqa: S608
_ARRAYS: Final = ", ".join(f"CAST(:{field} AS {_TYPES.get(field, 'bigint')}[])" for field in Row._fields)
_INSERT_POSTGRESQL: Final = f"INSERT INTO ledger_event ({_COLUMNS}) SELECT * FROM unnest({_ARRAYS})"  # noqa: S608
_COPY: Final = f"COPY ledger_event ({_COLUMNS}) FROM STDIN (FORMAT binary)"
_AT_ONCE: Final = 10_000
_BELOW: Final = frozenset(rules.BELOW_ZERO)
_COPY_FROM: Final = 200
"""So many rows go by COPY; fewer are quicker as arrays."""


def lock_head(session: Session) -> Head:
    """Lock the one row every posting goes through; the caller's batch is now the only one in progress."""
    row = session.execute(
        text("UPDATE ledger_head SET epoch = epoch + 1 WHERE id = 1 RETURNING next_event, next_batch, log_size")
    ).one()
    return Head(row.next_event, row.next_batch, row.log_size, micros(now(session)))


def write(
    session: Session,
    head: Head,
    rows: Rows,
    changes: Mapping[int, int],
    *,
    given: Mapping[int, tuple[int, int]],
    secrets: Mapping[int, bytes],
    sums: dict[str, dict[str, str]] | None = None,
) -> None:
    """Write a batch whole: events, balances, serial blocks, the batch and its record in the log.

    `given` has the first and last serial of each series, `secrets` those of every holder in the rows, `sums` the
    credits by series and kind where they are known already.

    Raises:
        IntegrityError: an idempotency key stands already, or a check behind the decision failed.
    """
    insert_events(session, rows)
    carry(session, changes)
    for series, (first, last) in sorted(given.items()):
        session.execute(
            text("INSERT INTO ledger_block (series_id, first, last, batch_id) VALUES (:s, :first, :last, :batch)"),
            {"s": series, "first": first, "last": last, "batch": head.next_batch},
        )
    hashes = seal.chunk_roots(seal.event_hashes(rows, secrets))
    last_event = head.next_event + len(rows) - 1
    record = seal.batch_record(
        batch=head.next_batch,
        first=head.next_event,
        last=last_event,
        at=head.at,
        root=seal.batch_root(hashes),
        sums=seal.sums_of(rows) if sums is None else sums,
    )
    log_size = proofs.append(session, head.log_size, [("batch", record)])
    session.execute(
        text(
            "INSERT INTO ledger_batch (id, first, last, at, entry, hashes) "
            "VALUES (:id, :first, :last, :at, :entry, :hashes)"
        ),
        {
            "id": head.next_batch,
            "first": head.next_event,
            "last": last_event,
            "at": head.at,
            "entry": head.log_size,
            "hashes": b"".join(hashes),
        },
    )
    session.execute(
        text("UPDATE ledger_head SET next_event = :next, next_batch = :batch, log_size = :size WHERE id = 1"),
        {"next": last_event + 1, "batch": head.next_batch + 1, "size": log_size},
    )


def insert_events(session: Session, rows: Rows) -> None:
    """Write events; raises `IntegrityError` when an idempotency key stands already."""
    connection = session.connection()
    if is_sqlite(session):
        connection.exec_driver_sql(_INSERT_SQLITE, list(rows))
        return
    arrays = {field: list(column) for field, column in zip(Row._fields, zip(*rows, strict=True), strict=True)}
    connection.execute(text(_INSERT_POSTGRESQL), arrays)


def carry(session: Session, changes: Mapping[int, int]) -> None:
    """Carry a batch into the balances; the database refuses whatever would cross zero.

    What moves away from zero may open its leaf; what moves towards zero must find it.
    """
    away = [(leaf, by) for leaf, by in changes.items() if by and (by < 0) == (leaf & 15 in _BELOW)]
    back = [(by, leaf) for leaf, by in changes.items() if by and (by < 0) != (leaf & 15 in _BELOW)]
    connection = session.connection()
    if is_sqlite(session):
        if away:
            connection.exec_driver_sql(
                "INSERT INTO ledger_balance (leaf_id, posted) VALUES (?, ?) "
                "ON CONFLICT (leaf_id) DO UPDATE SET posted = posted + excluded.posted",
                away,
            )
        if back:
            updated = connection.exec_driver_sql(
                "UPDATE ledger_balance SET posted = posted + ? WHERE leaf_id = ?", back
            ).rowcount
            assert updated == len(back), "what moves towards zero was on a leaf"
        return
    if away:
        connection.execute(
            text(
                "INSERT INTO ledger_balance AS b (leaf_id, posted) "
                "SELECT * FROM unnest(CAST(:leaves AS bigint[]), CAST(:amounts AS bigint[])) "
                "ON CONFLICT (leaf_id) DO UPDATE SET posted = b.posted + excluded.posted"
            ),
            {"leaves": [leaf for leaf, _ in away], "amounts": [by for _, by in away]},
        )
    if back:
        updated = connection.execute(
            text(
                "UPDATE ledger_balance b SET posted = b.posted + c.amount "
                "FROM unnest(CAST(:leaves AS bigint[]), CAST(:amounts AS bigint[])) AS c(leaf_id, amount) "
                "WHERE b.leaf_id = c.leaf_id"
            ),
            {"leaves": [leaf for _, leaf in back], "amounts": [by for by, _ in back]},
        ).rowcount
        assert updated == len(back), "what moves towards zero was on a leaf"


def series_facts(session: Session, series_ids: Iterable[int]) -> dict[int, SeriesFacts]:
    """Read what the verbs must know of series; one that is not there is absent."""
    wanted = sorted(set(series_ids))
    return {
        number: SeriesFacts(issuer_id, expires_at, month, cap)
        for number, issuer_id, expires_at, month, cap in in_batches(
            session, "SELECT id, issuer_id, expires_at, award_month, cap FROM ledger_series WHERE id", wanted
        )
    }


def last_serials(session: Session, series_ids: Iterable[int]) -> dict[int, int]:
    """Give the last serial given out in each series, or zero."""
    statement = text("SELECT COALESCE(MAX(last), 0) FROM ledger_block WHERE series_id = :series")
    return {series: session.execute(statement, {"series": series}).scalar_one() for series in sorted(set(series_ids))}


def require_room(series_id: int, facts: SeriesFacts, given: int, wanted: int) -> None:
    """Refuse what the filed cap leaves no room for."""
    if given + wanted > facts.cap:
        raise CapReached(series_id=series_id, wanted=wanted, left=facts.cap - given)


def secrets_of(session: Session, holders: Iterable[int]) -> dict[int, bytes]:
    """Read the secrets that salt the hashes; refuses a holder that is not there or was erased."""
    wanted = list(dict.fromkeys(holders))
    rows = in_batches(session, "SELECT id, secret FROM ledger_holder WHERE id", wanted)
    found: dict[int, bytes] = {number: secret for number, secret in rows if secret is not None}
    if len(found) < len(wanted):
        missing = next(number for number in wanted if number not in found)
        known = session.execute(text("SELECT 1 FROM ledger_holder WHERE id = :id"), {"id": missing}).first()
        raise HolderErased(missing) if known else NoSuchHolder(str(missing))
    return found


def in_batches(session: Session, statement: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """Run `… WHERE column` for whole numbers, however many; the rows are in no order."""
    connection = session.connection()
    if not is_sqlite(session):
        found = connection.execute(text(f"{statement} = ANY(CAST(:ids AS bigint[]))"), {"ids": list(numbers)})
        return [tuple(row) for row in found]
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(numbers), _AT_ONCE):
        part = numbers[start : start + _AT_ONCE]
        found = connection.exec_driver_sql(f"{statement} IN ({', '.join(map(str, part))})")
        rows += [tuple(row) for row in found]
    return rows
