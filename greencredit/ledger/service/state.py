"""Reads, under the lock, what a batch of commands will be decided on: causes, leaves, series, keys that stand."""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.arrays import bigints, blobs
from greencredit.kernel.driver import driver
from greencredit.ledger.rules.book import UNUSED, Book, Fact
from greencredit.ledger.rules.spend import graced_until
from greencredit.ledger.service.names import revived_series
from greencredit.ledger.service.posting import Head, in_batches, series_now
from greencredit.schemas.ledger import Command, LeafKind, Restoration, Reversal, Verb

Asked = dict[type[Any], list[Any]]
"""The commands of a batch, kind by kind."""


class Stands(NamedTuple):
    """The event that stands for a key, and what summed its command up."""

    fact: Fact
    fingerprint: bytes | None


_FACT: Final = "id, grp, kind, series, holder, party, amount, cause"
_WHOSE: Final = ("holder", "enterprise", "giver", "receiver")
"""Where a command names those whose credits it touches, as far as it says so itself."""
_KEYS_AT_ONCE: Final = 500
_GROUP_AT_ONCE: Final = 64
"""Events of a group are read so many at a time; few groups have more."""


def standing(session: Session, caller_id: int, keys: Iterable[bytes]) -> dict[bytes, Stands]:
    """Give what stands for those keys of a caller that were used before.

    A key beyond the caller's greatest is new without a look; time-ordered keys mostly are. The rest is looked up by
    the unique index.
    """
    greatest = _greatest_key(session, caller_id)
    wanted = sorted({key for key in keys if key <= greatest})
    if not wanted:
        return {}
    rows: list[tuple[Any, ...]] = []
    statement = f"SELECT key, fingerprint, {_FACT} FROM ledger_event WHERE caller = {caller_id} AND key"  # noqa: S608
    with driver(session) as hot:
        if not hot.sqlite:
            rows = hot.rows(f"{statement} = ANY(?)", (blobs(wanted),))
        for start in range(0, len(wanted) if hot.sqlite else 0, _KEYS_AT_ONCE):
            part = wanted[start : start + _KEYS_AT_ONCE]
            part += [part[-1]] * (_KEYS_AT_ONCE - len(part) if len(wanted) > _KEYS_AT_ONCE else 0)
            rows += hot.rows(f"{statement} IN ({', '.join('?' * len(part))})", part)
    return {bytes(row[0]): Stands(_fact(row[2:]), None if row[1] is None else bytes(row[1])) for row in rows}


def _greatest_key(session: Session, caller_id: int) -> bytes:
    with driver(session) as hot:
        found = hot.rows(
            "SELECT key FROM ledger_event WHERE caller = ? AND key IS NOT NULL ORDER BY key DESC LIMIT 1", (caller_id,)
        )
    return bytes(found[0][0]) if found else b""


def _fact(row: Sequence[Any]) -> Fact:
    number, grp, kind, series, holder, party, amount, cause = row
    return Fact(number, grp or number, Verb(kind), series, holder, party, amount, cause)


def by_kind(commands: Iterable[Command]) -> Asked:
    """Put the commands of each kind together, so that what they name is gathered kind by kind."""
    kinds: Asked = {}
    for command in commands:
        kinds.setdefault(type(command), []).append(command)
    return kinds


def named(asked: Asked, *places: str) -> set[int]:
    """Gather the numbers that commands name in these places."""
    found: set[int] = set()
    for kind, commands in asked.items():
        for place in places:
            if place in kind._fields:
                found.update(map(attrgetter(place), commands))
    return found


def book_for(session: Session, head: Head, caller_id: int, asked: Asked) -> Book:
    """Read everything the commands ask for into a book."""
    book = Book(caller=caller_id, next_event=head.next_event, at=head.at)
    _read_causes(session, book, asked)
    series = {fact.series for fact in book.facts.values()}
    series |= {number for number in named(asked, "series") if number}
    holders = {fact.holder for fact in book.facts.values()}
    holders |= named(asked, *_WHOSE)
    book.know(_leaves(session, holders))
    series |= book.series_known()
    series |= _read_past(session, book, asked)
    known = series_now(session, series)
    book.series = {number: found.facts for number, found in known.items()}
    book.given = {number: found.given for number, found in known.items()}
    _revive(session, book, asked)
    return book


def holders_in(command: Command) -> tuple[int, ...]:
    """Name those whose credits a command touches, as far as it says so itself."""
    return tuple(getattr(command, place) for place in _WHOSE if place in command._fields)


