"""Reverse: an award that should not have been is taken back by writing its opposite (冲正); nothing is erased."""

from collections import Counter

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.ledger import rules
from greencredit.ledger.errors import AlreadyReversed, KeyReused, NoSuchEvent, NotAnAward, NotEnoughCredits, NotPositive
from greencredit.ledger.service.posting import Row, insert_events, lock_head, settle, standing
from greencredit.schemas.ledger import Posted, Verb


def reverse(
    session: Session,
    caller_id: int,
    event_id: int,
    *,
    credits_: int,
    day: int,
    key: bytes,
    actor_id: str,
    reason: str,
    document: str | None = None,
) -> Posted:
    """Take back credits of one award, whole or in part, and say who did it, why and on what document.

    Raises:
        NoSuchEvent, NotAnAward: there is no such award.
        AlreadyReversed: less of the award is left to reverse.
        NotEnoughCredits: the holder has spent them.
        KeyReused: the key stands for another payload.
    """
    if credits_ <= 0:
        raise NotPositive(found=credits_)
    head = lock_head(session)
    award = session.execute(text("SELECT * FROM ledger_event WHERE id = :id"), {"id": event_id}).one_or_none()
    if award is None:
        raise NoSuchEvent(event_id)
    if award.kind != Verb.EARN:
        raise NotAnAward(event_id=event_id, verb=Verb(award.kind).name.lower())
    mark = rules.fingerprint(Verb.REVERSE, award.holder, 0, credits_, event_id)
    if stands := standing(session, caller_id, [(day, key)]).get((day, key)):
        if stands[1] != mark:
            raise KeyReused(event_id=stands[0], key=key.hex())
        return Posted(stands[0], repeated=True)
    _require_left(session, event_id, award.amount, award.credit, credits_)
    row = Row(
        head.next_event,
        head.next_event,
        Verb.REVERSE.value,
        award.credit,
        award.debit,
        credits_,
        award.holder,
        caller_id,
        day,
        key,
        mark,
        event_id,
        head.at,
        None,
    )
    insert_events(session, [row])
    settle(session, head, Counter({award.credit: -credits_, award.debit: credits_}), 1)
    session.execute(
        text("INSERT INTO ledger_note (event_id, actor_id, reason, document) VALUES (:id, :actor, :reason, :document)"),
        {"id": head.next_event, "actor": actor_id, "reason": reason, "document": document},
    )
    return Posted(head.next_event, repeated=False)


def _require_left(session: Session, event_id: int, awarded: int, leaf_id: int, wanted: int) -> None:
    taken: int = session.execute(
        text("SELECT COALESCE(SUM(amount), 0) FROM ledger_event WHERE cause = :id AND kind = :kind"),
        {"id": event_id, "kind": Verb.REVERSE.value},
    ).scalar_one()
    if taken + wanted > awarded:
        raise AlreadyReversed(event_id=event_id, wanted=wanted, left=awarded - taken)
    free: int = session.execute(
        text("SELECT posted - held FROM ledger_balance WHERE leaf_id = :leaf"), {"leaf": leaf_id}
    ).scalar_one()
    if free < wanted:
        raise NotEnoughCredits(event_id=event_id, wanted=wanted, found=free)
