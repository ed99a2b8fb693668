"""Earn: credits come into being, each with its serial, under the filed cap and an idempotency key.

Awards are most of what a ledger does, so they have a way of their own: the same rows as `post` would write, decided
set by set. Whoever owes something after a clawback goes through `post`, where it is repaid first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.kernel.arrays import bigints
from greencredit.kernel.driver import driver
from greencredit.kernel.errors import Refusal
from greencredit.ledger import rules
from greencredit.ledger.errors import ItemRefused, KeyReused, NoSuchSeries, NotPositive, TooMany
from greencredit.ledger.rules.paths import HOLDER_SHIFT
from greencredit.ledger.rules.seal import nested
from greencredit.ledger.service.post import Outcome, post
from greencredit.ledger.service.posting import (
    Head,
    lock_head,
    require_room,
    secrets_of,
    series_now,
    write,
)
from greencredit.ledger.service.state import Stands, standing
from greencredit.schemas.ledger import Earning, LeafKind, Posted, Verb


def earn(session: Session, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    """Book awards as one batch: all or nothing, in order; a key that stands already gives its first answer.

    Raises:
        NotPositive, TooMany: an award of no credits, or of more than can be counted.
        NoSuchHolder, HolderErased, NoSuchSeries: whom or what is not there.
        KeyReused: a key that stands for another payload.
        CapReached: the filed cap of a series leaves no room.
    """
    if not earnings:
        return []
    for earning in earnings:
        if type(earning.credits) is not int or not 0 < earning.credits <= rules.MOST:
            raise _unfit(earning)
    head = lock_head(session)
    if _owing_among(session, earnings):
        return _repaying(session, caller_id, earnings)
    keys = [earning.key for earning in earnings]
    stands = standing(session, caller_id, keys)
    if not stands and len(set(keys)) == len(keys):
        first = _book(session, head, caller_id, earnings)
        return list(map(Posted._make, zip(range(first, first + len(earnings)), repeat(False))))  # noqa: FBT003 - a column of the answer
    fresh: dict[bytes, Earning] = {}
    for earning in earnings:
        if earning.key not in stands:
            fresh.setdefault(earning.key, earning)
    _require_same(earnings, stands, fresh, head.next_event)
    first = _book(session, head, caller_id, list(fresh.values())) if fresh else 0
    numbers = {key: found.fact.event_id for key, found in stands.items()}
    numbers |= {key: first + place for place, key in enumerate(fresh)}
    answers = []
    for one in earnings:
        answers.append(Posted(numbers[one.key], repeated=one.key not in fresh))
        fresh.pop(one.key, None)  # the same key again in this batch is a repetition
    return answers


def _repaying(session: Session, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    """Book awards of which some repay a shortage; refused as awards are, by the refusal itself."""
    try:
        return [outcome for outcome in post(session, caller_id, earnings) if isinstance(outcome, Posted)]
    except ItemRefused as item:
        raise item.refusal from item


def _unfit(earning: Earning) -> Refusal:
    if type(earning.credits) is int and earning.credits > rules.MOST:
        return TooMany(found=earning.credits, most=rules.MOST)
    return NotPositive(found=earning.credits)


def earn_each(session: Session, caller_id: int, earnings: Sequence[Earning]) -> list[Outcome]:
    """Book awards as one batch; each is answered for itself, and those that are in order are booked."""
    try:
        return list(earn(session, caller_id, earnings))
    except Refusal:  # nothing was written: every refusal comes before the first row
        return post(session, caller_id, earnings, atomic=False)


def _require_same(
    earnings: Sequence[Earning], stands: dict[bytes, Stands], fresh: dict[bytes, Earning], next_event: int
) -> None:
    """Refuse a key that comes again with another payload, be it from before or from this very batch."""
    numbers = {key: next_event + place for place, key in enumerate(fresh)}
    for earning in earnings:
        found = stands.get(earning.key)
        if found is None:
            if fresh[earning.key] != earning:
                raise KeyReused(event_id=numbers[earning.key], key=earning.key.hex())
        elif not rules.says_the_same(earning, found.fact, found.fingerprint):
            raise KeyReused(event_id=found.fact.event_id, key=earning.key.hex())


def _book(session: Session, head: Head, caller_id: int, earnings: Sequence[Earning]) -> int:
    """Write awards whose keys are new; gives the first event's number. Refusals come before the first row."""
    holders = {earning.holder for earning in earnings}
    totals: Counter[int] = Counter()
    for _, series, credits_, _ in earnings:
        totals[series] += credits_
    secrets = secrets_of(session, head, holders)
    next_serial = _serials(session, totals)
    given = {series: (first, first + totals[series] - 1) for series, first in next_serial.items()}
    changes: defaultdict[int, int] = defaultdict(int)
    changes.update((rules.leaf_of(LeafKind.ISSUED, series), -total) for series, total in totals.items())
    verb, place_of = Verb.EARN.value, {series: rules.leaf_of(LeafKind.AVAILABLE, series) for series in totals}
    rows: list[tuple[Any, ...]] = []
    number = head.next_event
    for holder, series, credits_, key in earnings:
        serial = next_serial[series]
        next_serial[series] = serial + credits_
        changes[holder << HOLDER_SHIFT | place_of[series]] += credits_
        rows.append((number, None, verb, series, holder, None, credits_, caller_id, key, None, None, serial))
        number += 1
    sums = nested({(series, verb): total for series, total in totals.items()})
    write(session, head, rows, changes, given=given, secrets=secrets, sums=sums)
    return head.next_event


def _serials(session: Session, totals: Counter[int]) -> dict[int, int]:
    """Give the next serial of each series, if the filed cap leaves room."""
    found = series_now(session, totals)
    for series, total in totals.items():
        if series not in found:
            raise NoSuchSeries(series)
        require_room(series, found[series], total)
    return {series: found[series].given + 1 for series in totals}


def _owing_among(session: Session, earnings: Iterable[Earning]) -> bool:
    """Tell whether one of these holders owes something; a partial index keeps only leaves of that kind."""
    hot = driver(session)
    if not hot.rows("SELECT 1 FROM ledger_balance WHERE leaf_id & 15 = 6 LIMIT 1"):
        return False
    holders = sorted({earning.holder for earning in earnings})
    owing = "SELECT 1 FROM {} JOIN ledger_balance b ON b.leaf_id >= (h.id << 28) AND b.leaf_id < ((h.id + 1) << 28) "
    owing += "WHERE b.leaf_id & 15 = 6 AND b.posted < 0 LIMIT 1"
    if not hot.sqlite:
        return bool(hot.rows(owing.format("unnest(?) AS h(id)"), (bigints(holders),)))
    for start in range(0, len(holders), _HOLDERS_AT_ONCE):
        values = ", ".join(f"({holder})" for holder in holders[start : start + _HOLDERS_AT_ONCE])
        if hot.rows(f"WITH h(id) AS (VALUES {values}) {owing.format('h CROSS')}"):
            return True
    return False


_HOLDERS_AT_ONCE: Final = 500
