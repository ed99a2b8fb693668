"""The ledger over HTTP: what a holder has, how it got there, moving credits, and the audit."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import Path, Query, Response
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from greencredit.kernel.access import Scope, ScopeKind, serving
from greencredit.kernel.bare import Key
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Posting, Reading, Store, of, posts, requires
from greencredit.ledger import queries, service
from greencredit.schemas.ledger import (
    AdjustmentDecision,
    AdjustmentOrder,
    Capture,
    CaptureOrder,
    Compensation,
    CompensationOrder,
    ExportQuery,
    Finding,
    Following,
    Freeze,
    FreezeGround,
    FreezeOrder,
    Hold,
    HoldOrder,
    Moved,
    Movement,
    PartOrder,
    Posted,
    ProposalDecided,
    ProposalMade,
    Reason,
    Redemption,
    RedemptionOrder,
    Refunded,
    Release,
    Restoration,
    SerialState,
    SeriesBalance,
    TrajectoryPage,
    TrajectoryQuery,
    Unfreeze,
    UnfreezeOrder,
)
from greencredit.schemas.values import Period

router = Doors(tags=["ledger 积分账本"])

_OfConsumer = Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))]
_Follows = Annotated[Permit, requires("trajectory.read", at=of(ScopeKind.CONSUMER, "consumer_id"))]


def _anywhere(_session: Session, _parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """A holder has credits of many issuers: only whoever may look everywhere may look at all of them."""
    return ()


_FollowsAnybody = Annotated[Permit, requires("trajectory.read", at=_anywhere)]
_Number = Annotated[int, Path(ge=1, lt=2**63)]
_A_FILE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {}}, "description": "a file to keep"}
}


def _file(told: str, name: str) -> Response:
    return Response(
        told,
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@router.get("/consumers/{consumer_id}/balances")
def balances(_permit: _OfConsumer, session: Reading, consumer_id: str) -> list[SeriesBalance]:
    """积分余额: what a holder has, by series, in the order in which it would be spent."""
    return queries.balances_of(session, consumer_id)


@router.get("/consumers/{consumer_id}/movements")
def movements(
    _permit: _OfConsumer,
    session: Reading,
    consumer_id: str,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[Movement]:
    """积分明细: a holder's movements, newest first; `before` is the last event of the page before."""
    return queries.movements_of(session, consumer_id, before=before, limit=limit)


@router.get("/consumers/{consumer_id}/movements/{event_id}/receipt", response_class=Response, responses=_A_FILE)
def receipt(
    _permit: _OfConsumer,
    session: Reading,
    consumer_id: str,
    event_id: _Number,
    checkpoint: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """流水回执: the receipt of one movement, checked off line by `greencredit verify receipt`."""
    told = queries.receipt(session, event_id, of=consumer_id, checkpoint=checkpoint)
    return _file(told, f"greencredit-{event_id}.receipt")


@router.get("/consumers/{consumer_id}/statement", response_class=Response, responses=_A_FILE)
def statement(_permit: _OfConsumer, session: Reading, consumer_id: str, period: Annotated[Period, Query()]) -> Response:
    """对账证明: a holder's movements from a day on and before another, checked by `greencredit verify statement`."""
    return _file(queries.statement(session, consumer_id, period), f"greencredit-{period.since}.statement")


@router.get("/ledger/audit")
def audit(_permit: Annotated[Permit, requires("ledger.audit")], session: Reading) -> list[Finding]:
    """账本审计: rebuild everything from events; every invariant answers by name."""
    return queries.audit(session)


# ---- Trajectories ----------------------------------------------------------------------------------------------------

_EXPORT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/csv": {}, "application/vnd.apache.parquet": {}},
        "description": "lines as they come; what they are of stands in the header Export-Facts, in Parquet also inside",
    }
}


