"""What a batch earned, in the order of its claims, each award with its trace as it is kept."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from greencredit.awards.rules.amounts import PERCENT, before_limits, counted, per_unit
from greencredit.awards.rules.claims import Filed, Part, Step
from greencredit.awards.rules.columns import Columns
from greencredit.awards.rules.evaluate import AtOnce, Decisions
from greencredit.awards.rules.plan import parts_of
from greencredit.schemas.awards import Tiered

_parts_of = lru_cache(maxsize=65_536)(parts_of)


class Traced(NamedTuple):
    """One award to be booked."""

    row: int
    """The place of its claim."""
    rank: int
    """Its place among the awards of one claim; the first bears the claim's money and CO2e."""
    filed: Filed
    credits: int
    trace: str
    parts: tuple[Part, ...]


def traced(decided: Decisions, columns: Columns) -> list[Traced]:
    """List what was earned, claim by claim."""
    found = [
        Traced(row, rank, grant.filed, grant.credits, text_of(grant.steps), grant.parts)
        for rank, (row, grant) in enumerate(decided.in_turn)
    ]
    for one in decided.at_once:
        found += _at_once(one, columns)
    found.sort(key=lambda each: (each.row, each.rank))
    before = -1
    for place, each in enumerate(found):
        rank = 0 if each.row != before else found[place - 1].rank + 1
        if each.rank != rank:
            found[place] = each._replace(rank=rank)
        before = each.row
    return found


def text_of(steps: tuple[Step, ...] | list[Step]) -> str:
    """Write the steps of an award as they are kept."""
    return json.dumps(steps, separators=(",", ":"))


def _at_once(one: AtOnce, columns: Columns) -> Iterator[Traced]:
    rule, place = one.ready.filed.rule, one.ready.place
    rows, credits_ = one.rows.tolist(), one.credits.tolist()
    plain = (
        rule.multiplier_percent == PERCENT
        and not rule.threshold_fen
        and not isinstance(rule.rate, Tiered)
        and rule.caps.per_award is None
        and one.ready.issuers_most is None
    )
    if plain:
        figures = one.given if one.given is not None else getattr(columns, counted(rule))[one.rows]
        per, _ = per_unit(rule)
        traces = [
            f'[["rate",{found},{per},{amount}]]' for found, amount in zip(figures.tolist(), credits_, strict=True)
        ]
    else:
        givens = [0] * len(rows) if one.given is None else one.given.tolist()
        traces = [
            text_of(before_limits(rule, columns.claim(row), given, one.ready.issuers_most)[1])
            for row, given in zip(rows, givens, strict=True)
        ]
    split = one.ready.split
    for row, amount, trace in zip(rows, credits_, traces, strict=True):
        yield Traced(row, place, one.ready.filed, amount, trace, _parts_of(amount, split) if split else ())
