"""The check of seals: every event is hashed again, and every batch held against its record in the log.

Events are read in portions of neighbouring numbers and hashed a portion at a time; what is kept of a batch while it is
read are the roots over every 128 of its events, so that the memory does not grow with the ledger, nor with a batch.
"""

import json
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from typing import Any, Final, NamedTuple, Self

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger.queries.audit.answer import FIRST_FEW, Answer, Books
from greencredit.ledger.queries.reading import in_parts
from greencredit.ledger.rules import seal
from greencredit.ledger.rules.book import Row
from greencredit.proofs import queries as proofs
from greencredit.schemas.proofs import HASH_BYTES

_NO_SECRET: Final = bytes(seal.SECRET_BYTES)
"""What salts the little that is written of a holder after his erasure."""

_EVENTS_AT_ONCE: Final = 16_384
_BATCHES_AT_ONCE: Final = 512
_SECRETS_KEPT: Final = 250_000
"""Secrets that are remembered from one portion to the next: about 30 MB."""

_EVENTS: Final = (
    f"SELECT {', '.join(Row._fields)} FROM ledger_event WHERE id > {{}} ORDER BY id LIMIT {_EVENTS_AT_ONCE}"  # noqa: S608
)
_SECRETS: Final = "SELECT id, secret FROM ledger_holder WHERE id"
_FROZEN: Final = text("SELECT event_id, hash, salt FROM ledger_frozen WHERE event_id BETWEEN :first AND :last")
_BATCHES: Final = text(
    "SELECT id, first, last, at, entry, hashes FROM ledger_batch WHERE id > :after ORDER BY id LIMIT :n"
)


class _Batch(NamedTuple):
    """One row of the batches."""

    id: int
    first: int
    last: int
    at: int
    entry: int
    hashes: bytes


def batches_are_sealed(books: Books) -> Answer:
    """Hash every event again, and compare batch by batch with what is kept and with what the log says."""
    broken: list[str] = []
    events = _Events(books, broken)
    entries = 0
    for batches in _batches(books.session):
        records = proofs.entries_at(books.session, [batch.entry for batch in batches])
        for batch in batches:
            broken += _wrongs(batch, events.of(batch), records.get(batch.entry))
        if len(broken) > FIRST_FEW:
            break
    else:
        broken += [f"event {number} is in no batch" for number in events.left_over()]
        entries = proofs.size(books.session)
        broken += _log(books, entries)
    return Answer(books.events + entries, tuple(broken[:FIRST_FEW]))


def _log(books: Books, entries: int) -> Iterator[str]:
    """Compare the log's length with the head's, and its batch records with the batches."""
    size = books.session.execute(text("SELECT log_size FROM ledger_head")).scalar_one()
    if size != entries:
        yield f"the log has {entries} entries, its head says {size}"
    records = proofs.count_of(books.session, "batch")
    if records != books.batches:
        yield f"the log has records of {records} batches, there are {books.batches}"


def _batches(session: Session) -> Iterator[list[_Batch]]:
    after = -1
    while rows := session.execute(_BATCHES, {"after": after, "n": _BATCHES_AT_ONCE}).all():
        yield [_Batch(*row) for row in rows]
        after = rows[-1].id


class _Found(NamedTuple):
    """What the events of one batch come to."""

    events: int
    chunks: list[bytes]
    sums: Mapping[tuple[int, int], int]


