"""Keeps who did it, why and on what document: the words beside the event, their digest in the log."""

from collections.abc import Mapping, Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger.rules import seal
from greencredit.ledger.rules.book import Book, Note
from greencredit.proofs import service as proofs
from greencredit.proofs.rules.tree import root_of


def seal_notes(session: Session, book: Book, secrets: Mapping[int, bytes]) -> list[bytes]:
    """Give the digests of a batch's notes, and let the log have their root right behind the batch's record."""
    holders = {row.id: row.holder for row in book.rows}
    digests = [seal.note_digest(secrets[holders[note.event_id]], note) for note in book.notes]
    fact = {"first": book.notes[0].event_id, "count": len(digests), "digest": root_of(digests).hex()}
    proofs.note_fact(session, "notes", fact)
    return digests


def keep_notes(session: Session, notes: Sequence[Note], digests: Sequence[bytes]) -> None:
    """Write the words and their digests."""
    session.execute(
        text(
            "INSERT INTO ledger_note (event_id, actor_id, reason, document, ground, office, digest) "
            "VALUES (:id, :actor, :reason, :document, :ground, :office, :digest)"
        ),
        [
            {
                "id": note.event_id,
                "actor": note.reason.actor_id,
                "reason": note.reason.text,
                "document": note.reason.document,
                "ground": note.reason.ground,
                "office": note.reason.office,
                "digest": digest,
            }
            for note, digest in zip(notes, digests, strict=True)
        ],
    )


def forget_words(session: Session, holder: int) -> None:
    """Drop the words about somebody who was erased; digests, actors and amounts stay."""
    wordless = "SET reason = NULL, document = NULL"
    session.execute(
        text(
            f"UPDATE ledger_note {wordless} WHERE event_id IN (SELECT id FROM ledger_event WHERE holder = :holder)"  # noqa: S608 - a constant
        ),
        {"holder": holder},
    )
    session.execute(text(f"UPDATE ledger_proposal {wordless} WHERE holder = :holder"), {"holder": holder})
