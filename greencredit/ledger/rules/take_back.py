"""Taking back: reverse an award under the filed policy, freeze and unfreeze for a stated reason."""

from greencredit.ledger.errors import (
    AlreadyReversed,
    NoSuchEvent,
    NoSuchFreeze,
    NotAnAward,
    NotEnoughCredits,
    NothingLeft,
)
from greencredit.ledger.rules.book import Book, Fact, Move, require_amount
from greencredit.ledger.rules.keys import fingerprint
from greencredit.ledger.rules.paths import AWARD_VERBS
from greencredit.schemas.ledger import Freeze, LeafKind, Reversal, ShortagePolicy, Unfreeze, Verb, Waiver

REVERSIBLE = AWARD_VERBS - {Verb.ALLOT, Verb.ADJUST_UP}


def reverse(book: Book, command: Reversal) -> int:
    """Take an award back: first what still waits, then what is available, then by the filed policy.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
        AlreadyReversed: less of it is left to take back.
        NotEnoughCredits: it is spent, and no policy says otherwise or nothing at all is left to take.
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
    moves, short = _moves(book, fact, command)
    if short and command.clawback is None:
        raise NotEnoughCredits(wanted=command.credits, found=command.credits - short, event_id=command.award)
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def _moves(book: Book, fact: Fact, command: Reversal) -> tuple[list[Move], int]:
    """Give the moves, and what was neither pending nor available."""
    series, holder, award = fact.series, fact.holder, fact.event_id
    pending = 0
    if fact.verb is Verb.ACCRUE:
        pending = fact.credits - book.used[award, Verb.ACTIVATE] - book.used[award, Verb.REVERSE_PENDING]
    waiting = min(command.credits, pending)
    available = min(command.credits - waiting, book.standing(LeafKind.AVAILABLE, series, holder))
    short = command.credits - waiting - available
    owed = 0
    if command.clawback is not None and command.clawback.policy is ShortagePolicy.SHORTAGE:
        owes = sum(credits_ for _, credits_ in book.owes(holder, book.series[series].issuer_id))
        owed = max(0, min(short, command.clawback.cap - owes))
    wanted = (
        (Verb.REVERSE_PENDING, waiting),
        (Verb.REVERSE, available),
        (Verb.FALL_SHORT, short),
        (Verb.WAIVE, short - owed),
    )
    return [Move(verb, series, holder, credits_, cause=award) for verb, credits_ in wanted if credits_], short


def waive(book: Book, command: Waiver) -> int:
    """Give up a shortage, or a part of it."""
    require_amount(command.credits)
    short = -book.standing(LeafKind.OWED, command.series, command.holder)
    if command.credits > short:
        raise NotEnoughCredits(wanted=command.credits, found=short)
    move = Move(Verb.WAIVE, command.series, command.holder, command.credits)
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


def freeze(book: Book, command: Freeze) -> int:
    """Keep credits back; of one series, or in spending order over all."""
    require_amount(command.credits)
    if command.series is None:
        drawn = book.draw(command.holder, command.credits)
    else:
        found = book.standing(LeafKind.AVAILABLE, command.series, command.holder)
        if found < command.credits:
            raise NotEnoughCredits(wanted=command.credits, found=found)
        drawn = [(command.series, command.credits)]
    moves = [Move(Verb.FREEZE, series, command.holder, credits_) for series, credits_ in drawn]
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def unfreeze(book: Book, command: Unfreeze) -> int:
    """Give frozen credits back, what was frozen last coming back first."""
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