@router.get("/consumers/{consumer_id}/trajectory")
def trajectory(
    permit: _Follows, session: Reading, consumer_id: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """全流程轨迹: everything that happened to a holder's credits, page by page, in either direction."""
    holder = queries.holder_number(session, consumer_id)
    permit.concerns(consumer_id)
    return queries.trajectory(session, Following.of_holder(holder), pseudonym=queries.unnamed, **asked.page())


@router.get("/consumers/{consumer_id}/trajectory/export", response_class=StreamingResponse, responses=_EXPORT)
def export_of_consumer(
    permit: _Follows, session: Reading, store: Store, consumer_id: str, asked: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """导出轨迹: all of a holder's trajectory as CSV or Parquet."""
    following = Following.of_holder(queries.holder_number(session, consumer_id))
    facts = queries.facts_of(session, f"consumer:{consumer_id}", asked)
    permit.concerns(consumer_id, form=asked.form, as_of=facts.as_of)
    found = queries.windows(store.reading, following, facts, lambda _: queries.unnamed)
    made = queries.exported(found, facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/holders/{holder}/trajectory")
def trajectory_of_holder(
    _permit: _FollowsAnybody, session: Reading, holder: _Number, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """按持有人代号查轨迹: the same by a holder's number, for overseers, who see no names."""
    return queries.trajectory(session, Following.of_holder(holder), **asked.page())


@router.get("/holders/{holder}/trajectory/export", response_class=StreamingResponse, responses=_EXPORT)
def export_of_holder(
    permit: _FollowsAnybody, session: Reading, store: Store, holder: _Number, asked: Annotated[ExportQuery, Query()]
) -> StreamingResponse:
    """按持有人代号导出轨迹: all of it as CSV or Parquet."""
    following = Following.of_holder(holder)
    facts = queries.facts_of(session, str(following), asked)
    permit.concerns(str(following), form=asked.form, as_of=facts.as_of)
    made = queries.exported(queries.windows(store.reading, following, facts, lambda _: queries.by_number), facts, asked)
    return StreamingResponse(made.content, media_type=made.media_type, headers=made.headers)


@router.get("/serials/{serial}", dependencies=[requires("public.read")])
def serial(session: Reading, serial: str) -> SerialState:
    """序列号查询: what anyone may know of one credit by its serial; never who holds it."""
    return queries.serial_state(session, serial)


# ---- Moving credits --------------------------------------------------------------------------------------------------

_Spends = Annotated[Posting, posts("ledger.spend")]
_Corrects = Annotated[Posting, posts("ledger.correct")]
_Freezes = Annotated[Posting, posts("ledger.freeze")]


async def _moved(posting: Posting, wish: service.Wish) -> Moved:
    posted: Posted = await posting.submit(service.ask, wish, concerns=_of_group)
    return Moved(event_id=posted.event_id, repeated=posted.repeated)


def _of_group(posted: Posted) -> tuple[str, Mapping[str, object]]:
    return str(posted.event_id), {"repeated": posted.repeated}


def _account(posting: Posting) -> str:
    return str(posting.actor.account_id)


def _reason(posting: Posting, text: str, document: str | None, ground: FreezeGround | None = None) -> Reason:
    office = next((grant.role.value for grant in serving(posting.actor, posting.action)), None)
    return Reason(_account(posting), text, document, None if ground is None else ground.value, office)


@router.post("/ledger/holds", status_code=201)
async def hold(posting: _Spends, order: HoldOrder, idempotency_key: Key) -> Moved:
    """冻结: set credits aside for an order, in spending order."""
    facts = {"credits": order.credits, "issuer_id": order.issuer_id}
    return await _moved(posting, service.Wish(Hold, _account(posting), idempotency_key, facts, order.consumer))


@router.post("/ledger/holds/{hold}/captures", status_code=201)
async def capture(posting: _Spends, hold: _Number, order: CaptureOrder, idempotency_key: Key) -> Moved:
    """核销: spend what a hold set aside at a merchant, or give it to a project; whole or in part."""
    facts = {"hold": hold, "credits": order.credits, "donation": order.donation}
    return await _moved(posting, service.Wish(Capture, _account(posting), idempotency_key, facts, party=order.party))


@router.post("/ledger/holds/{hold}/releases", status_code=201)
async def release(posting: _Spends, hold: _Number, order: PartOrder, idempotency_key: Key) -> Moved:
    """解冻: give back what a hold set aside, whole or in part."""
    facts = {"hold": hold, "credits": order.credits}
    return await _moved(posting, service.Wish(Release, _account(posting), idempotency_key, facts))


@router.post("/ledger/redemptions", status_code=201)
async def redeem(posting: _Spends, order: RedemptionOrder, idempotency_key: Key) -> Moved:
    """直接核销: spend credits at once, in spending order."""
    facts = {"credits": order.credits, "issuer_id": order.issuer_id, "donation": order.donation}
    wish = service.Wish(Redemption, _account(posting), idempotency_key, facts, order.consumer, order.party)
    return await _moved(posting, wish)


@router.post("/ledger/redemptions/{redemption}/refunds", status_code=201)
async def restore(posting: _Spends, redemption: _Number, order: PartOrder, idempotency_key: Key) -> Refunded:
    """退还: give back what a redemption took, to the very leaves; what expired meanwhile follows the filed grace."""
    facts = {"redemption": redemption, "credits": order.credits}
    wish = service.Wish(Restoration, _account(posting), idempotency_key, facts)
    refunded: Refunded = await posting.submit(service.restore_each, wish)
    return refunded


@router.post("/ledger/freezes", status_code=201)
async def freeze(posting: _Freezes, order: FreezeOrder, idempotency_key: Key) -> Moved:
    """处置冻结: keep credits back for fraud, appeal or court."""
    reason = _reason(posting, order.reason, order.document, order.ground)
    facts = {"credits": order.credits, "series": order.series, "reason": reason}
    return await _moved(posting, service.Wish(Freeze, _account(posting), idempotency_key, facts, order.consumer))


@router.post("/ledger/freezes/{freeze}/releases", status_code=201)
async def unfreeze(posting: _Freezes, freeze: _Number, order: UnfreezeOrder, idempotency_key: Key) -> Moved:
    """处置解冻: give frozen credits back, whole or in part."""
    reason = _reason(posting, order.reason, order.document, order.ground)
    facts = {"freeze": freeze, "credits": order.credits, "reason": reason}
    return await _moved(posting, service.Wish(Unfreeze, _account(posting), idempotency_key, facts))


@router.post("/ledger/compensations", status_code=201)
async def compensate(posting: _Corrects, order: CompensationOrder, idempotency_key: Key) -> Moved:
    """补偿: give credits for a service that was not given."""
    reason = _reason(posting, order.reason, order.document)
    facts = {"series": order.series, "credits": order.credits, "reason": reason}
    return await _moved(posting, service.Wish(Compensation, _account(posting), idempotency_key, facts, order.consumer))


@router.post("/ledger/adjustments", status_code=201)
async def propose(posting: _Corrects, order: AdjustmentOrder, idempotency_key: Key) -> ProposalMade:
    """申请调整: propose a correction, upwards or downwards; nothing moves until another person approves it."""
    reason = _reason(posting, order.reason, order.document)
    proposal = service.Proposal(order.consumer, order.series, order.credits, reason, idempotency_key)
    return ProposalMade(proposal_id=await posting.submit(service.propose_each, proposal))


@router.post("/ledger/adjustments/{proposal}/decision", status_code=201)
async def decide(posting: _Corrects, proposal: _Number, decision: AdjustmentDecision) -> ProposalDecided:
    """复核调整: approve a proposed correction or refuse it, once, never one's own; said again, answered again."""
    verdict = service.Verdict(proposal, _account(posting), decision.approved)
    (event_id,) = await posting.submit(service.decide_each, verdict)
    return ProposalDecided(proposal_id=proposal, approved=decision.approved, event_id=event_id)
