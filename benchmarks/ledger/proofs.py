"""Proving and checking: events hashed and appended to the log, a receipt, and the audit of the whole log.

The pure limit is SHA-256 alone, three times for every event: its salt, its hash, and one inner node of the tree.
"""

import random
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks import Asked, Row
from benchmarks.ledger.goals import Pace, against, scaled, within
from benchmarks.ledger.limits import raw
from benchmarks.ledger.world import HOLDERS, World, batches, ledger, take_turns, total
from greencredit.kernel.driver import driver
from greencredit.ledger import queries
from greencredit.ledger.queries.audit.answer import opened
from greencredit.ledger.queries.audit.seals import batches_are_sealed
from greencredit.ledger.rules import Row as EventColumns
from greencredit.ledger.rules import seal
from greencredit.proofs import queries as log
from greencredit.proofs import service as proofs
from greencredit.proofs.rules.tree import leaf_hash, root_of
from greencredit.proofs.rules.verify import verify_receipt
from greencredit.schemas.ledger import Earning
from greencredit.schemas.proofs import EVENT_ROW
from tests.factories.proofs import ORIGIN, log_policy

_SIZE: Final = 10_000
_BATCH: Final = 1_000
_RECEIPTS: Final = 1_000
_MUST_HASHED: Final = 300_000
_MUST_RECEIPT_MS: Final = 1.0
_MUST_AUDIT: Final = 0.5
"""At the speed of hashing, taken as: reading, comparing and adding up cost no more than the hashing itself."""

_COLUMNS: Final = ", ".join(EventColumns._fields)
_HASHES: Final = text("SELECT hash FROM proofs_entry ORDER BY position")
_SECRETS: Final = text("SELECT id, secret FROM ledger_holder")
_AT_ONCE: Final = 8_192
_EARN: Final = 1
_SALTED: Final = bytes(24)
_PREIMAGE: Final = bytes(17 + EVENT_ROW.size)
_NODE: Final = bytes(65)


def measure(asked: Asked) -> list[Row]:
    """Hash and append, then fill a ledger and prove and audit it."""
    events = 20_000 if asked.quick else 1_000_000
    hashed, pace = _appended(events)
    return [*hashed, *_proved(events, pace, receipts=50 if asked.quick else _RECEIPTS)]


