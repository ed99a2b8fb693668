"""Taking back: reverse an award under the filed policy, freeze and unfreeze for a stated reason."""

from collections import Counter

from greencredit.ledger.errors import (
    AlreadyReversed,
    NoSuchEvent,
    NoSuchFreeze,
    NotAnAward,
    NotEnoughCredits,
    NothingLeft,
)
from greencredit.ledger.rules.book import Book, Fact, Move, require_amount
from greencredit.ledger.rules.issue import CameIn, repayments
from greencredit.ledger.rules.keys import fingerprint
from greencredit.ledger.rules.paths import AWARD_VERBS
from greencredit.schemas.ledger import Freeze, LeafKind, Reversal, Unfreeze, Verb, Waiver

REVERSIBLE = AWARD_VERBS - {Verb.ALLOT, Verb.ADJUST_UP}


def reverse(book: Book, command: Reversal) -> int:
    """Take an award back: first what still waits, then what is available, then by the terms of its series.

    Nobody owes credits that expired or were corrected away before he could use them.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
        AlreadyReversed: less of it is left to take back.
    """
    require_amount(command.credits)
    fact = book.facts.get(command.award)
    if fact is None:
        raise NoSuchEvent(command.award)
    if fact.verb not in REVERSIBLE:
        raise NotAnAward(event_id=command.award, verb=fact.verb.name.lower())
    left = fact.credits - book.taken_back(fact.event_id)
    if command.credits > left:
        raise AlreadyReversed(event_id=command.award, wanted=command.credits, left=left)
    return book.write(
        _moves(book, fact, command), key=command.key, fingerprint=print_of(command), reason=command.reason
    )


def _moves(book: Book, fact: Fact, command: Reversal) -> list[Move]:
    series, holder, award = fact.series, fact.holder, fact.event_id
    pending = 0
    if fact.verb is Verb.ACCRUE:
        pending = fact.credits - book.used[award, Verb.ACTIVATE] - book.used[award, Verb.REVERSE_PENDING]
    waiting = min(command.credits, pending)
    available = min(command.credits - waiting, book.standing(LeafKind.AVAILABLE, series, holder))
    short = command.credits - waiting - available
    unused = _unused(book, fact, short)
    spent = short - sum(credits_ for _, credits_ in unused)
    owed, set_off = _owed(book, fact, _asked_back(book, fact, spent))
    waived = spent - sum(owed.values()) - sum(set_off.values())
    fallen = Counter({series: short - spent + waived}) + owed + set_off
    wanted = [
        (Verb.REVERSE_PENDING, series, waiting, award),
        (Verb.REVERSE, series, available, award),
        *((Verb.FALL_SHORT, of, fallen[of], award) for of in sorted(fallen, key=lambda of: (of != series, of))),
        *((Verb.WAIVE, series, credits_, event_id) for event_id, credits_ in unused),
        (Verb.WAIVE, series, waived, award),
        *((verb, of, credits_, None) for of, credits_ in set_off.items() for verb in (Verb.REPAY, Verb.SETTLE)),
    ]
    return [Move(verb, of, holder, credits_, cause=cause) for verb, of, credits_, cause in wanted if credits_]


def _unused(book: Book, fact: Fact, short: int) -> list[tuple[int, int]]:
    """List (event, credits) that expired or were corrected away and were not pardoned yet, up to what is short."""
    pardoned = []
    for event_id, credits_ in book.unused[fact.holder, fact.series]:
        part = min(short, credits_ - book.used[event_id, Verb.WAIVE])
        if part > 0:
            pardoned.append((event_id, part))
            short -= part
    return pardoned


def _asked_back(book: Book, fact: Fact, spent: int) -> int:
    """Give how much of what is spent the filed cap asks back."""
    terms = book.series[fact.series]
    owes = sum(credits_ for _, credits_ in book.owes(fact.holder, terms.issuer_id))
    return max(0, min(spent, terms.clawback_cap - owes))


