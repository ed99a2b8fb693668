"""The ledger over HTTP: what a holder has, how it got there, and the audit."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from sqlalchemy.orm import Session

from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.http import Permit, Reading, Store, of, requires
from greencredit.ledger import queries
from greencredit.schemas.ledger import (
    ExportQuery,
    Finding,
    Following,
    Movement,
    SerialState,
    SeriesBalance,
    TrajectoryPage,
    TrajectoryQuery,
)

router = APIRouter(tags=["ledger 积分账本"])

_OfConsumer = Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))]
_Follows = Annotated[Permit, requires("trajectory.read", at=of(ScopeKind.CONSUMER, "consumer_id"))]


def _anywhere(_session: Session, _parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """A holder has credits of many issuers: only whoever may look everywhere may look at all of them."""
    return ()


_FollowsAnybody = Annotated[Permit, requires("trajectory.read", at=_anywhere)]


@router.get("/consumers/{consumer_id}/balances")
def balances(_permit: _OfConsumer, session: Reading, consumer_id: str) -> list[SeriesBalance]:
    """积分余额: what a holder has, by series, in the order in which it would be spent."""
    return queries.balances_of(session, consumer_id)


@router.get("/consumers/{consumer_id}/movements")
def movements(
    _permit: _OfConsumer,
    session: Reading,
    consumer_id: str,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[Movement]:
    """积分明细: a holder's movements, newest first; `before` is the last event of the page before."""
    return queries.movements_of(session, consumer_id, before=before, limit=limit)


@router.get("/ledger/audit")
def audit(_permit: Annotated[Permit, requires("ledger.audit")], session: Reading) -> list[Finding]:
    """账本审计: rebuild everything from events; every invariant answers by name."""
    return queries.audit(session)


# ---- Trajectories ----------------------------------------------------------------------------------------------------


@router.get("/consumers/{consumer_id}/trajectory")
def trajectory(
    permit: _Follows, session: Reading, consumer_id: str, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """全流程轨迹: everything that happened to a holder's credits, page by page, in either direction."""
    holder = queries.holder_number(session, consumer_id)
    permit.concerns(consumer_id)
    return queries.trajectory(session, Following.of_holder(holder), pseudonym=queries.unnamed, **asked.page())


@router.get("/consumers/{consumer_id}/trajectory/export", response_class=StreamingResponse)
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
    _permit: _FollowsAnybody, session: Reading, holder: int, asked: Annotated[TrajectoryQuery, Query()]
) -> TrajectoryPage:
    """按持有人代号查轨迹: the same by a holder's number, for overseers, who see no names."""
    return queries.trajectory(session, Following.of_holder(holder), **asked.page())


@router.get("/holders/{holder}/trajectory/export", response_class=StreamingResponse)
def export_of_holder(
    permit: _FollowsAnybody, session: Reading, store: Store, holder: int, asked: Annotated[ExportQuery, Query()]
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
