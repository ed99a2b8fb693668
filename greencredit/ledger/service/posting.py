"""Writes one batch: head locked, events, balances, serial blocks, seal; beside it only the sweep inserts events.

Statements go to the driver as tuples (SQLite) or arrays and COPY (PostgreSQL): mapped objects were 4 to 9 times slower.
"""

import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from operator import itemgetter
from types import NoneType
from typing import Any, Final, NamedTuple, Self

from sqlalchemy.orm import Session

from greencredit.kernel.arrays import Array, Bigints, Blobs, Integers, Smallints, bigints, blobs, numbers
from greencredit.kernel.clock import micros, now
from greencredit.kernel.driver import Driver, driver
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
    """Micros of the ledger's time: the clock's, or the last batch's where a clock was put back."""


_COLUMNS: Final = ", ".join(Row._fields)
_TYPES: Final[dict[str, type[Array]]] = {
    **dict.fromkeys(("kind", "caller"), Smallints),
    **dict.fromkeys(("series", "holder", "party"), Integers),
    **dict.fromkeys(("key", "fingerprint"), Blobs),
}
_INSERT: Final = f"INSERT INTO ledger_event ({_COLUMNS})"
_INSERT_ROW: Final = f"{_INSERT} VALUES ({', '.join('?' * len(Row._fields))})"
_KINDS: Final = [_TYPES.get(field, Bigints) for field in Row._fields]
_INSERT_ARRAYS: Final = f"{_INSERT} SELECT * FROM unnest({', '.join('?' * len(Row._fields))})"  # noqa: S608 - constants
_COPY: Final = f"COPY ledger_event ({_COLUMNS}) FROM STDIN (FORMAT binary)"
COPY_FROM: Final = 200
"""So many rows go by COPY; fewer are quicker as arrays."""
_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_AWARD: Final = struct.Struct(">hiqiihiiiiiiqihi16siiiq")
"""An award in binary COPY: twelve fields, those it has not as -1."""
_WIDTHS: Final = (8, 8, 2, 4, 4, 4, 8, 2, 16, 16, 8, 8)
_FORMS: Final = {2: "h", 4: "i", 8: "q", 16: "16s"}
_LENGTHS: Final = (len(_WIDTHS), -1, *_FORMS)
"""What stands between the fields of a row in binary COPY: how many there are, nothing, and the widths."""
_BELOW: Final = frozenset(rules.BELOW_ZERO)
_SECRETS: Final = "ledger.secrets"
_REMEMBERED: Final = 250_000
"""Secrets kept in memory: about 30 MB."""


class Moves(NamedTuple):
    """Changes of balances, in the order of the leaves: away from zero (leaf, by), towards zero (by, leaf)."""

    away: list[tuple[int, int]]
    back: list[tuple[int, int]]

    @classmethod
    def of(cls, changes: Mapping[int, int]) -> Self:
        """Sort changes into the two; neighbours in the index come one after the other."""
        away, back = [], []
        for move in sorted(changes.items()):
            leaf, by = move
            if not by:
                continue
            if (by < 0) == (leaf & 15 in _BELOW):
                away.append(move)
            else:
                back.append((by, leaf))
        return cls(away, back)


LOCK_HEAD: Final = (
    "UPDATE ledger_head SET epoch = epoch + 1 WHERE id = 1 RETURNING next_event, next_batch, log_size, erasures, latest"
)
"""Locks the one row every posting goes through; its rows go to `head_of`."""


def lock_head(session: Session) -> Head:
    """Lock the one row every posting goes through; the caller's batch is now the only one in progress."""
    with driver(session) as hot:
        return head_of(session, hot.rows(LOCK_HEAD))


def head_of(session: Session, rows: Sequence[tuple[int, ...]]) -> Head:
    """Read what `LOCK_HEAD` gave."""
    next_event, next_batch, log_size, erasures, latest = rows[0]
    return Head(next_event, next_batch, log_size, erasures, max(latest, micros(now(session))))


def write(
    session: Session,
    head: Head,
    rows: Rows,
    moves: Moves,
    *,
    given: Mapping[int, tuple[int, int]],
    secrets: Mapping[int, bytes],
    sums: dict[str, dict[str, str]] | None = None,
    facts_wait: bool = True,
) -> None:
    """Write a batch whole: events, balances, serial blocks, the batch and its record in the log.

    `given` has the first and last serial of each series, `secrets` those of every holder in the rows, `sums` the
    credits by series and kind where they are known already; without `facts_wait` no fact of another room waits for
    the log.

    Raises:
        IntegrityError: of the driver; a check behind the decision failed.
    """
    with driver(session) as hot:
        if hot.sqlite or len(rows) < COPY_FROM:
            _insert_events(hot, rows)
            _carry(hot, moves)  # both are on their way where nothing is waited for: the server writes while we hash
            chunks = seal.chunk_roots(seal.event_hashes(rows, secrets))
        else:
            chunks = _written_aside(hot, rows, moves, secrets)
        _give(hot, head.next_batch, given)
    sums = seal.sums_of(rows) if sums is None else sums
    seal_batch(session, head, len(rows), chunks, sums, facts_wait=facts_wait)