def _owed(book: Book, fact: Fact, credits_: int) -> tuple[Counter[int], Counter[int]]:
    """Say in which series a shortage stands: the award's own, else where its credits went as repayment.

    In no series a holder owes more than he used of it. An award may have repaid a shortage whose credits came back
    since: then nothing is used any more, and it is set off at once against what is available of the same issuer.
    """
    holder, issuer = fact.holder, book.series[fact.series].issuer_id
    mine = [series for (of, series) in book.standing_for if of == holder and book.series[series].issuer_id == issuer]
    owed: Counter[int] = Counter()
    for series in sorted(mine, key=lambda number: (number != fact.series, number)):
        unspent = sum(book.standing(kind, series, holder) for kind in (LeafKind.AVAILABLE, LeafKind.PENDING))
        used = book.standing_for[holder, series] - unspent
        owed[series] = max(0, min(used, credits_))
        credits_ -= owed[series]
    set_off: Counter[int] = Counter()
    others = [series for series in mine if series != fact.series and book.series[series].expires_at > book.at]
    for series in sorted(others, key=lambda number: (*book.series[number][1:3], number)):  # as they would be spent
        set_off[series] = min(book.standing(LeafKind.AVAILABLE, series, holder), credits_)
        credits_ -= set_off[series]
    return +owed, +set_off


def waive(book: Book, command: Waiver) -> int:
    """Give up a shortage, or a part of it."""
    require_amount(command.credits)
    short = -book.standing(LeafKind.OWED, command.series, command.holder)
    if command.credits > short:
        raise NotEnoughCredits(wanted=command.credits, found=short)
    move = Move(Verb.WAIVE, command.series, command.holder, command.credits)
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


def freeze(book: Book, command: Freeze) -> int:
    """Keep credits back; of one series, or in spending order over all. What has expired is not kept from expiring."""
    require_amount(command.credits)
    if command.series is None:
        drawn = book.draw(command.holder, command.credits)
    else:
        ended = book.series[command.series].expires_at <= book.at
        found = 0 if ended else book.standing(LeafKind.AVAILABLE, command.series, command.holder)
        if found < command.credits:
            raise NotEnoughCredits(wanted=command.credits, found=found)
        drawn = [(command.series, command.credits)]
    moves = [Move(Verb.FREEZE, series, command.holder, credits_) for series, credits_ in drawn]
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def unfreeze(book: Book, command: Unfreeze) -> int:
    """Give frozen credits back, what was frozen last coming back first; a shortage is repaid from them first."""
    require_amount(command.credits)
    facts = book.groups.get(command.freeze, [])
    if not facts or facts[0].verb is not Verb.FREEZE:
        raise NoSuchFreeze(command.freeze)
    moves, missing = [], command.credits
    for fact in reversed(facts):
        part = min(missing, fact.credits - book.used[fact.event_id, Verb.UNFREEZE])
        if part > 0:
            moves.append(Move(Verb.UNFREEZE, fact.series, fact.holder, part, cause=fact.event_id))
            missing -= part
    if missing:
        raise NothingLeft(event_id=command.freeze, wanted=command.credits, left=command.credits - missing)
    moves += repayments(book, facts[0].holder, [CameIn(move.series, move.credits) for move in moves])
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def print_of(command: Reversal | Waiver | Freeze | Unfreeze) -> bytes:
    """Sum a command up, so that a retry is told from a reused key; who asks and why is not part of it."""
    match command:
        case Reversal():
            return fingerprint(Verb.REVERSE, command.award, command.credits)
        case Waiver():
            return fingerprint(Verb.WAIVE, command.holder, command.series, command.credits)
        case Freeze():
            return fingerprint(Verb.FREEZE, command.holder, command.credits, command.series or 0)
        case Unfreeze():
            return fingerprint(Verb.UNFREEZE, command.freeze, command.credits)
