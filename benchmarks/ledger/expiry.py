"""The expiry sweep, leaves a second, each with its event, balances and seal; scaled by the raw insert beside it."""

from datetime import timedelta
from typing import Final

from benchmarks import Asked, Row
from benchmarks.ledger.goals import Pace, scaled
from benchmarks.ledger.limits import RawPostgres, RawSQLite, raw
from benchmarks.ledger.world import ENGINES, ISSUERS, LONG_AGO, Engine, World, batches, ledger, take_turns
from greencredit.kernel.clock import StandingClock
from greencredit.ledger import service
from greencredit.schemas.ledger import Earning

_HOLDERS: Final = 10_000
_QUICK_HOLDERS: Final = 500
_AT_ONCE: Final = 20_000
_GOALS: Final[dict[Engine, tuple[int, int]]] = {"SQLite": (300_000, 1_000_000), "PostgreSQL": (150_000, 1_000_000)}


def measure(asked: Asked) -> list[Row]:
    """Let every credit of every leaf expire, on both engines."""
    return [_case(engine, _QUICK_HOLDERS if asked.quick else _HOLDERS) for engine in ENGINES]


def _case(engine: Engine, holders: int) -> Row:
    ends = LONG_AGO + timedelta(days=30)
    clock = StandingClock(LONG_AGO)
    with ledger(engine, holders=holders, expires_at=ends, clock=clock) as (world, address):
        limit = raw(address)
        earned = [
            Earning(holder, series, 7 + place, holder.to_bytes(8) + series.to_bytes(8))
            for holder in world.holders
            for place, series in enumerate(world.series)
        ]
        for batch in batches(earned, 10_000):
            world.earn(batch)
        clock.at = ends + timedelta(days=1)
        leaves = holders * ISSUERS
        sweep = _Sweep(world, leaves)
        work = batches(world.awards(leaves, seed=2), _AT_ONCE)
        seconds = take_turns({"ours": sweep.step, "limit": limit.post}, work)
        sweep.require_done()
        limit.close(rows=leaves)
        world.require_right(outstanding=0)
    return _row(engine, leaves, seconds, limit)


class _Sweep:
    """Sweeps step by step, as the nightly job does."""

    def __init__(self, world: World, leaves: int) -> None:
        self._world, self._wanted, self._swept, self._after = world, leaves, 0, 0

    def step(self, _work: object) -> None:
        """Let the next leaves expire in one durable transaction."""
        with self._world.database.writing() as session:
            until = self._world.database.clock.now()
            swept = service.expire(session, self._world.caller, until=until, after=self._after, limit=_AT_ONCE)
        self._swept += swept.leaves
        self._after = swept.after or 0

    def require_done(self) -> None:
        """Require that every leaf has expired once."""
        assert self._swept == self._wanted, f"{self._swept} leaves have expired, wanted {self._wanted}"


def _row(engine: Engine, leaves: int, seconds: dict[str, float], limit: RawSQLite | RawPostgres) -> Row:
    must, aim = _GOALS[engine]
    what = f"expire {leaves:,} leaves, {engine}, {_AT_ONCE:,} a batch, leaves/s | raw insert"
    return scaled(what, leaves / seconds["ours"], Pace(leaves / seconds["limit"], limit.reference), must=must, aim=aim)