def _appended(events: int) -> tuple[list[Row], Pace]:
    """Seal batches and append their records to a log that is durable, without writing the events themselves."""
    with ledger("SQLite") as (world, address):
        limit, appender = raw(address), _Appender(world)
        work = (world.awards(_SIZE, seed=seed) for seed in range(1, events // _SIZE + 1))
        rounds = ((appender.rows_of(some), some) for some in work)
        runners: dict[str, Callable[[Any], Any]] = {
            "ours": lambda pair: appender.append(pair[0]),
            "pure": lambda pair: _pure(len(pair[0])),
            "raw": lambda pair: limit.post(pair[1]),
        }
        seconds = take_turns(runners, rounds)
        limit.close(rows=events)
        appender.require_right()
    ours, pure, inserted = (events / seconds[name] for name in ("ours", "pure", "raw"))
    what = f"hash and append {events:,} events, batch {_SIZE:,}, events/s"
    pace = Pace(inserted, limit.reference)
    return [
        scaled(f"{what} | raw insert", ours, pace, must=_MUST_HASHED),
        against(f"{what} | SHA-256 alone", ours, pure, must=None),
    ], pace


def _pure(events: int) -> None:
    """Hash as many bytes as often as sealing does; what they are makes no difference."""
    for _ in range(events):
        sha256(_SALTED).digest()
        sha256(_PREIMAGE).digest()
        sha256(_NODE).digest()


class _Appender:
    """Seals batches as a posting does, and appends their records."""

    def __init__(self, world: World) -> None:
        self._world, self._records = world, list[bytes]()
        with world.database.reading() as session:
            self._secrets = {number: bytes(secret) for number, secret in session.execute(_SECRETS)}
        with world.database.writing() as session:  # the terms of the series go first
            self._size = proofs.append(session, log.size(session), [])
            self._before = [bytes(row[0]) for row in session.execute(_HASHES)]
        self._next = 1

    def rows_of(self, awards: Sequence[Earning]) -> list[tuple[Any, ...]]:
        """Give the rows of a batch."""
        first = self._next
        self._next += len(awards)
        return [
            (number, None, _EARN, series, holder, None, amount, 1, key, None, None, number)
            for number, (holder, series, amount, key) in enumerate(awards, first)
        ]

    def append(self, rows: list[tuple[Any, ...]]) -> None:
        """Hash a batch and append its record, durably."""
        hashes = seal.chunk_roots(seal.event_hashes(rows, self._secrets))
        record = seal.batch_record(
            batch=len(self._records),
            first=rows[0][0],
            last=rows[-1][0],
            at=0,
            root=seal.batch_root(hashes),
            sums=seal.sums_of(rows),
        )
        with self._world.database.writing() as session:
            self._size = proofs.append(session, self._size, [("batch", record)])
        self._records.append(record)

    def require_right(self) -> None:
        """Require that the log's root is the tree over these very records."""
        with self._world.database.reading() as session:
            found = log.root(session, self._size)
        records = [leaf_hash(record) for record in self._records]
        assert found == root_of([*self._before, *records]), "the log holds the records"


def _proved(events: int, pace: Pace, *, receipts: int) -> list[Row]:
    """Fill a ledger, take receipts of events drawn at random, and audit the seals of all."""
    with ledger("SQLite", holders=10 * HOLDERS) as (world, _):
        given = 0
        for seed in range(1, events // _SIZE + 1):
            awards = world.awards(_SIZE, seed=seed)
            for batch in batches(awards, _BATCH):
                world.earn(batch)
            given += total(awards)
        with world.database.writing() as session:
            proofs.open_log(session, ORIGIN)
        with world.database.writing() as session:
            proofs.checkpoint(session)
        late_ms = _receipts(world, events, receipts)
        audited, hashed = _audit(world, events)
        world.require_right(outstanding=given)
    what = f"the seals of {events:,} events in batches of {_BATCH:,}, events/s"
    return [
        within(f"receipt at {events:,} events, median ms", late_ms, pace, must=_MUST_RECEIPT_MS),
        against(f"audit {what} | hashing the same rows in memory", audited, hashed, must=_MUST_AUDIT),
    ]


def _receipts(world: World, events: int, count: int) -> float:
    """Give the median milliseconds of a receipt; every tenth is checked as an outsider would."""
    chance = random.Random(4)
    spent: list[float] = []
    with world.database.reading() as session:
        policy = log_policy(session)
        for turn in range(count):
            event = chance.randint(1, events)
            began = time.perf_counter()
            receipt = queries.receipt(session, event)
            spent.append((time.perf_counter() - began) * 1_000)
            if turn % 10 == 0:
                steps = verify_receipt(receipt.encode(), policy)
                assert all(step.ok for step in steps), f"the receipt of event {event} does not hold"
    return sorted(spent)[len(spent) // 2]


def _audit(world: World, events: int) -> tuple[float, float]:
    """Give events a second of the check of seals, and of hashing the same rows again once they are in memory."""
    with world.database.reading() as session:
        books = opened(session)
        secrets = {number: bytes(secret) for number, secret in session.execute(_SECRETS)}
        spent = hashing = 0.0
        for start in range(0, events, _AT_ONCE):
            rows = _rows(session, start + 1, min(start + _AT_ONCE, events))
            began = time.perf_counter()
            seal.chunk_roots(seal.event_hashes(rows, secrets))
            hashing += time.perf_counter() - began
        began = time.perf_counter()
        answer = batches_are_sealed(books)
        spent = time.perf_counter() - began
    assert answer.broken == (), f"seals are broken: {answer.broken}"
    return events / spent, events / hashing


def _rows(session: Session, first: int, last: int) -> list[tuple[Any, ...]]:
    with driver(session) as hot:
        return hot.rows(f"SELECT {_COLUMNS} FROM ledger_event WHERE id BETWEEN ? AND ? ORDER BY id", (first, last))
