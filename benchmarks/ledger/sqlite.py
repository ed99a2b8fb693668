"""Earn, the library on SQLite, against the raw complete insert of the same rows; the aim leaves the balances out."""

from typing import Final

from benchmarks import Asked, Row
from benchmarks.ledger.goals import against
from benchmarks.ledger.limits import RawSQLite
from benchmarks.ledger.world import AWARDS, ISSUERS, batches, ledger, take_turns, total

_QUICK: Final = 10_000
_CASES: Final = (
    ("20 issuers", ISSUERS, True, 10_000),
    ("one issuer (hot)", 1, False, 10_000),
    ("20 issuers", ISSUERS, False, 10_000),
    ("one issuer (hot)", 1, True, 10_000),
    ("20 issuers", ISSUERS, True, 1_000),
    ("20 issuers", ISSUERS, False, 1_000),
)
_MUST: Final = 0.65
_AIM: Final = 0.9


def measure(asked: Asked) -> list[Row]:
    """Post the same awards through the library, raw with balances, and raw without."""
    rows: list[Row] = []
    for name, issuers, ordered, size in _CASES[:2] if asked.quick else _CASES:
        keys = "time-ordered keys" if ordered else "random keys"
        what = f"earn, SQLite FULL, batch {size:,}, {name}, {keys}, awards/s"
        rows += _case(what, issuers, size, ordered=ordered, count=_QUICK if asked.quick else AWARDS)
    return rows


def _case(what: str, issuers: int, size: int, *, ordered: bool, count: int) -> list[Row]:
    with ledger("SQLite", issuers=issuers) as (world, limit):
        path = limit.removeprefix("sqlite:///")
        complete, bare = RawSQLite(path, balances=True), RawSQLite(f"{path}.bare")
        awards = world.awards(count, ordered=ordered)
        seconds = take_turns({"ours": world.earn, "complete": complete.post, "bare": bare.post}, batches(awards, size))
        complete.close(rows=count)
        bare.close(rows=count)
        world.require_right(outstanding=total(awards))
    ours, whole, rows_only = (count / seconds[name] for name in ("ours", "complete", "bare"))
    must = _MUST if size == 10_000 else None
    return [
        against(f"{what} | raw complete", ours, whole, must=must),
        against(f"{what} | raw without balances", ours, rows_only, must=None, aim=_AIM),
    ]
