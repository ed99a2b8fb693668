"""Redeem, first in, first out, set by set, by holders with ten leaves each; scaled by the raw insert beside it."""

import random
from typing import Final

from benchmarks import Asked, Row
from benchmarks.ledger.goals import Pace, scaled
from benchmarks.ledger.limits import raw
from benchmarks.ledger.world import ENGINES, Engine, World, batches, ledger, take_turns, total
from greencredit.ledger import service
from greencredit.schemas.ledger import Earning, Redemption

_SIZE: Final = 10_000
_ROUNDS: Final = 5
_QUICK_SIZE: Final = 2_000
_LEAVES: Final = 10
_CREDITS: Final = 100
_GOALS: Final[dict[Engine, tuple[int, int]]] = {"SQLite": (50_000, 100_000), "PostgreSQL": (20_000, 40_000)}


def measure(asked: Asked) -> list[Row]:
    """Redeem 100 credits of every holder, several times, on both engines."""
    size, rounds = (_QUICK_SIZE, 1) if asked.quick else (_SIZE, _ROUNDS)
    return [_case(engine, size, rounds) for engine in ENGINES]


def _case(engine: Engine, size: int, rounds: int) -> Row:
    with ledger(engine, holders=size) as (world, address):
        limit = raw(address)
        earned = _ten_leaves_each(world)
        for batch in batches(earned, 10_000):
            world.earn(batch)
        with world.database.writing() as session:
            merchant = service.holders(session, ["mer_example"])["mer_example"]
        work = [
            ([_redemption(holder, merchant, turn) for holder in world.holders], awards)
            for turn, awards in enumerate(batches(world.awards(size * rounds), size))
        ]

        def redeem(pair: tuple[list[Redemption], object]) -> None:
            with world.database.writing() as session:
                service.post(session, world.caller, pair[0])

        seconds = take_turns({"ours": redeem, "limit": lambda pair: limit.post(pair[1])}, work)
        count = size * rounds
        limit.close(rows=count)
        world.require_right(outstanding=total(earned) - count * _CREDITS)
    must, aim = _GOALS[engine]
    what = f"redeem {_CREDITS} of {_LEAVES} leaves, {engine}, batch {size:,}, redemptions/s | raw insert"
    return scaled(what, count / seconds["ours"], Pace(count / seconds["limit"], limit.reference), must=must, aim=aim)


def _ten_leaves_each(world: World) -> list[Earning]:
    chance = random.Random(2)
    return [
        Earning(holder, series, chance.randint(1, 500), chance.randbytes(16))
        for holder in world.holders
        for series in chance.sample(world.series, _LEAVES)
    ]


def _redemption(holder: int, merchant: int, turn: int) -> Redemption:
    key = b"\xff" + turn.to_bytes(7) + holder.to_bytes(8)
    return Redemption(holder, _CREDITS, merchant, key)
