"""Hands out what proves an event off line: receipts, and a holder's statement over a period."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now, start_of
from greencredit.kernel.driver import Driver, driver
from greencredit.ledger.errors import CheckpointTooSmall, NoSuchEvent, NotSignedYet, ReceiptGone, StatementTooLong
from greencredit.ledger.queries.names import holder_number
from greencredit.ledger.rules import EFFECTS, OF_PARTIES, Row, seal
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.note import SIGNED_EVERY_SECONDS
from greencredit.proofs.rules.receipt import LogProof, file_text, make_receipt, statement_batch, statement_event
from greencredit.proofs.rules.tree import ReadHashes, inclusion_path_from, reader_over
from greencredit.proofs.rules.verify import totals_after
from greencredit.schemas.proofs import HASH_BYTES, EventRow, Statement, StatementEvent, StoredCheckpoint
from greencredit.schemas.values import Period

STATEMENT_EVENTS_MOST: Final = 10_000
"""How many events one statement proves."""

# The driver's own words: a receipt is to take less than a millisecond.
_BATCH: Final = "SELECT first, last, entry, hashes FROM ledger_batch WHERE first <= ? ORDER BY first DESC LIMIT 1"
_EVENTS: Final = f"SELECT {', '.join(Row._fields)} FROM ledger_event WHERE id >= ? AND id <= ? ORDER BY id"  # noqa: S608
_SECRETS: Final = (
    "SELECT id, secret FROM ledger_holder WHERE id IN (SELECT holder FROM ledger_event WHERE id >= ? AND id <= ?)"
)
_FROZEN: Final = "SELECT event_id, hash, salt FROM ledger_frozen WHERE event_id >= ? AND event_id <= ?"
_NO_SECRET: Final = bytes(seal.SECRET_BYTES)
"""What salts an event that was written when its holder had been erased already."""

_OF_WALLETS: Final = ", ".join(map(str, sorted(OF_PARTIES)))
_MINE: Final = (
    "SELECT id FROM ledger_event WHERE holder = ? AND id >= ? AND id <= ? UNION SELECT id FROM ledger_event "  # noqa: S608 - numbers
    f"WHERE party = ? AND id >= ? AND id <= ? AND kind IN ({_OF_WALLETS}) ORDER BY 1 LIMIT {STATEMENT_EVENTS_MOST + 1}"
)
_SUMS: Final = "SELECT series, kind, SUM(amount) FROM ledger_event WHERE {} = ? AND id < ? GROUP BY series, kind"
_UPTO: Final = "SELECT MAX(last) FROM ledger_batch WHERE at < ?"


def receipt(session: Session, event_id: int, *, of: str | None = None, checkpoint: int | None = None) -> str:
    """Give the receipt file of one event, under the best checkpoint that holds it or the one of a size.

    Where `of` says whose event it must be, somebody else's is as unknown as one that is not there.

    Raises:
        NoSuchEvent: there is none, or it is somebody else's.
        ReceiptGone: its holder was erased.
        NotSignedYet: no checkpoint holds it yet.
    """
    trail = _Trail(session)
    batch = trail.batch_of(event_id)
    shown = trail.shown(batch, event_id)
    if of is not None and shown.row.holder != holder_number(session, of):
        raise NoSuchEvent(event_id)
    signed = _signed_over(session, batch.entry, checkpoint)
    made = make_receipt(
        salt=shown.salt,
        row=shown.packed,
        path=shown.path,
        entry=proofs.entry(session, batch.entry),
        proof=LogProof(batch.entry, tuple(proofs.inclusion(session, batch.entry, signed.size)), signed.note),
        keys=[change.encode() for change in proofs.key_changes(session)],
    )
    return file_text(made)


def statement(session: Session, subject_id: str, period: Period) -> str:
    """Give a holder's statement file: every event of a period under one checkpoint, what he had before and after.

    What was posted in the period and is not signed yet is waited for, never left out.

    Raises:
        NoSuchHolder: nobody of this name ever held credits, or he was erased.
        StatementTooLong: the period has more events than one statement proves.
        NotSignedYet: an event of the period is in no checkpoint yet.
    """
    holder, hot = holder_number(session, subject_id), driver(session)
    first, last = _span(hot, period)
    ids = [number for (number,) in hot.rows(_MINE, (holder, first, last) * 2)]
    if len(ids) > STATEMENT_EVENTS_MOST:
        raise StatementTooLong(most=STATEMENT_EVENTS_MOST)
    batches, events, rows = _proved(session, ids)
    signed = _signed_over(session, batches[-1].entry if batches else -1, None)
    opening = _totals_before(hot, holder, first)
    made = Statement(
        holder=holder,
        opening=opening,
        closing=totals_after(opening, rows, holder, EFFECTS),
        batches=tuple(
            statement_batch(
                proofs.entry(session, batch.entry), batch.entry, proofs.inclusion(session, batch.entry, signed.size)
            )
            for batch in batches
        ),
        events=tuple(events),
        checkpoint=signed.note,
        keys=proofs.key_changes(session),
    )
    return file_text(made)


class _Batch(NamedTuple):
    """A batch, and its place in the log."""

    first: int
    last: int
    entry: int
    roots: ReadHashes
    """Over its chunks."""
    chunks: int


class _Shown(NamedTuple):
    """One event with what leads from it to the root of its batch."""

    row: Row
    salt: bytes
    packed: bytes
    path: list[bytes]


class _Trail:
    """Leads from events to the roots of their batches; what neighbours share is read and hashed once."""

    def __init__(self, session: Session) -> None:
        self._hot = driver(session)
        self._batch: _Batch | None = None
        self._rows: list[tuple[Any, ...]] = []
        self._secrets: dict[int, bytes | None] = {}
        self._salts: dict[int, bytes] = {}
        """Of events of the erased in which an enterprise has a stake."""
        self._hashes: ReadHashes = reader_over(())

    def batch_of(self, event_id: int) -> _Batch:
        """Give the batch of an event; the same one again for the next of its events."""
        if self._batch is None or not self._batch.first <= event_id <= self._batch.last:
            found = self._hot.rows(_BATCH, (event_id,))
            if not found or found[0][1] < event_id:
                raise NoSuchEvent(event_id)
            first, last, entry, kept = found[0]
            roots = _split(bytes(kept))
            self._batch = _Batch(first, last, entry, reader_over(roots), len(roots))
            self._rows = []
        return self._batch

    def shown(self, batch: _Batch, event_id: int) -> _Shown:
        """Give an event of a batch with its salt and its path: first inside its chunk, then over the chunks' roots."""
        chunk, place = divmod(event_id - batch.first, seal.CHUNK)
        if not self._rows or not self._rows[0][0] <= event_id <= self._rows[-1][0]:
            self._read(batch, chunk)
        at = bisect_left(self._rows, event_id, key=lambda row: row[0])
        if at == len(self._rows) or self._rows[at][0] != event_id:
            raise NoSuchEvent(event_id)
        row = Row(*self._rows[at])
        secret = self._secrets[row.holder]
        salt = self._salts.get(event_id) if secret is None else seal.salt_of(bytes(secret), event_id)
        if salt is None:
            raise ReceiptGone(event_id)
        path = inclusion_path_from(self._hashes, place, len(self._rows))
        path += inclusion_path_from(batch.roots, chunk, batch.chunks)
        return _Shown(row, salt, seal.packed(row), path)

    def _read(self, batch: _Batch, chunk: int) -> None:
        first = batch.first + chunk * seal.CHUNK
        span = (first, min(first + seal.CHUNK - 1, batch.last))
        self._rows = rows = self._hot.rows(_EVENTS, span)
        self._secrets = dict(self._hot.rows(_SECRETS, span))
        known = {holder: secret or _NO_SECRET for holder, secret in self._secrets.items()}
        hashes = seal.event_hashes(rows, known)
        if None in self._secrets.values():
            kept = self._hot.rows(_FROZEN, span)
            frozen = {number: bytes(hashed) for number, hashed, _ in kept}
            self._salts = {number: bytes(salt) for number, _, salt in kept if salt is not None}
            hashes = [frozen.get(row[0], hashed) for row, hashed in zip(rows, hashes, strict=True)]
        self._hashes = reader_over(hashes)


