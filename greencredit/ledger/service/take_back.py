"""Reverse and restore, each with an answer that says what became of every credit."""

from collections import Counter

from sqlalchemy.orm import Session

from greencredit.ledger.service.post import post_one
from greencredit.ledger.service.state import read_groups
from greencredit.schemas.ledger import Posted, Refunded, Restoration, Reversal, TakenBack, Verb
from greencredit.schemas.values import Credits


def reverse(session: Session, caller_id: int, reversal: Reversal) -> TakenBack:
    """Take an award back, whole or in part (冲正), under the filed policy for what is spent.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
        AlreadyReversed: less of it is left to take back.
        NotEnoughCredits: it is spent, and the command names no policy.
        KeyReused: the key stands for another payload.
    """
    posted = post_one(session, caller_id, reversal)
    sums = _sums(session, posted)
    waived = sums[Verb.WAIVE]
    return TakenBack(
        event_id=posted.event_id,
        repeated=posted.repeated,
        taken=Credits(sums[Verb.REVERSE] + sums[Verb.REVERSE_PENDING]),
        short=Credits(sums[Verb.FALL_SHORT] - waived),
        forgiven=Credits(waived),
    )


def restore(session: Session, caller_id: int, restoration: Restoration) -> Refunded:
    """Give back what a redemption took (退还), to the very leaves and with their original terms.

    Raises:
        NoSuchRedemption: nothing was spent at a merchant under this number.
        NothingLeft: less of it is left to give back.
        KeyReused: the key stands for another payload.
    """
    posted = post_one(session, caller_id, restoration)
    sums = _sums(session, posted)
    return Refunded(
        event_id=posted.event_id,
        repeated=posted.repeated,
        restored=Credits(sums[Verb.RESTORE]),
        expired=Credits(sums[Verb.EXPIRE]),
        revived=Credits(sums[Verb.REVIVE_IN]),
        repaid=Credits(sums[Verb.REPAY]),
    )


def _sums(session: Session, posted: Posted) -> Counter[Verb]:
    """Add a group up by verb, from the events themselves, so that a retry hears what the first call heard."""
    sums: Counter[Verb] = Counter()
    for fact in read_groups(session, [posted.event_id])[posted.event_id]:
        sums[fact.verb] += fact.credits
    return sums
