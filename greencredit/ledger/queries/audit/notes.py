"""Looks whether who did what and why is what the log has the digests of, and whether the erased have no words left."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Row, text

from greencredit.ledger.queries.audit.answer import FIRST_FEW, Answer, Books
from greencredit.ledger.rules import seal
from greencredit.ledger.rules.book import Note
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.tree import root_of
from greencredit.schemas.ledger import Reason

_NOTES: Final = text(
    "SELECT n.event_id, n.actor_id, n.reason, n.document, n.ground, n.office, n.digest, h.secret "
    "FROM ledger_note n LEFT JOIN ledger_event e ON e.id = n.event_id LEFT JOIN ledger_holder h ON h.id = e.holder "
    "WHERE n.event_id > :after ORDER BY n.event_id LIMIT :n"
)
_PROPOSALS: Final = text(
    "SELECT p.id FROM ledger_proposal p JOIN ledger_holder h ON h.id = p.holder "
    "WHERE h.secret IS NULL AND (p.reason IS NOT NULL OR p.document IS NOT NULL) ORDER BY p.id LIMIT :n"
)
_AT_ONCE: Final = 10_000


def notes_are_sealed(books: Books) -> Answer:
    """Hash every note again, and hold the notes of each batch against the log."""
    digests: dict[int, bytes] = {}
    broken: list[str] = []
    for row in _notes(books):
        digests[row.event_id] = bytes(row.digest)
        broken += _wrongs(row)
    broken += [
        f"proposal {number} still has words about somebody who was erased"
        for number in books.session.scalars(_PROPOSALS, {"n": FIRST_FEW})
    ]
    numbers, place = sorted(digests), 0
    for _, body in proofs.entries_of(books.session, ("notes",)):
        fact = json.loads(body)
        there = numbers[place : place + fact["count"]]
        place += fact["count"]
        if there[:1] != [fact["first"]] or root_of([digests[one] for one in there]).hex() != fact["digest"]:
            broken.append(f"the notes from event {fact['first']} on are not those of the log")
    if place != len(numbers):
        broken.append(f"there are {len(numbers)} notes, in the log {place}")
    return Answer(len(numbers), tuple(broken[:FIRST_FEW]))


def _notes(books: Books) -> Iterator[Row[Any]]:
    after = -1
    while rows := books.session.execute(_NOTES, {"after": after, "n": _AT_ONCE}).all():
        yield from rows
        after = rows[-1].event_id


def _wrongs(row: Row[Any]) -> Iterator[str]:
    if row.secret is None:
        if row.reason is not None or row.document is not None:
            yield f"note {row.event_id} still has words about somebody who was erased"
    elif row.reason is None:
        yield f"note {row.event_id} has lost its words"
    else:
        reason = Reason(row.actor_id, row.reason, row.document, row.ground, row.office)
        if seal.note_digest(bytes(row.secret), Note(row.event_id, reason)) != bytes(row.digest):
            yield f"note {row.event_id} is not what its digest was taken of"
