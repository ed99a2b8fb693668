"""Erases a person: hashes of his events are kept; secret, name and words about him go; every old proof still holds."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.rules import seal
from greencredit.ledger.rules.book import Row
from greencredit.ledger.rules.paths import OF_PARTIES
from greencredit.ledger.service.notes import forget_words
from greencredit.ledger.service.posting import lock_head
from greencredit.proofs import service as proofs


def erase(session: Session, subject_id: str) -> int:
    """Freeze the hashes of a holder's events and forget who he was, in one transaction; gives how many events.

    What the holder still had stays on his leaves under a number that leads to nobody. Of what an enterprise gave him
    the salts are kept: the enterprise can prove its account further on, and nothing in it leads to him.

    Raises:
        NoSuchHolder: nobody of this name ever held credits, or he was erased already.
    """
    lock_head(session)
    holder = session.execute(
        text("SELECT id, secret FROM ledger_holder WHERE subject_id = :subject"), {"subject": subject_id}
    ).one_or_none()
    if holder is None:
        raise NoSuchHolder(subject_id)
    columns = ", ".join(Row._fields)
    found = session.execute(
        text(f"SELECT {columns} FROM ledger_event WHERE holder = :holder ORDER BY id"),  # noqa: S608 - a constant
        {"holder": holder.id},
    )
    rows, secret = [Row(*row) for row in found], bytes(holder.secret)
    hashes = seal.event_hashes(rows, {holder.id: secret})
    salts = [seal.salt_of(secret, row.id) if row.kind in OF_PARTIES else None for row in rows]
    if rows:
        session.execute(
            text("INSERT INTO ledger_frozen (event_id, hash, salt) VALUES (:id, :hash, :salt)"),
            [
                {"id": row.id, "hash": hashed, "salt": salt}
                for row, hashed, salt in zip(rows, hashes, salts, strict=True)
            ],
        )
    session.execute(
        text("UPDATE ledger_holder SET subject_id = NULL, secret = NULL WHERE id = :holder"), {"holder": holder.id}
    )
    session.execute(text("UPDATE ledger_head SET erasures = erasures + 1 WHERE id = 1"))
    forget_words(session, holder.id)
    proofs.note_fact(session, "erasure", {"holder": holder.id, "events": len(rows), "at": micros(now(session))})
    return len(rows)
