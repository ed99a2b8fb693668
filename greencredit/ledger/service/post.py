"""Posts a batch of commands: decided one after the other on paper, written as one, answered item by item."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from greencredit.kernel.collecting import collected_later
from greencredit.kernel.errors import Refusal
from greencredit.ledger import rules
from greencredit.ledger.errors import ItemRefused, KeyReused
from greencredit.ledger.rules.book import Book
from greencredit.ledger.service.notes import keep_notes, seal_notes
from greencredit.ledger.service.people import People, people_of
from greencredit.ledger.service.posting import Head, Moves, lock_head, write
from greencredit.ledger.service.state import Stands, book_for, by_kind, standing
from greencredit.schemas.ledger import Command, Posted

Outcome = Posted | Refusal
"""What became of one command."""


def post(session: Session, caller_id: int, commands: Sequence[Command], *, atomic: bool = True) -> list[Outcome]:
    """Carry commands out in order, as one batch; a key that stands already gives its first answer.

    `atomic` is all or nothing; else each command is answered for itself, and those in order are carried out.

    Raises:
        ItemRefused: in an atomic batch of several, with the place and the reason; a single command raises its own.
    """
    if not commands:
        return []
    with collected_later(len(commands)):
        return _post(session, caller_id, commands, atomic=atomic)


def _post(session: Session, caller_id: int, commands: Sequence[Command], *, atomic: bool) -> list[Outcome]:
    head = lock_head(session)
    stands = standing(session, caller_id, (command.key for command in commands))
    asked = by_kind(command for command in commands if command.key not in stands)
    outcomes: list[Outcome] = []
    book = book_for(session, head, caller_id, asked)
    people = people_of(session, head, book, asked)
    made: dict[bytes, tuple[Command, int]] = {}
    for place, command in enumerate(commands):
        outcome = _one(book, people, command, stands, made)
        if atomic and isinstance(outcome, Refusal):
            raise outcome if len(commands) == 1 else ItemRefused(item=place, refusal=outcome)
        outcomes.append(outcome)
    _write(session, head, book, people)
    return outcomes


def post_one(session: Session, caller_id: int, command: Command) -> Posted:
    """Carry one command out, or raise its refusal."""
    outcome = post(session, caller_id, [command])[0]
    assert isinstance(outcome, Posted), "a single command raises its refusal"
    return outcome


def _one(
    book: Book,
    people: People,
    command: Command,
    stands: dict[bytes, Stands],
    made: dict[bytes, tuple[Command, int]],
) -> Outcome:
    """Decide on one command; `stands` has the keys used before, `made` those used by this very batch."""
    key = command.key
    try:
        rules.require_countable(command)
        if key in stands:
            found = stands[key]
            _require_same(rules.says_the_same(command, found.fact, found.fingerprint), found.fact.event_id, key)
            return Posted(found.fact.event_id, repeated=True)
        if key in made:
            earlier, group = made[key]
            _require_same(rules.ask_the_same(command, earlier), group, key)
            return Posted(group, repeated=True)
        people.require(book, command)
        group = rules.plan(book, command)
    except Refusal as refusal:
        return refusal
    made[key] = (command, group)
    return Posted(group, repeated=False)


def _require_same(same: bool, event_id: int, key: bytes) -> None:  # noqa: FBT001 - what was found out
    if not same:
        raise KeyReused(event_id=event_id, key=key.hex())


def _write(session: Session, head: Head, book: Book, people: People) -> None:
    """Write what the book holds; nothing was decided without the holders being there."""
    if not book.rows:
        return
    first_given: dict[int, int] = {}
    for row in book.rows:
        if row.serial is not None:
            first_given.setdefault(row.series, row.serial)
    given = {series: (first, book.given[series]) for series, first in first_given.items()}
    if book.notes:
        digests = seal_notes(session, book, people.secrets)
    write(session, head, book.rows, Moves.of(book.changes), given=given, secrets=people.secrets)
    if book.notes:
        keep_notes(session, book.notes, digests)