def _read_causes(session: Session, book: Book, asked: Asked) -> None:
    singles, groups = named(asked, "award", "funding"), named(asked, "hold", "redemption", "freeze")
    for row in in_batches(session, f"SELECT {_FACT} FROM ledger_event WHERE id", sorted(singles)):  # noqa: S608
        book.facts[row[0]] = _fact(row)
    for group, facts in read_groups(session, groups).items():
        book.groups[group] = facts
        book.facts |= {fact.event_id: fact for fact in facts}
    if book.facts:
        used = in_batches(
            session,
            "SELECT cause, kind, amount FROM ledger_event WHERE cause",
            sorted(book.facts),
        )
        for cause, kind, amount in used:
            book.used[cause, Verb(kind)] += amount


def _read_past(session: Session, book: Book, asked: Asked) -> set[int]:
    """Read what holders did whose awards may be taken back without being there still; give the series they had."""
    past = in_batches(
        session,
        "SELECT id, kind, series, holder, amount FROM ledger_event WHERE holder",
        sorted(_may_fall_short(book, asked)),
    )
    unused = []
    for number, kind, series, holder, amount in sorted(past):  # the oldest is pardoned first
        book.remember(number, Verb(kind), series, holder, amount)
        if kind in UNUSED and number not in book.facts:  # the pardons of those are read already
            unused.append(number)
    pardons = f"SELECT cause, amount FROM ledger_event WHERE kind = {Verb.WAIVE.value} AND cause"  # noqa: S608
    for cause, amount in in_batches(session, pardons, unused):
        book.used[cause, Verb.WAIVE] += amount
    return {series for _, _, series, _, _ in past}


def _may_fall_short(book: Book, asked: Asked) -> set[int]:
    """Name the holders of whom a reversal may find too little; every holder, when the batch does other things too."""
    reversals = asked.get(Reversal, [])
    if not reversals:
        return set()
    facts = [book.facts[reversal.award] for reversal in reversals if reversal.award in book.facts]
    if len(asked) > 1 or len(facts) < len(reversals):
        return {fact.holder for fact in book.facts.values()} | named(asked, *_WHOSE)
    wanted: Counter[tuple[int, int]] = Counter()
    for fact, reversal in zip(facts, reversals, strict=True):
        wanted[fact.series, fact.holder] += reversal.credits
    return {
        holder
        for (series, holder), credits_ in wanted.items()
        if credits_ > book.standing(LeafKind.AVAILABLE, series, holder)
    }


def read_groups(session: Session, groups: Iterable[int]) -> dict[int, list[Fact]]:
    """Read the events of each group, in order; a number that begins no group is absent."""
    found: dict[int, list[Fact]] = {}
    pending = {group: group for group in groups}
    while pending:
        numbers = sorted({first + step for first in pending.values() for step in range(_GROUP_AT_ONCE)})
        rows = in_batches(session, f"SELECT {_FACT} FROM ledger_event WHERE id", numbers)  # noqa: S608
        by_id = {row[0]: _fact(row) for row in rows}
        again: dict[int, int] = {}
        for group, first in pending.items():
            for number in range(first, first + _GROUP_AT_ONCE):
                fact = by_id.get(number)
                if fact is None or fact.group_id != group:
                    break
                found.setdefault(group, []).append(fact)
            else:
                again[group] = first + _GROUP_AT_ONCE
        pending = again
    return found


def _leaves(session: Session, holders: Iterable[int]) -> list[tuple[int, int]]:
    """Read the leaves of holders that have something on them: each holder's lie together in the primary key."""
    wanted = sorted(holder for holder in set(holders) if holder > 0)
    hot = driver(session)
    if not hot.sqlite:
        return hot.rows(
            "SELECT b.leaf_id, b.posted FROM unnest(?) AS h(id), LATERAL ("
            "SELECT leaf_id, posted FROM ledger_balance WHERE leaf_id >= (h.id << 28) AND leaf_id < ((h.id + 1) << 28) "
            "AND posted <> 0 OFFSET 0) b",
            (bigints(wanted),),
        )
    found: list[tuple[int, int]] = []
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        values = ", ".join(f"({holder})" for holder in wanted[start : start + _KEYS_AT_ONCE])
        found += hot.rows(
            f"WITH h(id) AS (VALUES {values}) SELECT b.leaf_id, b.posted FROM h CROSS JOIN ledger_balance b "  # noqa: S608
            "ON b.leaf_id >= (h.id << 28) AND b.leaf_id < ((h.id + 1) << 28) WHERE b.posted <> 0"
        )
    return found


def _revive(session: Session, book: Book, asked: Asked) -> None:
    """Open the series that refunds of ended series with a filed grace will need."""
    refunded = [book.groups.get(one.redemption, []) for one in asked.get(Restoration, [])]
    for series in sorted({fact.series for facts in refunded for fact in facts}):
        terms = book.series[series]
        if terms.refund_grace_days and terms.expires_at <= book.at:
            number = revived_series(session, series, graced_until(book.at, terms.refund_grace_days))
            book.revived[series] = number
            book.series[number] = series_now(session, [number])[number].facts
