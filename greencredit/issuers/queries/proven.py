"""What proves off line how an issuer stood when an event was posted: the log's entries on it, under one checkpoint."""

import json
from typing import Final

from sqlalchemy.orm import Session

from greencredit.issuers.errors import UnknownIssuer
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchEvent, NotSignedYet
from greencredit.proofs import queries as proofs
from greencredit.proofs.rules.note import SIGNED_EVERY_SECONDS
from greencredit.proofs.rules.receipt import file_text, statement_batch
from greencredit.schemas.proofs import Standing, StatementBatch

_KINDS: Final = frozenset({"issuer", "filing"})


def standing_proof(session: Session, issuer_id: str, event_id: int) -> str:
    """Give the file of an issuer's standing at an event: all its changes that are signed, and the event's batch.

    Raises:
        NoSuchEvent: no such event moved credits of this issuer.
        UnknownIssuer: the log says nothing of it.
        NotSignedYet: the batch, or a change before it, is in no checkpoint yet.
    """
    posting = ledger.posting_of(session, event_id)
    if posting.issuer_id != issuer_id:
        raise NoSuchEvent(event_id)
    facts = [
        (place, body)
        for place, body in proofs.entries_of(session, _KINDS)
        if json.loads(body).get("issuer") == issuer_id
    ]
    if not facts:
        raise UnknownIssuer(issuer_id)
    signed = proofs.latest_checkpoint(session)
    needed = max([posting.entry, *(place for place, body in facts if json.loads(body)["at"] <= posting.at_micros)])
    if signed is None or signed.size <= needed:
        raise NotSignedYet(
            entry=needed,
            signed=None if signed is None else signed.size,
            retry_after_seconds=SIGNED_EVERY_SECONDS,
        )
    size = signed.size

    def shown(place: int, body: bytes) -> StatementBatch:
        return statement_batch(body, place, proofs.inclusion(session, place, size))

    return file_text(
        Standing(
            issuer=issuer_id,
            event=event_id,
            batch=shown(posting.entry, proofs.entry(session, posting.entry)),
            entries=tuple(shown(place, body) for place, body in facts if place < size),
            checkpoint=signed.note,
            keys=proofs.key_changes(session),
        )
    )
