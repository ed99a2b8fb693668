"""Spending: hold, capture, release, redeem, restore; each decides on paper what a batch will carry."""

from datetime import timedelta

from greencredit.kernel.clock import civil_date, instant, micros, start_of
from greencredit.ledger.errors import NoSuchHold, NoSuchRedemption, NothingLeft
from greencredit.ledger.rules.book import Book, Fact, Move, Row, require_amount
from greencredit.ledger.rules.issue import CameIn, repayments
from greencredit.ledger.rules.keys import fingerprint
from greencredit.ledger.rules.paths import ends_of
from greencredit.schemas.ledger import Capture, Hold, Redemption, Release, Restoration, Verb

_SPENT = (Verb.CAPTURE, Verb.REDEEM)


def hold(book: Book, command: Hold) -> int:
    """Set credits aside; one event per leaf, in spending order."""
    drawn = book.draw(command.holder, command.credits, issuer_id=command.issuer_id)
    moves = [Move(Verb.HOLD, series, command.holder, credits_) for series, credits_ in drawn]
    return book.write(moves, key=command.key, fingerprint=print_of(command))


def redeem(book: Book, command: Redemption) -> int:
    """Spend at once; one event per leaf, in spending order.

    It is what a ledger does most after awarding, so its rows are written without a step in between; of what it
    changes, the book needs for later decisions only what the holder has left.
    """
    holder, wanted, party, key, issuer_id, donation = command
    drawn = book.draw(holder, wanted, issuer_id=issuer_id)
    verb = Verb.DONATE if donation else Verb.REDEEM
    caller, changes, append = book.caller, book.changes, book.rows.append
    first = number = book.number
    first_key: bytes | None = key
    group: int | None = None
    mark: bytes | None = print_of(command)
    for series, credits_ in drawn:
        source, target = ends_of(verb, series, holder, party)
        append(Row(number, group, int(verb), series, holder, party, credits_, caller, first_key, mark, None, None))
        book.spend(holder, series, credits_)
        changes[source] -= credits_
        changes[target] += credits_
        group, first_key, mark, number = first, None, None, number + 1
    book.number = number
    return first


def capture(book: Book, command: Capture) -> int:
    """Spend what a hold set aside, what was drawn first going first."""
    verb = Verb.CAPTURE_DONATION if command.donation else Verb.CAPTURE
    moves = [
        Move(verb, fact.series, fact.holder, credits_, command.party, fact.event_id)
        for fact, credits_ in _of_hold(book, command.hold, command.credits, last_first=False)
    ]
    return book.write(moves, key=command.key, fingerprint=print_of(command))


def release(book: Book, command: Release) -> int:
    """Give back what a hold set aside, what was drawn last coming back first; a shortage is repaid from it first."""
    moves = [
        Move(Verb.RELEASE, fact.series, fact.holder, credits_, cause=fact.event_id)
        for fact, credits_ in _of_hold(book, command.hold, command.credits, last_first=True)
    ]
    moves += repayments(book, moves[0].holder, [CameIn(move.series, move.credits) for move in moves])
    return book.write(moves, key=command.key, fingerprint=print_of(command))


def _of_hold(book: Book, hold_id: int, wanted: int, *, last_first: bool) -> list[tuple[Fact, int]]:
    require_amount(wanted)
    facts = book.groups.get(hold_id, [])
    if not facts or facts[0].verb is not Verb.HOLD:
        raise NoSuchHold(hold_id)
    used = (Verb.CAPTURE, Verb.CAPTURE_DONATION, Verb.RELEASE)
    return _shares(book, hold_id, facts[::-1] if last_first else facts, wanted, used)


def _shares(
    book: Book, group_id: int, facts: list[Fact], wanted: int, used: tuple[Verb, ...]
) -> list[tuple[Fact, int]]:
    """Divide what is wanted over the events of a group, in this order, by what is left of each."""
    shares, missing = [], wanted
    for fact in facts:
        left = fact.credits - sum(book.used[fact.event_id, verb] for verb in used)
        part = min(left, missing)
        if part > 0:
            shares.append((fact, part))
            missing -= part
    if missing:
        raise NothingLeft(event_id=group_id, wanted=wanted, left=wanted - missing)
    return shares


def restore(book: Book, command: Restoration) -> int:
    """Give back what was spent, to the very leaves; what expired meanwhile follows the terms of its series.

    Raises:
        NoSuchRedemption: the group spent nothing at a merchant.
        NothingLeft: less of it is left to give back.
    """
    require_amount(command.credits)
    facts = book.groups.get(command.redemption, [])
    if not facts or facts[0].verb not in _SPENT:
        raise NoSuchRedemption(command.redemption)
    shares = _shares(book, command.redemption, facts[::-1], command.credits, (Verb.RESTORE,))
    moves: list[Move] = []
    back: list[CameIn] = []
    number = book.number
    for fact, credits_ in shares:
        cause = number + len(moves)
        moves.append(Move(Verb.RESTORE, fact.series, fact.holder, credits_, fact.party, fact.event_id))
        terms = book.series[fact.series]
        if terms.expires_at > book.at:
            back.append(CameIn(fact.series, credits_))
        elif not terms.refund_grace_days:
            moves.append(Move(Verb.EXPIRE, fact.series, fact.holder, credits_, cause=cause))
        else:
            revived = book.revived[fact.series]
            moves.append(Move(Verb.REVIVE_OUT, fact.series, fact.holder, credits_, cause=cause))
            moves.append(Move(Verb.REVIVE_IN, revived, fact.holder, credits_, cause=cause))
            back.append(CameIn(revived, credits_, fact.series))
    moves += repayments(book, facts[0].holder, back)
    return book.write(moves, key=command.key, fingerprint=print_of(command))


def graced_until(at: int, grace_days: int) -> int:
    """Give the instant at which revived credits end: the filed grace, rounded up to the end of a day in China."""
    return micros(start_of(civil_date(instant(at)) + timedelta(days=grace_days + 1)))


def print_of(command: Hold | Redemption | Capture | Release | Restoration) -> bytes:
    """Sum a command up, so that a retry is told from a reused key."""
    match command:
        case Hold():
            return fingerprint(Verb.HOLD, command.holder, command.credits, text=command.issuer_id or "")
        case Redemption():
            return fingerprint(
                Verb.REDEEM,
                command.holder,
                command.credits,
                command.party,
                int(command.donation),
                text=command.issuer_id or "",
            )
        case Capture():
            return fingerprint(Verb.CAPTURE, command.hold, command.credits, command.party, int(command.donation))
        case Release():
            return fingerprint(Verb.RELEASE, command.hold, command.credits)
        case Restoration():
            return fingerprint(Verb.RESTORE, command.redemption, command.credits)