def _proved(session: Session, ids: Sequence[int]) -> tuple[list[_Batch], list[StatementEvent], list[EventRow]]:
    """Lead each of these events to the root of its batch; events of one batch share it."""
    trail = _Trail(session)
    batches: list[_Batch] = []
    events: list[StatementEvent] = []
    rows: list[EventRow] = []
    for number in ids:
        batch = trail.batch_of(number)
        if not batches or batch is not batches[-1]:
            batches.append(batch)
        shown = trail.shown(batch, number)
        events.append(statement_event(len(batches) - 1, salt=shown.salt, row=shown.packed, path=shown.path))
        rows.append(EventRow.unpack(shown.packed))
    return batches, events, rows


def _split(hashes: bytes) -> Sequence[bytes]:
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def _signed_over(session: Session, entry: int, size: int | None) -> StoredCheckpoint:
    """Give the checkpoint to prove an entry under."""
    if size is not None:
        if size <= entry:
            raise CheckpointTooSmall(entry=entry, size=size)
        return proofs.checkpoint_at(session, size)
    found = proofs.checkpoint_over(session, entry)
    if found is not None:
        return found
    newest = proofs.latest_checkpoint(session)
    due = timedelta(seconds=SIGNED_EVERY_SECONDS)
    left = due if newest is None else newest.signed_at + due - now(session)
    raise NotSignedYet(
        entry=entry,
        signed=None if newest is None else newest.size,
        retry_after_seconds=min(max(1, round(left.total_seconds())), SIGNED_EVERY_SECONDS),
    )


def _span(hot: Driver, period: Period) -> tuple[int, int]:
    """Give the first event of a period and its last; of an empty period the last stands before the first."""
    ((before,),) = hot.rows(_UPTO, (micros(start_of(period.since)),))  # where the period before ended
    ((last,),) = hot.rows(_UPTO, (micros(start_of(period.until)),))
    return (before or 0) + 1, last or 0


def _totals_before(hot: Driver, holder: int, event_id: int) -> dict[str, int]:
    """Add up what a holder had before an event, by series, as proofs add it up."""
    totals: defaultdict[str, int] = defaultdict(int)
    for place, column in enumerate(("holder", "party")):
        for series, kind, amount in hot.rows(_SUMS.format(column), (holder, event_id)):
            totals[str(series)] += EFFECTS[kind][place] * int(amount)
    return {series: total for series, total in totals.items() if total}