class _Secrets(dict[int, bytes]):
    """The secrets of holders; when one is missing, those of a whole portion of events are read together."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: Sequence[tuple[Any, ...]] = ()
        self.without: set[int] = set()
        """Holders who have none, erased or not there; what stands in its place salts what is written of them."""

    def for_(self, rows: Sequence[tuple[Any, ...]]) -> Self:
        """Be asked for the holders of these events from now on."""
        if len(self) > _SECRETS_KEPT:
            self.clear()
            self.without.clear()
        self._rows = rows
        return self

    def __missing__(self, holder: int) -> bytes:
        """Read what is missing for the portion, of which this holder is one."""
        missing = {row[4] for row in self._rows}.difference(self)  # `- self.keys()` would walk over all that is known
        found = in_parts(self._session, _SECRETS, missing)
        self.update((number, bytes(secret)) for number, secret in found if secret is not None)
        without = missing.difference(self)
        self.without |= without
        self.update(dict.fromkeys(without, _NO_SECRET))
        return self[holder]


class _Events:
    """Walks over all events once, in order, hashing a portion at a time."""

    def __init__(self, books: Books, broken: list[str]) -> None:
        self._session, self._frozen, self._broken = books.session, books.frozen, broken
        self._rows: Sequence[tuple[Any, ...]] = ()
        self._hashes: list[bytes] = []
        self._secrets = _Secrets(books.session)
        self._place, self._after = 0, -(2**63)

    def of(self, batch: _Batch) -> _Found:
        """Give what the events up to the batch's last one come to; those before its first are in no batch."""
        sums: defaultdict[tuple[int, int], int] = defaultdict(int)
        found = _Found(0, [], sums)
        ragged: list[bytes] = []
        while self._there():
            start, end = self._place, self._upto(batch.last)
            if start == end:
                break
            self._place = end
            while start < end and self._rows[start][0] < batch.first:
                self._broken.append(f"event {self._rows[start][0]} is in no batch")
                start += 1
            for row in self._rows[start:end]:
                sums[row[3], row[2]] += row[6]
            ragged += self._hashes[start:end]
            whole = len(ragged) // seal.CHUNK * seal.CHUNK
            found.chunks.extend(seal.chunk_roots(ragged[:whole]))
            del ragged[:whole]
            found = found._replace(events=found.events + end - start)
        found.chunks.extend(seal.chunk_roots(ragged))
        return found

    def left_over(self) -> Iterator[int]:
        """Give the numbers of events behind the last batch, the first few."""
        if self._there():
            yield from (row[0] for row in self._rows[self._place : self._place + FIRST_FEW])

    def _upto(self, last: int) -> int:
        """Find the place behind the last row of this portion that a batch can have."""
        rows = self._rows
        if rows[-1][0] <= last:
            return len(rows)
        guess: int = self._place + max(0, last - rows[self._place][0] + 1)
        if 0 < guess <= len(rows) and rows[guess - 1][0] == last:  # numbers have no gap, so this is nearly always right
            return guess
        places = range(self._place, len(rows))
        return next(place for place in places if rows[place][0] > last)

    def _there(self) -> bool:
        """Tell whether there are more rows, reading the next portion where this one is used up."""
        if self._place < len(self._rows):
            return True
        # The driver's own cursor: rows wrapped one by one cost more than they do.
        with closing(self._session.connection().connection.cursor()) as cursor:
            cursor.execute(_EVENTS.format(self._after))
            self._rows = cursor.fetchall()
        self._place = 0
        if not self._rows:
            return False
        self._after = self._rows[-1][0]
        self._hashes = self._hashed()
        return True

    def _hashed(self) -> list[bytes]:
        rows, kept = self._rows, self._kept()
        secrets = self._secrets.for_(rows)
        try:
            hashes = seal.event_hashes(rows, secrets)
        except (struct.error, OverflowError):
            hashes = [self._one(row, secrets) for row in rows]
        if kept:
            for place, row in enumerate(rows):
                if row[0] in kept and row[4] in secrets.without:
                    hashes[place] = kept[row[0]]
        return hashes

    def _kept(self) -> dict[int, bytes]:
        """Read the hashes of this portion that are kept in place of the secrets of the erased."""
        if not self._frozen:
            return {}
        first = self._rows[0][0]
        found = self._session.execute(_FROZEN, {"first": first, "last": self._rows[-1][0]}).all()
        rows = {row[0]: row for row in self._rows} if any(salt is not None for _, _, salt in found) else {}
        for number, hashed, salt in found:
            if salt is not None and number in rows:
                preimage = b"\x00" + bytes(salt) + seal.packed(Row(*rows[number]))
                if sha256(preimage).digest() != bytes(hashed):
                    self._broken.append(f"event {number} does not hash to what is kept of it with the salt that is")
        return {number: bytes(one) for number, one, _ in found if len(one) == HASH_BYTES}

    def _one(self, row: tuple[Any, ...], secrets: dict[int, bytes]) -> bytes:
        """Hash one event among which there are some that cannot be."""
        try:
            return seal.event_hashes([row], secrets)[0]
        except (struct.error, OverflowError):
            self._broken.append(f"event {row[0]} holds numbers that no event has")
            return b"\x00" * HASH_BYTES


def _wrongs(batch: _Batch, found: _Found, entry: bytes | None) -> Iterator[str]:
    """Name what a batch and its record say otherwise than its events."""
    name = f"batch {batch.id}"
    if found.events != batch.last - batch.first + 1:
        yield f"{name} has {found.events} events, wanted {batch.first} to {batch.last}"
    if b"".join(found.chunks) != batch.hashes:
        yield from _chunks(name, batch, found.chunks)
    if entry is None:
        yield f"{name} has no record in the log at {batch.entry}"
        return
    made = seal.batch_record(
        batch=batch.id,
        first=batch.first,
        last=batch.last,
        at=batch.at,
        root=seal.batch_root(found.chunks),
        sums=seal.nested(found.sums),
    )
    if made != entry:
        yield f"{name} and its record in the log at {batch.entry} differ in {_differ(made, entry)}"


def _chunks(name: str, batch: _Batch, chunks: Sequence[bytes]) -> Iterator[str]:
    """Say which events do not hash to what is kept of them."""
    if len(batch.hashes) != HASH_BYTES * len(chunks):
        yield f"{name} keeps {len(batch.hashes)} bytes of hashes, wanted {HASH_BYTES * len(chunks)}"
        return
    for place, chunk in enumerate(chunks):
        if batch.hashes[HASH_BYTES * place : HASH_BYTES * (place + 1)] != chunk:
            first = batch.first + place * seal.CHUNK
            last = min(first + seal.CHUNK - 1, batch.last)
            which = f"event {first} does" if first == last else f"events {first} to {last} do"
            yield f"{name}: {which} not hash to what is kept"


def _differ(made: bytes, entry: bytes) -> str:
    """Name the fields in which two records differ."""
    try:
        kept = json.loads(entry)
    except ValueError:
        return "everything: the entry cannot be read"
    wanted = json.loads(made)
    if not isinstance(kept, dict):
        return "everything: the entry is no record"
    fields = [field for field in sorted(wanted | kept) if wanted.get(field) != kept.get(field)]
    return ", ".join(fields) or "its form"
