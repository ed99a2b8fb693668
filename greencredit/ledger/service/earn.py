"""Earn: credits come into being, each with its serial, under the filed cap and an idempotency key."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.errors import KeyReused, NotPositive
from greencredit.ledger.service.names import leaves
from greencredit.ledger.service.posting import (
    Head,
    Slot,
    Stands,
    give_serials,
    insert_events,
    lock_head,
    settle,
    standing,
)
from greencredit.schemas.ledger import Earning, LeafKind, Posted, Verb

_NO_HOLDER = 0


def earn(session: Session, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    """Book awards as one batch: all or nothing, in order; a key that stands already gives its first answer.

    Raises:
        NotPositive: an award of no credits.
        KeyReused: a key that stands for another payload.
        CapReached: the filed cap of a series leaves no room.
    """
    for earning in earnings:
        if earning.credits <= 0:
            raise NotPositive(found=earning.credits)
    if not earnings:
        return []
    head = lock_head(session)
    stands = standing(session, caller_id, ((earning.day, earning.key) for earning in earnings))
    fresh: dict[Slot, Earning] = {}
    for earning in earnings:
        fresh.setdefault((earning.day, earning.key), earning)
    if not stands and len(fresh) == len(earnings):
        return _post(session, head, caller_id, earnings)
    new = [earning for slot, earning in fresh.items() if slot not in stands]
    for earning, made in zip(new, _post(session, head, caller_id, new) if new else [], strict=True):
        stands[earning.day, earning.key] = (made.event_id, _fingerprint(earning))
    unseen = {(earning.day, earning.key) for earning in new}
    answers = []
    for earning in earnings:
        slot = (earning.day, earning.key)
        answers.append(_answer(earning, stands[slot], repeated=slot not in unseen))
        unseen.discard(slot)
    return answers


def _answer(earning: Earning, stands: Stands, *, repeated: bool) -> Posted:
    event_id, remembered = stands
    if remembered != _fingerprint(earning):
        raise KeyReused(event_id=event_id, key=earning.key.hex())
    return Posted(event_id, repeated=repeated)


def _fingerprint(earning: Earning) -> bytes:
    return rules.fingerprint(Verb.EARN, earning.holder, earning.series, earning.credits)


def _post(session: Session, head: Head, caller_id: int, earnings: Sequence[Earning]) -> list[Posted]:
    holders_of: defaultdict[int, list[int]] = defaultdict(list)
    totals: Counter[int] = Counter()
    for earning in earnings:
        holders_of[earning.series].append(earning.holder)
        totals[earning.series] += earning.credits
    credit_leaves = {
        series: leaves(session, series, LeafKind.AVAILABLE, wanted) for series, wanted in holders_of.items()
    }
    debit_leaves = {
        series: leaves(session, series, LeafKind.ISSUED, (_NO_HOLDER,))[_NO_HOLDER] for series in holders_of
    }
    next_serial = {series: give_serials(session, head, series, total) for series, total in totals.items()}
    changes: Counter[int] = Counter({debit_leaves[series]: -total for series, total in totals.items()})
    rows: list[tuple[object, ...]] = []
    posted: list[Posted] = []
    number, at = head.next_event, head.at
    for earning in earnings:
        holder, series, amount, day, key = earning
        credit_leaf = credit_leaves[series][holder]
        serial = next_serial[series]
        next_serial[series] = serial + amount
        changes[credit_leaf] += amount
        print_ = rules.fingerprint(Verb.EARN, holder, series, amount)
        rows.append(
            (
                number,
                number,
                1,
                debit_leaves[series],
                credit_leaf,
                amount,
                holder,
                caller_id,
                day,
                key,
                print_,
                None,
                at,
                serial,
            )
        )
        posted.append(Posted(number, repeated=False))
        number += 1
    insert_events(session, rows)
    settle(session, head, changes, len(rows))
    return posted
