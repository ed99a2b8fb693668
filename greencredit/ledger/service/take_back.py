"""Reverse and restore, each with an answer that says what became of every credit."""

from collections import Counter
from collections.abc import Iterable

from sqlalchemy.orm import Session

from greencredit.ledger.rules import Fact
from greencredit.ledger.service.post import post_one
from greencredit.ledger.service.state import read_groups
from greencredit.schemas.ledger import Refunded, Restoration, Reversal, TakenBack, Verb
from greencredit.schemas.values import Credits


def reverse(session: Session, caller_id: int, reversal: Reversal) -> TakenBack:
    """Take an award back, whole or in part (冲正), as far as the terms of its series say.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
        AlreadyReversed: less of it is left to take back.
        KeyReused: the key stands for another payload.
    """
    posted = post_one(session, caller_id, reversal)
    facts = read_groups(session, [posted.event_id])[posted.event_id]
    sums = _sums(facts)
    forgiven = sum(fact.credits for fact in facts if fact.verb is Verb.WAIVE and fact.cause == reversal.award)
    return TakenBack(
        event_id=posted.event_id,
        repeated=posted.repeated,
        taken=Credits(sums[Verb.REVERSE] + sums[Verb.REVERSE_PENDING] + sums[Verb.REPAY]),
        short=Credits(sums[Verb.FALL_SHORT] - sums[Verb.WAIVE] - sums[Verb.SETTLE]),
        forgiven=Credits(forgiven),
        expired=Credits(sums[Verb.WAIVE] - forgiven),
    )


def restore(session: Session, caller_id: int, restoration: Restoration) -> Refunded:
    """Give back what a redemption took (退还), to the very leaves and with their original terms.

    Raises:
        NoSuchRedemption: nothing was spent at a merchant under this number.
        NothingLeft: less of it is left to give back.
        KeyReused: the key stands for another payload.
    """
    posted = post_one(session, caller_id, restoration)
    sums = _sums(read_groups(session, [posted.event_id])[posted.event_id])
    return Refunded(
        event_id=posted.event_id,
        repeated=posted.repeated,
        restored=Credits(sums[Verb.RESTORE]),
        expired=Credits(sums[Verb.EXPIRE]),
        revived=Credits(sums[Verb.REVIVE_IN]),
        repaid=Credits(sums[Verb.REPAY]),
    )


def _sums(facts: Iterable[Fact]) -> Counter[Verb]:
    """Add a group up by verb, from the events themselves, so that a retry hears what the first call heard."""
    sums: Counter[Verb] = Counter()
    for fact in facts:
        sums[fact.verb] += fact.credits
    return sums
