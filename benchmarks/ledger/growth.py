"""Growth: the rate of a full ledger against an empty one, batch by batch in turn, and bytes on disk per award.

The ledgers that grow have 100,000 holders, ten times those of the workload: at a million awards there are as many to a
holder as in the workload, and four in five open a leaf.
"""

import tempfile
from pathlib import Path
from typing import Final

from benchmarks import Asked, Row
from benchmarks.ledger.goals import against, at_most
from benchmarks.ledger.world import AWARDS, ENGINES, HOLDERS, Engine, World, batches, ledger, take_turns, total
from greencredit.proofs import service as proofs
from greencredit.schemas.ledger import Earning

_SIZE: Final = 10_000
_MUST: Final = 0.7
_AIM: Final = 0.9
_BYTES: Final[dict[Engine, tuple[int, int]]] = {"SQLite": (130, 100), "PostgreSQL": (200, 150)}
_LAST_SEED: Final = 30_000
"""Behind the seeds of everything that fills a ledger, so that its keys are the newest."""


def measure(asked: Asked) -> list[Row]:
    """Fill a ledger, and let it and an empty one take turns."""
    filled, holders = (10_000_000 if asked.growth else 1_000_000), 10 * HOLDERS
    if asked.quick:
        filled, holders = 20_000, 2_000
    rows: list[Row] = []
    for engine in ENGINES:
        if not asked.quick:
            rows.append(_small(engine))
        rows += _grown(engine, filled, holders)
    return rows


def _small(engine: Engine) -> Row:
    """Count the bytes of the workload itself: 100,000 awards to 10,000 holders."""
    with ledger(engine) as (world, _):
        outstanding = _fill(world, AWARDS)
        row = _bytes_row(engine, world, AWARDS)
        world.require_right(outstanding=outstanding)
    return row


def _grown(engine: Engine, filled: int, holders: int) -> list[Row]:
    measured = min(filled, AWARDS)
    with ledger(engine, holders=holders) as (full, _), ledger(engine, holders=holders) as (empty, _):
        outstanding = _fill(full, filled)
        size = _bytes_row(engine, full, filled)
        mine, others = (batches(world.awards(measured, seed=_LAST_SEED), _SIZE) for world in (full, empty))
        seconds = take_turns(
            {"full": lambda pair: full.earn(pair[0]), "empty": lambda pair: empty.earn(pair[1])},
            list(zip(mine, others, strict=True)),
        )
        given = sum(map(total, mine))
        empty.require_right(outstanding=given)
        full.require_right(outstanding=outstanding + given)
    what = f"earn at {filled:,} events, {engine}, batch {_SIZE:,}, time-ordered keys, awards/s | an empty ledger"
    return [against(what, measured / seconds["full"], measured / seconds["empty"], must=_MUST, aim=_AIM), size]


def _fill(world: World, count: int) -> int:
    """Fill a ledger in parts, so that the awards of ten million are never in memory at once; gives their credits."""
    given = 0
    for seed, start in enumerate(range(0, count, AWARDS), 1):
        awards: list[Earning] = world.awards(min(AWARDS, count - start), seed=seed)
        for batch in batches(awards, _SIZE):
            world.earn(batch)
        given += total(awards)
    return given


def _bytes_row(engine: Engine, world: World, awards: int) -> Row:
    """Count the database and the published files of the log."""
    with tempfile.TemporaryDirectory(prefix="greencredit-benchmark-") as folder:
        proofs.publish(world.database, Path(folder), origin="benchmark.example/log")
        files = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    must, aim = _BYTES[engine]
    what = f"bytes per award at {awards:,} awards, {engine}: rows, indexes, balances, secrets, seals, log, tiles"
    return at_most(what, (world.bytes_grown() + files) / awards, must=must, aim=aim)
