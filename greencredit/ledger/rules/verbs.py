"""One command, one decision: which rule decides on it, and how a retry of it is told from a reused key."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from greencredit.ledger.rules import issue, spend, take_back
from greencredit.ledger.rules.book import Book, Fact, require_amount
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Adjustment,
    Allotment,
    Capture,
    Command,
    Compensation,
    Earning,
    Freeze,
    Funding,
    Hold,
    Passing,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Verb,
    Waiver,
    Withdrawal,
)

_DECIDE: Final[MappingProxyType[type, Callable[[Book, Any], int]]] = MappingProxyType(
    {
        Earning: issue.earn,
        Accrual: issue.accrue,
        Activation: issue.activate,
        Compensation: issue.compensate,
        Adjustment: issue.adjust,
        Funding: issue.fund,
        Allotment: issue.allot,
        Passing: issue.pass_on,
        Withdrawal: issue.withdraw,
        Hold: spend.hold,
        Capture: spend.capture,
        Release: spend.release,
        Redemption: spend.redeem,
        Restoration: spend.restore,
        Reversal: take_back.reverse,
        Waiver: take_back.waive,
        Freeze: take_back.freeze,
        Unfreeze: take_back.unfreeze,
    }
)


def plan(book: Book, command: Command) -> int:
    """Decide on one command and put it into the batch; give its group. A refusal leaves the batch as it was."""
    return _DECIDE[type(command)](book, command)


def require_countable(command: Command) -> None:
    """Refuse an amount that no event can move, whatever else is said: before a key is looked up, or anything read."""
    credits_ = getattr(command, "credits", 1)  # an activation names none
    negative = isinstance(command, Adjustment) and type(credits_) is int and credits_ < 0
    require_amount(-credits_ if negative else credits_)


def print_of(command: Command) -> bytes | None:
    """Sum a command up (16 bytes); awards need no sum, their row says it all."""
    match command:
        case Earning() | Accrual():
            return None
        case Hold() | Capture() | Release() | Redemption() | Restoration():
            return spend.print_of(command)
        case Reversal() | Waiver() | Freeze() | Unfreeze():
            return take_back.print_of(command)
        case _:
            return issue.print_of(command)


def ask_the_same(command: Command, earlier: Command) -> bool:
    """Tell whether two commands with one key ask for the same; who asks and why does not count."""
    if type(command) is not type(earlier):
        return False
    mark = print_of(command)
    return command == earlier if mark is None else mark == print_of(earlier)


def says_the_same(command: Command, fact: Fact, mark: bytes | None) -> bool:
    """Tell whether the event that stands for a key was asked for by this very command."""
    match command:
        case Earning() | Accrual():
            verb = Verb.EARN if isinstance(command, Earning) else Verb.ACCRUE
            found = (fact.verb, fact.holder, fact.series, fact.credits)
            return found == (verb, command.holder, command.series, command.credits)
        case _:
            return mark == print_of(command)