def _written_aside(hot: Driver, rows: Rows, moves: Moves, secrets: Mapping[int, bytes]) -> list[bytes]:
    """Let the server write events and balances, and hash the events here meanwhile; gives the roots of chunks.

    The second thread only waits for the server; the session is not touched before it is done.
    """
    with ThreadPoolExecutor(max_workers=1) as aside:
        copying = aside.submit(hot.copy, _COPY, copied(rows))
        carrying = aside.submit(_carry, hot, moves)
        chunks = seal.chunk_roots(seal.event_hashes(rows, secrets))
        copying.result()
        carrying.result()
    return chunks


def seal_batch(
    session: Session,
    head: Head,
    events: int,
    chunks: Sequence[bytes],
    sums: Mapping[str, Mapping[str, str]],
    *,
    facts_wait: bool = True,
) -> None:
    """Close a batch whose events and balances are written: its row, its record in the log, and the head moved on.

    `chunks` are the roots over every 128 of its events.
    """
    last = head.next_event + events - 1
    record = seal.batch_record(
        batch=head.next_batch,
        first=head.next_event,
        last=last,
        at=head.at,
        root=seal.batch_root(chunks),
        sums=sums,
    )
    with driver(session) as hot:
        hot.run(
            "INSERT INTO ledger_batch (id, first, last, at, entry, hashes) VALUES (?, ?, ?, ?, ?, ?)",
            (head.next_batch, head.next_event, last, head.at, head.log_size, b"".join(chunks)),
        )
        log_size = proofs.append(session, head.log_size, [("batch", record)], facts_wait=facts_wait)
        hot.run(
            "UPDATE ledger_head SET next_event = ?, next_batch = ?, log_size = ?, latest = ? WHERE id = 1",
            (last + 1, head.next_batch + 1, log_size, head.at),
        )


def _insert_events(hot: Driver, rows: Rows) -> None:
    if hot.sqlite:
        hot.many(_INSERT_ROW, rows)
    else:
        hot.run(_INSERT_ARRAYS, _arrays(rows))


def _arrays(rows: Rows) -> list[Array]:
    columns = zip(*rows, strict=True)
    return [
        blobs(column) if kind is Blobs else numbers(kind, column) for kind, column in zip(_KINDS, columns, strict=True)
    ]


def copied(rows: Rows) -> bytes:
    """Write events as PostgreSQL's binary COPY has them: for each field its length (-1: nothing) and its bytes."""
    award = _AWARD.pack
    parts = [_COPY_HEAD]
    for row in rows:
        number, grp, kind, series, holder, party, amount, caller, key, mark, cause, serial = row
        if grp is None and party is None and mark is None and cause is None and key is not None and serial is not None:
            numbers = (12, 8, number, -1, 2, kind, 4, series, 4, holder, -1, 8, amount, 2, caller, 16)
            parts.append(award(*numbers, key, -1, -1, 8, serial))
        else:
            chosen, pack = _shape(*map(type, row))
            parts.append(pack(*chosen(row + _LENGTHS)))
    parts.append(b"\xff\xff")
    return b"".join(parts)


@cache
def _shape(*types: type) -> tuple[Callable[[tuple[Any, ...]], tuple[Any, ...]], Callable[..., bytes]]:
    """Give, for rows with nothing in the same places, which of row and lengths follow each other, and their packing."""
    chosen, form = [_length(len(types))], ">h"
    for place, (kind, width) in enumerate(zip(types, _WIDTHS, strict=True)):
        is_there = kind is not NoneType
        chosen += [_length(width), place] if is_there else [_length(-1)]
        form += "i" + _FORMS[width] if is_there else "i"
    return itemgetter(*chosen), struct.Struct(form).pack


def _length(of: int) -> int:
    """Give the place of a length behind the fields of a row."""
    return len(Row._fields) + _LENGTHS.index(of)


def carry(hot: Driver, changes: Mapping[int, int]) -> None:
    """Carry a batch into the balances; the database refuses whatever would cross zero.

    What moves away from zero may open its leaf; what moves towards zero must find it.
    """
    _carry(hot, Moves.of(changes))


def _carry(hot: Driver, moves: Moves) -> None:
    away, back = moves
    if away and hot.sqlite:
        hot.many(
            "INSERT INTO ledger_balance (leaf_id, posted) VALUES (?, ?) "
            "ON CONFLICT (leaf_id) DO UPDATE SET posted = posted + excluded.posted",
            away,
        )
    elif away:
        hot.run(
            "INSERT INTO ledger_balance AS b (leaf_id, posted) SELECT * FROM unnest(?, ?) "
            "ON CONFLICT (leaf_id) DO UPDATE SET posted = b.posted + excluded.posted",
            _columns(away),
        )
    if back:
        _carry_back(hot, back)


