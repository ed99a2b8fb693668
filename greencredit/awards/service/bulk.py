"""Bulk requests of direct awards: columns in, items for the writer, an answer in columns out."""

from collections.abc import Sequence
from itertools import repeat
from typing import Any, Final, NamedTuple

from greencredit.awards.errors import BatchRefused
from greencredit.awards.service.direct import Basis, DirectAward
from greencredit.kernel.columns import Columns, Kind
from greencredit.kernel.errors import NotNow, Refusal
from greencredit.ledger import rules as ledger_rules

COLUMNS: Final[dict[str, Kind]] = {"consumer": str, "credits": int, "key?": str}
"""What a bulk request holds."""

MOST_ITEMS: Final = 10_000
_NAMED: Final = 100
"""So many refused items of an all-or-nothing request are named."""

_UNSURE: Final = "app.fault"


class Bulk(NamedTuple):
    """A bulk request: its columns, the items that are in order, and the places of these."""

    columns: Columns
    items: list[DirectAward]
    places: Sequence[int]


def bulk_of(columns: Columns, basis: Basis, key: str | None, *, atomic: bool, first: int = 0) -> Bulk:
    """Make items of what is in order; without a column of keys, each key is the request's and the item's place.

    Raises:
        BatchRefused: all or nothing was asked for, and something is not in order.
    """
    if atomic and columns.unfit:
        raise BatchRefused(items=columns.length, refused=_named(columns, columns.unfit.items()))
    scope, tokens = basis.issuer_id, columns.of.get("key")
    if not tokens:  # of a scope of their own, which is no issuer's: an item's key is never that of a single award
        scope = f"items of {basis.issuer_id}"
        tokens = [f"{key}#{place}" for place in range(first, first + columns.length)]
    consumers, credits_ = columns.of["consumer"], columns.of["credits"]
    places: Sequence[int] = range(columns.length)
    if columns.unfit:
        places = [place for place in places if place not in columns.unfit]
        tokens, consumers, credits_ = ([column[place] for place in places] for column in (tokens, consumers, credits_))
    keys = ledger_rules.scoped_keys(scope, tokens)
    return Bulk(columns, list(zip(repeat(basis), consumers, credits_, keys)), places)


def answer_of(bulk: Bulk, outcomes: Sequence[Any], *, atomic: bool) -> dict[str, Any]:
    """Put the outcomes in their places.

    Raises:
        BatchRefused: all or nothing was asked for, and an item was refused.
        NotNow: none of it was carried out, because nothing can be for the moment.
    """
    faults = {place: one for place, one in zip(bulk.places, outcomes, strict=True) if isinstance(one, Exception)}
    if faults and len(faults) == len(outcomes) and isinstance(next(iter(faults.values())), NotNow):
        raise next(iter(faults.values()))
    refused: dict[int, Exception] = {**bulk.columns.unfit, **faults}
    if atomic and refused:
        # Only what is to blame is named; the others say no more than that.
        blamed = [one for one in sorted(refused.items()) if getattr(one[1], "code", "") != "kernel.batch_undone"]
        raise BatchRefused(items=bulk.columns.length, refused=_named(bulk.columns, blamed))
    numbers: list[int | None]
    if refused:
        numbers = [None] * bulk.columns.length
        for place, one in zip(bulk.places, outcomes, strict=True):
            numbers[place] = None if place in refused else one.event_id
    else:
        numbers = [one[0] for one in outcomes]
    repeated = [place for place, one in zip(bulk.places, outcomes, strict=True) if place not in refused and one[1]]
    return {
        "items": bulk.columns.length,
        "awarded": bulk.columns.length - len(refused) - len(repeated),
        "repeated": len(repeated),
        "refused": len(refused),
        "event_id": numbers,
        "repeated_items": repeated,
        "refused_items": [_told(bulk.columns, place, refused[place]) for place in sorted(refused)],
    }


def _named(columns: Columns, refused: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - pairs of place and refusal
    return [_told(columns, place, one) for place, one in sorted(refused, key=lambda pair: pair[0])[:_NAMED]]


def _told(columns: Columns, place: int, error: Exception) -> dict[str, Any]:
    line = None if columns.lines is None else columns.lines[place]
    told = error if isinstance(error, Refusal) else None
    return {
        "item": place,
        "line": line,
        "code": told.code if told else _UNSURE,
        "detail": told.message if told else "系统故障，未能确认 · a fault of the platform; ask again with the same key",
        "facts": told.facts if told else {},
    }
