"""Issuing: earn, accrue, activate, compensate, adjust, and the wallets of enterprises; and repaying a shortage."""

from collections.abc import Iterable
from typing import NamedTuple

from greencredit.ledger.errors import NotAnAward, NotEnoughCredits, NothingLeft, NotPositive, SameEnterprise, TooMany
from greencredit.ledger.rules.book import Book, Move, require_amount
from greencredit.ledger.rules.keys import fingerprint
from greencredit.ledger.rules.paths import MOST
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Adjustment,
    Allotment,
    Compensation,
    Earning,
    Funding,
    LeafKind,
    Passing,
    Verb,
    Withdrawal,
)


def earn(book: Book, command: Earning) -> int:
    """Book an award; an older shortage of the same issuer is repaid from it first."""
    require_amount(command.credits)
    moves = [
        Move(Verb.EARN, command.series, command.holder, command.credits),
        *repayments(book, command.holder, [CameIn(command.series, command.credits)]),
    ]
    return book.write(moves, key=command.key, fingerprint=None)


def accrue(book: Book, command: Accrual) -> int:
    """Book an award that waits."""
    require_amount(command.credits)
    move = Move(Verb.ACCRUE, command.series, command.holder, command.credits)
    return book.write([move], key=command.key, fingerprint=None)


def activate(book: Book, command: Activation) -> int:
    """Make all that is left of a waiting award spendable; a shortage is repaid from it first."""
    fact = book.facts.get(command.award)
    if fact is None or fact.verb is not Verb.ACCRUE:
        raise NotAnAward(event_id=command.award, verb=fact.verb.name.lower() if fact else "unknown")
    left = fact.credits - book.used[fact.event_id, Verb.ACTIVATE] - book.used[fact.event_id, Verb.REVERSE_PENDING]
    if not left:
        raise NothingLeft(event_id=command.award, wanted=fact.credits, left=0)
    moves = [
        Move(Verb.ACTIVATE, fact.series, fact.holder, left, cause=fact.event_id),
        *repayments(book, fact.holder, [CameIn(fact.series, left)]),
    ]
    return book.write(moves, key=command.key, fingerprint=print_of(command))


def compensate(book: Book, command: Compensation) -> int:
    """Book credits for a service that was not given."""
    require_amount(command.credits)
    move = Move(Verb.COMPENSATE, command.series, command.holder, command.credits)
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


def adjust(book: Book, command: Adjustment) -> int:
    """Correct a leaf upwards or downwards; downwards no further than what is available."""
    wanted = command.credits
    if type(wanted) is not int or wanted == 0:
        raise NotPositive(found=wanted)
    if abs(wanted) > MOST:
        raise TooMany(found=wanted, most=MOST)
    if wanted < 0 and (found := book.standing(LeafKind.AVAILABLE, command.series, command.holder)) < -wanted:
        raise NotEnoughCredits(wanted=-wanted, found=found)
    verb = Verb.ADJUST_UP if wanted > 0 else Verb.ADJUST_DOWN
    move = Move(verb, command.series, command.holder, abs(wanted))
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


def fund(book: Book, command: Funding) -> int:
    """Give an enterprise credits under a filed scheme."""
    require_amount(command.credits)
    move = Move(Verb.FUND, command.series, command.enterprise, command.credits)
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


def allot(book: Book, command: Allotment) -> int:
    """Give a person credits from an enterprise's wallet, in spending order."""
    drawn = book.draw(command.enterprise, command.credits, kind=LeafKind.WALLET, issuer_id=command.issuer_id)
    moves = [Move(Verb.ALLOT, series, command.holder, part, command.enterprise) for series, part in drawn]
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def pass_on(book: Book, command: Passing) -> int:
    """Give another enterprise credits from an enterprise's wallet, in spending order."""
    if command.giver == command.receiver:
        raise SameEnterprise(command.giver)
    drawn = book.draw(command.giver, command.credits, kind=LeafKind.WALLET, issuer_id=command.issuer_id)
    moves = [Move(Verb.PASS, series, command.receiver, part, command.giver) for series, part in drawn]
    return book.write(moves, key=command.key, fingerprint=print_of(command), reason=command.reason)


def withdraw(book: Book, command: Withdrawal) -> int:
    """Take unspent wallet credits of one funding back."""
    require_amount(command.credits)
    fact = book.facts.get(command.funding)
    if fact is None or fact.verb is not Verb.FUND:
        raise NotAnAward(event_id=command.funding, verb=fact.verb.name.lower() if fact else "unknown")
    left = fact.credits - book.used[fact.event_id, Verb.REVERSE_FUND]
    left = min(left, book.standing(LeafKind.WALLET, fact.series, fact.holder))
    if command.credits > left:
        raise NothingLeft(event_id=command.funding, wanted=command.credits, left=left)
    move = Move(Verb.REVERSE_FUND, fact.series, fact.holder, command.credits, cause=fact.event_id)
    return book.write([move], key=command.key, fingerprint=print_of(command), reason=command.reason)


class CameIn(NamedTuple):
    """Credits that come to be available to a holder, and the series they were of before."""

    series: int
    credits: int
    was: int | None = None
    """The series that has ended, where these are revived; none: the same."""


def repayments(book: Book, holder: int, came_in: Iterable[CameIn]) -> list[Move]:
    """Repay what a holder owes the same issuer from credits that come in; in the very same group.

    The shortage of their own series goes first, then the oldest: credits that come back leave a place where they were
    counted, and no series may be left with more owed than was ever given.
    """
    moves: list[Move] = []
    repaid: dict[int, int] = {}
    for series, credits_, was in came_in:
        left, own = credits_, series if was is None else was
        owes = book.owes(holder, book.series[series].issuer_id)
        for owed_series, short in sorted(owes, key=lambda one: (one[0] != own, one[0])):
            part = min(left, short - repaid.get(owed_series, 0))
            if part > 0:
                moves.append(Move(Verb.REPAY, series, holder, part))
                moves.append(Move(Verb.SETTLE, owed_series, holder, part))
                repaid[owed_series] = repaid.get(owed_series, 0) + part
                left -= part
    return moves


def print_of(  # noqa: PLR0911 - one line for each command
    command: Activation | Compensation | Adjustment | Funding | Allotment | Passing | Withdrawal,
) -> bytes:
    """Sum a command up, so that a retry is told from a reused key; who asks and why is not part of it."""
    match command:
        case Activation():
            return fingerprint(Verb.ACTIVATE, command.award)
        case Compensation():
            return fingerprint(Verb.COMPENSATE, command.holder, command.series, command.credits)
        case Adjustment():
            return fingerprint(Verb.ADJUST_UP, command.holder, command.series, command.credits)
        case Funding():
            return fingerprint(Verb.FUND, command.enterprise, command.series, command.credits)
        case Allotment():
            whose = command.issuer_id or ""
            return fingerprint(Verb.ALLOT, command.enterprise, command.holder, command.credits, text=whose)
        case Passing():
            whose = command.issuer_id or ""
            return fingerprint(Verb.PASS, command.giver, command.receiver, command.credits, text=whose)
        case Withdrawal():
            return fingerprint(Verb.REVERSE_FUND, command.funding, command.credits)
