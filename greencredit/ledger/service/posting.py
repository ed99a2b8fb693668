"""Writes one batch: head locked, events, balances, serial blocks, seal; the only file that inserts events.

Statements go to the driver as tuples (SQLite) or arrays and COPY (PostgreSQL): mapped objects were 4 to 9 times slower.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
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

NEW_HOLDERS: Final = "ledger.new_holders"
"""Where a session notes the holders it made: what is not committed yet must not be remembered beyond it."""

Rows = Sequence[tuple[Any, ...]]
"""Events as `Row` has them; plain tuples where there are ten thousand."""


class Head(NamedTuple):
    """What the next batch begins with, read under the lock."""

    next_event: int
    next_batch: int
    log_size: int
    erasures: int
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
_SECRETS: Final = "ledger.secrets"
_REMEMBERED: Final = 250_000
"""Secrets kept in memory: about 30 MB."""
_BELOW: Final = frozenset(rules.BELOW_ZERO)
_COPY_FROM: Final = 200
"""So many rows go by COPY; fewer are quicker as arrays."""


def lock_head(session: Session) -> Head:
    """Lock the one row every posting goes through; the caller's batch is now the only one in progress."""
    row = session.execute(
        text(
            "UPDATE ledger_head SET epoch = epoch + 1 WHERE id = 1 RETURNING next_event, next_batch, log_size, erasures"
        )
    ).one()
    return Head(*row, micros(now(session)))


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
        with closing(connection.connection.cursor()) as cursor:
            cursor.executemany(_INSERT_SQLITE, rows)
        return
    arrays = {field: list(column) for field, column in zip(Row._fields, zip(*rows, strict=True), strict=True)}
    connection.execute(text(_INSERT_POSTGRESQL), arrays)


def carry(session: Session, changes: Mapping[int, int]) -> None:
    """Carry a batch into the balances; the database refuses whatever would cross zero.

    What moves away from zero may open its leaf; what moves towards zero must find it.
    """
    away = [(leaf, by) for leaf, by in changes.items() if by and (by < 0) == (leaf & 15 in _BELOW)]
    back = [(by, leaf) for leaf, by in changes.items() if by and (by < 0) != (leaf & 15 in _BELOW)]
    if away:
        _carry_away(session, away)
    if back:
        _carry_back(session, back)


def _carry_away(session: Session, moves: Sequence[tuple[int, int]]) -> None:
    """Move (leaf, by) further from zero, opening leaves that are not there yet."""
    connection = session.connection()
    if is_sqlite(session):
        connection.exec_driver_sql(
            "INSERT INTO ledger_balance (leaf_id, posted) VALUES (?, ?) "
            "ON CONFLICT (leaf_id) DO UPDATE SET posted = posted + excluded.posted",
            list(moves),
        )
        return
    leaves, amounts = zip(*moves, strict=True)
    connection.execute(
        text(
            "INSERT INTO ledger_balance AS b (leaf_id, posted) "
            "SELECT * FROM unnest(CAST(:leaves AS bigint[]), CAST(:amounts AS bigint[])) "
            "ON CONFLICT (leaf_id) DO UPDATE SET posted = b.posted + excluded.posted"
        ),
        {"leaves": list(leaves), "amounts": list(amounts)},
    )


def _carry_back(session: Session, moves: Sequence[tuple[int, int]]) -> None:
    """Move (by, leaf) towards zero."""
    connection = session.connection()
    if is_sqlite(session):
        updated = connection.exec_driver_sql(
            "UPDATE ledger_balance SET posted = posted + ? WHERE leaf_id = ?", list(moves)
        ).rowcount
    else:
        amounts, leaves = zip(*moves, strict=True)
        updated = connection.execute(
            text(
                "UPDATE ledger_balance b SET posted = b.posted + c.amount "
                "FROM unnest(CAST(:leaves AS bigint[]), CAST(:amounts AS bigint[])) AS c(leaf_id, amount) "
                "WHERE b.leaf_id = c.leaf_id"
            ),
            {"leaves": list(leaves), "amounts": list(amounts)},
        ).rowcount
    assert updated == len(moves), "what moves towards zero was on a leaf"


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


def secrets_of(session: Session, head: Head, holders: Iterable[int]) -> Mapping[int, bytes]:
    """Give the secrets that salt the hashes; refuses a holder that is not there or was erased.

    They are remembered between transactions for as long as nobody anywhere is erased.
    """
    known = _remembered(session, head)
    wanted = set(holders)
    if missing := [number for number in wanted if number not in known]:
        rows = in_batches(session, "SELECT id, secret FROM ledger_holder WHERE id", missing)
        found = {number: bytes(secret) for number, secret in rows if secret is not None}
        if len(found) < len(missing):
            _refuse_unknown(session, next(number for number in missing if number not in found))
        if not session.info.get(NEW_HOLDERS, frozenset()).isdisjoint(found):
            return known | found  # a number made in this transaction may yet belong to another
        known.update(found)
    return known


def _remembered(session: Session, head: Head) -> dict[int, bytes]:
    memory: dict[str, tuple[int, dict[int, bytes]]] = session.info.get("memory", {})
    erasures, known = memory.get(_SECRETS, (-1, {}))
    if erasures != head.erasures or len(known) > _REMEMBERED:
        known = {}
        memory[_SECRETS] = (head.erasures, known)
    return known


def _refuse_unknown(session: Session, holder: int) -> None:
    known = session.execute(text("SELECT 1 FROM ledger_holder WHERE id = :id"), {"id": holder}).first()
    raise HolderErased(holder) if known else NoSuchHolder(str(holder))


def in_batches(session: Session, statement: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """Run `… WHERE column` for whole numbers, however many; the rows are in no order."""
    sqlite = is_sqlite(session)
    # The driver's own cursor: rows wrapped one by one cost more than they do.
    with closing(session.connection().connection.cursor()) as cursor:
        if not sqlite:
            cursor.execute(f"{statement} = ANY(%s)", (list(numbers),))
            return list(cursor.fetchall())
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(numbers), _AT_ONCE):
            part = numbers[start : start + _AT_ONCE]
            cursor.execute(f"{statement} IN ({', '.join(map(str, part))})")
            rows += cursor.fetchall()
        return rows
