"""How long the facts of one consumer take to gather: out of a year of real purchases, in a ledger full of others."""

import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from benchmarks import Asked, Row, purchases
from benchmarks.ledger.world import AWARDS, World, batches
from demo import facts, shop
from greencredit.awards import jobs
from greencredit.awards import queries as awards
from greencredit.kernel.database import Database
from greencredit.ledger import service as ledger
from greencredit.people import queries as people
from greencredit.reports.catalogue import consumer
from greencredit.schemas.ledger import Terms
from greencredit.schemas.values import Credits

_MUST, _AIM = 10.0, 3.0
_BATCH: Final = 10_000
_ISSUERS: Final = 5


def measure(asked: Asked) -> list[Row]:
    """Gather consumer after consumer, first with the purchases alone in the ledger, then among many others' events."""
    others = 10_000_000 if asked.growth else 20_000 if asked.quick else 1_000_000
    asked_for = 20 if asked.quick else 200
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "receipts.parquet"
        shop.write_receipts(path)
        if asked.quick:
            purchases._shorten(path)  # noqa: SLF001 - of the measurement beside this one
        database = purchases._prepared(folder, None)  # noqa: SLF001 - as above
        jobs.import_file(database, facts.PURCHASES, path)
        alone, _ = _gathered(database, asked_for)
        _fill(database, others)
        among, first = _gathered(database, asked_for)
        database.close()
    what = f"facts of one consumer, a year, {others:,} events of others in the ledger, median: ms"
    return [
        Row(what, among, alone, among / alone, f"< {_MUST:.0f}", f"< {_AIM:.0f}", among < _MUST),
        Row(
            "what all consumers of a period share, gathered once for a batch: ms", first, None, None, "–", "–", ok=True
        ),
    ]


def _gathered(database: Database, count: int) -> tuple[float, float]:
    """Give the median of gathering, and what the part took that consumers share."""
    with database.reading() as session:
        began = time.process_time()
        shared = consumer.background(session, facts.YEAR)
        first = time.process_time() - began
        chosen = _some(session, count)
        took = []
        lines = 0
        for one in (chosen[0], *chosen):  # the first is for warming up
            began = time.process_time()
            lines += len(consumer.gather(session, one, facts.YEAR, shared).awards)
            took.append(time.process_time() - began)
    assert lines >= count, "everybody chosen was awarded"
    return statistics.median(took[1:]) * 1_000, first * 1_000


def _some(session: Session, count: int) -> list[str]:
    """Choose among those who were awarded anything."""
    chosen: list[str] = []
    for one in people.consumer_ids(session):
        if len(chosen) == count:
            break
        if awards.awards_of(session, one, facts.YEAR, limit=1):
            chosen.append(one)
    return chosen


def _fill(database: Database, count: int) -> None:
    """Give other holders, of other issuers, as many awards."""
    numbers: list[int] = []
    holders = max(1_000, min(100_000, count // 10))
    for start in range(0, holders, _BATCH):
        with database.writing() as session:
            names = [f"con_{number:08d}" for number in range(start, min(start + _BATCH, holders))]
            numbers += ledger.holders(session, names).values()
    with database.writing() as session:
        caller = ledger.caller(session, "benchmark")
        series = [ledger.series(session, _terms(number)) for number in range(_ISSUERS)]
    world = World(database, caller, numbers, series, 0)
    for seed, start in enumerate(range(0, count, AWARDS), 1):
        for batch in batches(world.awards(min(AWARDS, count - start), seed=seed), _BATCH):
            world.earn(batch)


def _terms(number: int) -> Terms:
    return Terms(
        issuer_id=f"iss_other_{number}",
        terms_version=1,
        funding="issuer",
        award_month=202501,
        expires_at=None,
        cap=Credits(10**12),
        clawback_cap=Credits(0),
        refund_grace_days=0,
    )
