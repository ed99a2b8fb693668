"""Earn: credits come into being, each with its serial, under the filed cap and an idempotency key.

Awards are most of what a ledger does, so they have a way of their own: the same rows as `post` would write, decided
set by set. Whoever owes something after a clawback goes through `post`, where it is repaid first.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from itertools import repeat
from typing import Any, Final, NamedTuple

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from greencredit.kernel.arrays import bigints, blobs
from greencredit.kernel.collecting import collected_later
from greencredit.kernel.driver import Ask, driver
from greencredit.kernel.errors import Refusal
from greencredit.ledger import rules
from greencredit.ledger.errors import ItemRefused, KeyReused, NoSuchSeries, NotPositive, TooMany
from greencredit.ledger.rules.paths import HOLDER_SHIFT
from greencredit.ledger.rules.seal import nested
from greencredit.ledger.service.post import Outcome, post
from greencredit.ledger.service.posting import (
    COPY_FROM,
    LOCK_HEAD,
    SECRETS_WHERE,
    SERIES_WHERE,
    Head,
    Moves,
    SeriesNow,
    head_of,
    remember,
    require_room,
    secrets_of,
    series_of,
    unremembered,
    write,
)
from greencredit.ledger.service.state import Stands, standing
from greencredit.proofs.rules.tiles import TILE_WIDTH
from greencredit.proofs.service import ANY_WAIT
from greencredit.schemas.ledger import Earning, LeafKind, Posted, Verb

_ANY_OWES: Final = "SELECT 1 FROM ledger_balance WHERE leaf_id & 15 = 6 LIMIT 1"
"""A partial index keeps only leaves of that kind."""
_STANDS: Final = "SELECT 1 FROM ledger_event WHERE caller = ? AND key = ANY(?) LIMIT 1"
_SAVEPOINT: Final = "SAVEPOINT ledger_earn"
_HOLDERS_AT_ONCE: Final = 500
_AT_ONCE: Final = 10_000
_PIPED_MOST: Final = COPY_FROM - 1
"""So many awards are sent without waiting; more are copied, and what the server does then hides what is done here."""


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
    with collected_later(len(earnings)):
        return _earn(session, caller_id, earnings)


def _earn(session: Session, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    ground = _ground(session, caller_id, earnings)
    if ground.somebody_owes and _owing_among(session, earnings):
        return _repaying(session, caller_id, earnings)
    keys = [earning.key for earning in earnings]
    stands: dict[bytes, Stands] = {}
    if len(set(keys)) == len(keys):
        first = _booked_unseen(session, ground, caller_id, earnings)
        if first is None and not (stands := standing(session, caller_id, keys)):
            first = _book(session, ground, caller_id, earnings)
        if first is not None:
            return list(map(Posted._make, zip(range(first, first + len(earnings)), repeat(False))))  # noqa: FBT003 - a column of the answer
    else:
        stands = standing(session, caller_id, keys)
    return _some_again(session, ground, caller_id, earnings, stands)


def _some_again(
    session: Session, ground: "_Ground", caller_id: int, earnings: Sequence[Earning], stands: dict[bytes, Stands]
) -> list[Posted]:
    """Book what is new among awards of which some stand already, or come twice."""
    fresh: dict[bytes, Earning] = {}
    for earning in earnings:
        if earning.key not in stands:
            fresh.setdefault(earning.key, earning)
    _require_same(earnings, stands, fresh, ground.head.next_event)
    first = _book(session, ground, caller_id, list(fresh.values())) if fresh else 0
    numbers = {key: found.fact.event_id for key, found in stands.items()}
    numbers |= {key: first + place for place, key in enumerate(fresh)}
    answers = []
    for one in earnings:
        answers.append(Posted(numbers[one.key], repeated=one.key not in fresh))
        fresh.pop(one.key, None)  # the same key again in this batch is a repetition
    return answers


class _Ground(NamedTuple):
    """What is read before anything is decided, the head locked first; on PostgreSQL in one exchange."""

    head: Head
    somebody_owes: bool
    facts_wait: bool
    an_end_stands: bool
    """Whether the first or the last key was used before; looked for on PostgreSQL only."""
    totals: Counter[int]
    """Series → the credits to be given."""
    series: dict[int, SeriesNow]


def _ground(session: Session, caller_id: int, earnings: Sequence[Earning]) -> _Ground:
    totals: Counter[int] = Counter()
    for _, series, credits_, _ in earnings:
        totals[series] += credits_
    hot = driver(session)
    unknown = unremembered(session, {earning.holder for earning in earnings})[:_AT_ONCE]
    asks: list[Ask] = [(LOCK_HEAD, ()), (_ANY_OWES, ()), (ANY_WAIT, ()), hot.among(SERIES_WHERE, list(totals))]
    asks += [hot.among(SECRETS_WHERE, unknown)] if unknown else []
    asks += [] if hot.sqlite else [(_STANDS, (caller_id, blobs((earnings[0].key, earnings[-1].key))))]
    locked, owing, waiting, series_rows, *others = hot.together(asks)
    head = head_of(session, locked)
    if unknown:
        remember(session, head, others[0])
    stands = not hot.sqlite and bool(others[-1])
    return _Ground(head, bool(owing), bool(waiting), stands, totals, series_of(series_rows))


def _booked_unseen(session: Session, ground: _Ground, caller_id: int, earnings: Sequence[Earning]) -> int | None:
    """On PostgreSQL, write without looking the keys up: the unique index looks anyway; give None if one stands.

    Where the first or the last key of a batch stands, most do, and nothing is tried.
    """
    hot = driver(session)
    if hot.sqlite or ground.an_end_stands:
        return None
    try:
        return _book(session, ground, caller_id, earnings, savepoint=_SAVEPOINT)
    except IntegrityError as error:
        if "uq_ledger_event_caller_key" not in str(error.orig):
            raise
        hot.run(f"ROLLBACK TO {_SAVEPOINT}")
        return None
    except Refusal:  # nothing was written; what stands already may be why
        return None


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


def _book(
    session: Session, ground: _Ground, caller_id: int, earnings: Sequence[Earning], *, savepoint: str = ""
) -> int:
    """Write awards whose keys are new; gives the first event's number. Refusals come before the first row."""
    head, totals = ground.head, ground.totals
    if sum(totals.values()) != sum(earning.credits for earning in earnings):  # some of them stand already
        totals = Counter()
        for _, series, credits_, _ in earnings:
            totals[series] += credits_
    secrets = secrets_of(session, head, {earning.holder for earning in earnings})
    next_serial = _serials(ground.series, totals)
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
    moves = Moves(sorted(changes.items()), [])  # an award moves nothing towards zero
    sums = nested({(series, verb): total for series, total in totals.items()})
    facts_wait = ground.facts_wait
    fills_tile = (head.log_size + 1) % TILE_WIDTH == 0
    is_plain = len(rows) <= _PIPED_MOST and not facts_wait and not fills_tile
    with driver(session).piped() if is_plain else nullcontext():
        if savepoint:
            driver(session).run(savepoint)
        write(session, head, rows, moves, given=given, secrets=secrets, sums=sums, facts_wait=facts_wait)
    return head.next_event


def _serials(found: dict[int, SeriesNow], totals: Counter[int]) -> dict[int, int]:
    """Give the next serial of each series, if the filed cap leaves room."""
    for series, total in totals.items():
        if series not in found:
            raise NoSuchSeries(series)
        require_room(series, found[series], total)
    return {series: found[series].given + 1 for series in totals}


def _owing_among(session: Session, earnings: Iterable[Earning]) -> bool:
    """Tell whether one of these holders owes something."""
    hot = driver(session)
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
