"""Earn, the library on PostgreSQL with one writer, against COPY of the same rows into a table with the same indexes."""

from typing import Final

from benchmarks import Asked, Row
from benchmarks.ledger.goals import against
from benchmarks.ledger.limits import raw
from benchmarks.ledger.world import AWARDS, ISSUERS, batches, ledger, take_turns, total

_QUICK: Final = 10_000
_SIZE: Final = 10_000
_CASES: Final = (
    ("20 issuers", ISSUERS, True),
    ("one issuer (hot)", 1, True),
    ("20 issuers", ISSUERS, False),
    ("one issuer (hot)", 1, False),
)
_MUST: Final = 0.45
_AIM: Final = 1.0


def measure(asked: Asked) -> list[Row]:
    """Post the same awards through the library and by COPY."""
    count = _QUICK if asked.quick else AWARDS
    return [_case(*case, count=count) for case in (_CASES[:1] if asked.quick else _CASES)]


def _case(name: str, issuers: int, ordered: bool, *, count: int) -> Row:  # noqa: FBT001 - a column of the cases
    with ledger("PostgreSQL", issuers=issuers) as (world, address):
        limit = raw(address)
        awards = world.awards(count, ordered=ordered)
        seconds = take_turns({"ours": world.earn, "limit": limit.post}, batches(awards, _SIZE))
        limit.close(rows=count)
        world.require_right(outstanding=total(awards))
    keys = "time-ordered keys" if ordered else "random keys"
    what = f"earn, PostgreSQL, one writer, batch {_SIZE:,}, {name}, {keys}, awards/s | COPY"
    return against(what, count / seconds["ours"], count / seconds["limit"], must=_MUST, aim=_AIM)
