"""Single records over HTTP, one or a thousand at once; and credits that are kept back, with their appeal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from fastapi import Body
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.evidence import queries as evidence
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.bare import Key
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Posting, Reading, Writing, of, posts, requires
from greencredit.schemas.holds import AwardHold, HoldDecision, NewAppeal
from greencredit.schemas.sources import RecordColumns, RecordsTaken, RecordTaken

router = Doors(tags=["awards 积分发放"])

_EXAMPLE = {"operator": "示例地铁", "trip_no": "M-1", "card_no": "CARD-0001", "mode": "metro", "distance_km": "12"}


def _of_feed(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, evidence.feed(session, str(parameters["feed"])).issuer_id))


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, str(parameters["issuer_id"])))


def of_hold(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places in which a hold lies: its issuer, and the consumer whose credits it keeps back."""
    issuer_id, subject = queries.places_of_hold(session, str(parameters["hold_id"]))
    yield from issuers.scopes_of(issuers.issuer(session, issuer_id))
    if subject is not None:
        yield Scope(ScopeKind.CONSUMER, subject)


_TakesIn = Annotated[Posting, posts("evidence.take_in", at=_of_feed)]


@router.post("/feeds/{feed}/records", status_code=201)
async def take_record(
    posting: _TakesIn,
    feed: str,
    record: Annotated[dict[str, object], Body(examples=[_EXAMPLE])],
    idempotency_key: Key,
) -> RecordTaken:
    """提交单条凭证: take one record in and award it; durable before the answer, and once for each key."""
    asked = service.RecordAsked(feed, idempotency_key, record)
    taken: RecordTaken = await posting.submit(service.take_records, asked, concerns=_of_one)
    return taken


@router.post("/feeds/{feed}/records/batch")
async def take_records(posting: _TakesIn, feed: str, many: RecordColumns, idempotency_key: Key) -> RecordsTaken:
    """提交多条凭证: take up to a thousand records in, each for itself; what is not in order is told by its place."""
    asked = [
        service.RecordAsked(feed, f"{idempotency_key}#{place}", record) for place, record in enumerate(many.records)
    ]
    outcomes = await posting.submit_many(service.take_records, asked, atomic=False, concerns=_of_many)
    return service.records_taken(outcomes)


def _of_one(taken: RecordTaken) -> tuple[str, Mapping[str, object]]:
    return "", {"outcome": taken.outcome, "batch": taken.batch_id, "repeated": taken.repeated}


def _of_many(outcomes: Sequence[Any]) -> tuple[str, Mapping[str, object]]:
    return "", {"records": len(outcomes)}


# ---- Holds -----------------------------------------------------------------------------------------------------------


@router.get("/issuers/{issuer_id}/holds")
def holds_at(
    _permit: Annotated[Permit, requires("evidence.read", at=_of_issuer)],
    session: Reading,
    issuer_id: str,
    *,
    open_only: bool = False,
) -> list[AwardHold]:
    """处置冻结: credits of an issuer that are kept back because of a signal of fraud, newest first."""
    return queries.holds_at(session, issuer_id, open_only=open_only)


@router.get("/consumers/{consumer_id}/holds")
def holds_of(
    _permit: Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))],
    session: Reading,
    consumer_id: str,
) -> list[AwardHold]:
    """我的冻结: credits that are kept back, why, and what became of it."""
    return queries.holds_of(session, consumer_id)


@router.post("/holds/{hold_id}/appeal", status_code=201)
def appeal(
    permit: Annotated[Permit, requires("hold.appeal", at=of_hold)], session: Writing, hold_id: str, new: NewAppeal
) -> AwardHold:
    """申诉: say what there is to say against a hold; another person decides."""
    permit.concerns(hold_id)
    return service.lodge_appeal(session, hold_id, new.words, by=str(permit.actor.account_id))


@router.post("/holds/{hold_id}/decision", status_code=201)
def decide(
    permit: Annotated[Permit, requires("hold.decide", at=of_hold)],
    session: Writing,
    hold_id: str,
    decision: HoldDecision,
) -> AwardHold:
    """复核冻结: give the credits back, or take the awards back; never by whoever placed the hold or appealed."""
    permit.concerns(hold_id, outcome=decision.outcome.value)
    return service.decide_hold(session, hold_id, decision, by=str(permit.actor.account_id))