def _carry_back(hot: Driver, moves: Sequence[tuple[int, int]]) -> None:
    """Move (by, leaf) towards zero."""
    if hot.sqlite:
        updated = hot.many("UPDATE ledger_balance SET posted = posted + ? WHERE leaf_id = ?", moves)
    else:
        updated = hot.run(
            "UPDATE ledger_balance b SET posted = b.posted + c.amount "
            "FROM unnest(?, ?) AS c(amount, leaf_id) WHERE b.leaf_id = c.leaf_id",
            _columns(moves),
        )
    assert updated == len(moves), "what moves towards zero was on a leaf"


def _give(hot: Driver, batch: int, given: Mapping[int, tuple[int, int]]) -> None:
    """Record the serials that a batch gave out; the database refuses overlaps, gaps and what is beyond the cap."""
    rows = [(series, first, last, batch) for series, (first, last) in sorted(given.items())]
    insert = "INSERT INTO ledger_block (series_id, first, last, batch_id)"
    if rows and hot.sqlite:
        hot.many(f"{insert} VALUES (?, ?, ?, ?)", rows)
    elif rows:
        hot.run(f"{insert} SELECT * FROM unnest(?, ?, ?, ?)", _columns(rows))  # noqa: S608 - a constant


def _columns(rows: Sequence[tuple[int, ...]]) -> list[Array]:
    return [bigints(column) for column in zip(*rows, strict=True)]


class SeriesNow(NamedTuple):
    """A series and the last serial given out in it."""

    facts: SeriesFacts
    given: int


SERIES_WHERE: Final = (
    "SELECT s.id, s.issuer_id, s.expires_at, s.award_month, s.cap, s.clawback_cap, s.refund_grace_days, "
    "COALESCE((SELECT b.last FROM ledger_block b WHERE b.series_id = s.id ORDER BY b.first DESC LIMIT 1), 0) "
    "FROM ledger_series s WHERE s.id"
)
"""What the verbs must know of series; its rows go to `series_of`."""


def series_now(session: Session, series_ids: Iterable[int]) -> dict[int, SeriesNow]:
    """Read what the verbs must know of series; one that is not there is absent."""
    with driver(session) as hot:
        return series_of(hot.where_in(SERIES_WHERE, sorted(set(series_ids))))


def series_of(rows: Iterable[tuple[Any, ...]]) -> dict[int, SeriesNow]:
    """Read what `SERIES_WHERE` gave."""
    return {row[0]: SeriesNow(SeriesFacts(*row[1:7]), row[7]) for row in rows}


def require_room(series_id: int, now_: SeriesNow, wanted: int) -> None:
    """Refuse what the filed cap leaves no room for."""
    if now_.given + wanted > now_.facts.cap:
        raise CapReached(series_id=series_id, wanted=wanted, left=now_.facts.cap - now_.given)


SECRETS_WHERE: Final = "SELECT id, secret FROM ledger_holder WHERE id"
"""The secrets of holders; its rows go to `remember`."""


def unremembered(session: Session, holders: Collection[int]) -> list[int]:
    """Name those whose secrets this process does not remember."""
    _, known = session.info.get("memory", {}).get(_SECRETS, (-1, {}))
    return [number for number in holders if number not in known]


def remember(session: Session, head: Head, rows: Iterable[tuple[Any, ...]]) -> dict[int, bytes]:
    """Remember what `SECRETS_WHERE` gave between transactions, for as long as nobody anywhere is erased."""
    known = remembered(session, head)
    found = {number: bytes(secret) for number, secret in rows if secret is not None}
    if session.info.get(NEW_HOLDERS, frozenset()).isdisjoint(found):
        known.update(found)
        return known
    return known | found  # a number made in this transaction may yet belong to another


def secrets_of(session: Session, head: Head, holders: Collection[int]) -> Mapping[int, bytes]:
    """Give the secrets that salt the hashes; refuses a holder that is not there or was erased."""
    known = remembered(session, head)
    if missing := [number for number in set(holders) if number not in known]:
        with driver(session) as hot:
            rows = hot.where_in(SECRETS_WHERE, missing)
        known = remember(session, head, rows)
        for number in missing:
            if number not in known:
                raise HolderErased(number) if number in {row[0] for row in rows} else NoSuchHolder(str(number))
    return known


def in_batches(session: Session, statement: str, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
    """Run `… WHERE column` for whole numbers, however many; the rows are in no order."""
    with driver(session) as hot:
        return hot.where_in(statement, numbers)


def remembered(session: Session, head: Head) -> dict[int, bytes]:
    """Give the secrets this process remembers that still hold: nobody anywhere was erased since."""
    memory: dict[str, tuple[int, dict[int, bytes]]] = session.info.get("memory", {})
    erasures, known = memory.get(_SECRETS, (-1, {}))
    if erasures != head.erasures or len(known) > _REMEMBERED:
        known = {}
        memory[_SECRETS] = (head.erasures, known)
    return known
