"""Reads of holds: which credits are kept back, why, what the holder says, what was decided."""

import json
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards.errors import NoSuchHold
from greencredit.awards.queries.lines import holder_number
from greencredit.awards.tables import AwardsAppeal, AwardsHold, AwardsHoldDecision
from greencredit.evidence.catalogue.monitors import monitors
from greencredit.ledger import queries as ledger
from greencredit.schemas.holds import Appeal, AwardHold, HoldDecided, HoldOutcome
from greencredit.schemas.values import Credits, Words

_MOST = 500


def hold(session: Session, hold_id: str) -> AwardHold:
    """Give one hold."""
    row = session.get(AwardsHold, hold_id)
    if row is None:
        raise NoSuchHold(hold_id)
    return _told(session, [row])[0]


def holds_of(session: Session, consumer_id: str) -> list[AwardHold]:
    """List the holds on a consumer's credits, newest first; whoever never earned anything has none."""
    holder = holder_number(session, consumer_id)
    if holder is None:
        return []
    statement = select(AwardsHold).where(AwardsHold.holder == holder)
    return _told(session, session.scalars(statement.order_by(AwardsHold.id.desc()).limit(_MOST)).all())


def holds_at(session: Session, issuer_id: str, *, open_only: bool = False) -> list[AwardHold]:
    """List the holds on an issuer's awards, newest first."""
    statement = select(AwardsHold).where(AwardsHold.issuer_id == issuer_id)
    if open_only:
        statement = statement.where(AwardsHold.id.not_in(select(AwardsHoldDecision.hold_id)))
    return _told(session, session.scalars(statement.order_by(AwardsHold.id.desc()).limit(_MOST)).all())


def places_of_hold(session: Session, hold_id: str) -> tuple[str, str | None]:
    """Give the issuer of a hold and the consumer whose credits it holds; none: he was forgotten."""
    row = session.get(AwardsHold, hold_id)
    if row is None:
        raise NoSuchHold(hold_id)
    return row.issuer_id, ledger.subjects_of(session, [row.holder]).get(row.holder)


def _told(session: Session, rows: Sequence[AwardsHold]) -> list[AwardHold]:
    ids = [row.id for row in rows]
    appeals = {row.hold_id: row for row in session.scalars(select(AwardsAppeal).where(AwardsAppeal.hold_id.in_(ids)))}
    statement = select(AwardsHoldDecision).where(AwardsHoldDecision.hold_id.in_(ids))
    decisions = {row.hold_id: row for row in session.scalars(statement)}
    return [_one(row, appeals.get(row.id), decisions.get(row.id)) for row in rows]


def _one(row: AwardsHold, appeal: AwardsAppeal | None, decision: AwardsHoldDecision | None) -> AwardHold:
    known = monitors().get(row.monitor)
    plain = Words(zh=row.monitor, en=row.monitor)  # a monitor that is there no longer
    found = json.loads(row.found)
    return AwardHold(
        hold_id=row.id,
        issuer_id=row.issuer_id,
        monitor=row.monitor,
        title=plain if known is None else known[0].title,
        explains=plain if known is None else known[0].explains,
        found=_words(found["found"]),
        wanted=_words(found["wanted"]),
        awards=tuple(json.loads(row.awards)),
        credits=Credits(row.credits),
        placed_at=row.placed_at,
        appeal=None if appeal is None else Appeal(lodged_at=appeal.lodged_at, words=appeal.words),
        decision=None
        if decision is None
        else HoldDecided(outcome=HoldOutcome(decision.outcome), reason=decision.reason, decided_at=decision.decided_at),
    )


def _words(kept: str | dict[str, str]) -> Words:
    """Read what a monitor said; what was kept before it was said in both languages is told as it was."""
    return Words(zh=kept, en=kept) if isinstance(kept, str) else Words.model_validate(kept)
