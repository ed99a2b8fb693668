"""Earn: credits come into being, each with its serial, under the filed cap and an idempotency key.

Awards are most of what a ledger does, so they have a way of their own: the same rows as `post` would write, decided
set by set. Whoever owes something after a clawback goes through `post`, where it is repaid first.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.errors import Refusal
from greencredit.ledger import rules
from greencredit.ledger.errors import KeyReused, NoSuchSeries, NotPositive, TooMany
from greencredit.ledger.rules.paths import HOLDER_SHIFT
from greencredit.ledger.rules.seal import nested
from greencredit.ledger.service.post import Outcome, post
from greencredit.ledger.service.posting import (
    Head,
    last_serials,
    lock_head,
    require_room,
    secrets_of,
    series_facts,
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
        if type(earning.credits) is not int or earning.credits <= 0:
            raise NotPositive(found=earning.credits)
        if earning.credits > rules.MOST:
            raise TooMany(found=earning.credits, most=rules.MOST)
    head = lock_head(session)
    stands = standing(session, caller_id, (earning.key for earning in earnings))
    fresh: dict[bytes, Earning] = {}
    for earning in earnings:
        if earning.key not in stands:
            fresh.setdefault(earning.key, earning)
    if len(fresh) == len(earnings):
        return _book(session, head, caller_id, earnings)
    _require_same(earnings, stands, fresh, head.next_event)
    made = _book(session, head, caller_id, list(fresh.values())) if fresh else []
    answers = dict(zip(fresh, made, strict=True))
    answers |= {key: Posted(found.fact.event_id, repeated=True) for key, found in stands.items()}
    return [
        answers[earning.key] if fresh.get(earning.key) is earning else answers[earning.key]._replace(repeated=True)
        for earning in earnings
    ]


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


def _book(session: Session, head: Head, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    if owing_among(session, {earning.holder for earning in earnings}):
        return _all(post(session, caller_id, earnings))
    totals: Counter[int] = Counter()
    for _, series, credits_, _ in earnings:
        totals[series] += credits_
    secrets = secrets_of(session, (earning.holder for earning in earnings))
    next_serial = _serials(session, totals)
    given = {series: (first, first + totals[series] - 1) for series, first in next_serial.items()}
    changes: Counter[int] = Counter(
        {rules.leaf_of(LeafKind.ISSUED, series): -total for series, total in totals.items()}
    )
    verb, place_of = Verb.EARN.value, {series: rules.leaf_of(LeafKind.AVAILABLE, series) for series in totals}
    rows: list[tuple[Any, ...]] = []
    posted: list[Posted] = []
    number = head.next_event
    for holder, series, credits_, key in earnings:
        serial = next_serial[series]
        next_serial[series] = serial + credits_
        changes[holder << HOLDER_SHIFT | place_of[series]] += credits_
        rows.append((number, None, verb, series, holder, None, credits_, caller_id, key, None, None, serial))
        posted.append(Posted(number, repeated=False))
        number += 1
    sums = nested({(series, verb): total for series, total in totals.items()})
    write(session, head, rows, changes, given=given, secrets=secrets, sums=sums)
    return posted


def _serials(session: Session, totals: Counter[int]) -> dict[int, int]:
    """Give the next serial of each series, if the filed cap leaves room."""
    facts, given = series_facts(session, totals), last_serials(session, totals)
    for series, total in totals.items():
        if series not in facts:
            raise NoSuchSeries(series)
        require_room(series, facts[series], given[series], total)
    return {series: given[series] + 1 for series in totals}


def owing_among(session: Session, holders: Iterable[int]) -> bool:
    """Tell whether one of these holders owes something; a partial index keeps only leaves that do."""
    owing = text("SELECT leaf_id >> 28 FROM ledger_balance WHERE posted < 0 AND leaf_id & 15 = 6")
    return bool(set(session.execute(owing).scalars()) & set(holders))


def _all(outcomes: list[Outcome]) -> list[Posted]:
    return [outcome for outcome in outcomes if isinstance(outcome, Posted)]
