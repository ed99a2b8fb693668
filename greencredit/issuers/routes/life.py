"""Issuers over HTTP: the rest of an issuer's life."""

from datetime import date
from typing import Annotated

from fastapi import Response, status

from greencredit.issuers import queries, service
from greencredit.issuers.routes.places import here
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import (
    Coverage,
    CustodyStatement,
    FrozenOrder,
    FrozenSum,
    Issuer,
    OpenReason,
    RollForward,
    StatementOrder,
    StepOrder,
)
from greencredit.schemas.values import Period

router = Doors()

Decides = Annotated[Permit, requires("issuer.decide", at=here)]
Supervises = Annotated[Permit, requires("issuer.supervise", at=here)]
States = Annotated[Permit, requires("guarantee.state", at=here)]
Withdraws = Annotated[Permit, requires("issuer.withdraw", at=here)]


@router.post("/issuers/{issuer_id}/return")
def return_(permit: Decides, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Give a registration back for correction (退回补正)."""
    return service.return_(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/refuse")
def refuse(permit: Decides, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Refuse an application for good (不予通过)."""
    return service.refuse(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/lapse")
def lapse(permit: Decides, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """End an application that is not pursued (申请失效)."""
    return service.lapse(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/give-up")
def give_up(permit: Withdraws, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Give up one's own application (撤回申请)."""
    return service.lapse(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/activate")
def activate(permit: Decides, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Let a filed issuer begin to issue (准予发行)."""
    return service.activate(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/restrict")
def restrict(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Stop issuing while something is short (限制发行)."""
    return service.restrict(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/suspend")
def suspend(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Stop issuing altogether (暂停发行)."""
    return service.suspend(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/lift")
def lift(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Let an issuer issue again (恢复发行)."""
    return service.lift(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/ease")
def ease(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """End a suspension while something else still stands against issuing (暂停转为限制)."""
    return service.ease(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/frozen-awards", status_code=status.HTTP_202_ACCEPTED)
def decide_frozen(permit: Supervises, issuer_id: str, order: FrozenOrder, session: Writing) -> FrozenSum:
    """Decide on awards that a suspension froze: they take effect, or are taken back (暂缓生效处置)."""
    return service.decide_frozen(session, permit.actor, issuer_id, **dict(order))


@router.get("/issuers/{issuer_id}/frozen-awards", dependencies=[requires("issuer.read", at=here)])
def frozen_awards(session: Reading, issuer_id: str) -> FrozenSum:
    """Count the awards that suspensions froze, and those undecided (暂缓生效)."""
    return queries.frozen_sum(session, queries.issuer(session, issuer_id).issuer_id)


@router.post("/issuers/{issuer_id}/guarantee", status_code=status.HTTP_201_CREATED)
def state_guarantee(permit: States, issuer_id: str, order: StatementOrder, session: Writing) -> CustodyStatement:
    """Put a custodian's statement on file; coverage is measured at once (登记存管说明)."""
    return service.state_guarantee(session, permit.actor, issuer_id, order.statement, reason=order.reason)


@router.get("/issuers/{issuer_id}/guarantee", dependencies=[requires("issuer.read", at=here)])
def guarantee(session: Reading, issuer_id: str) -> list[CustodyStatement]:
    """List the custody statements of an issuer (存管说明)."""
    return queries.statements(session, queries.issuer(session, issuer_id).issuer_id)


@router.get("/issuers/{issuer_id}/coverage", dependencies=[requires("public.read")])
def coverage(session: Reading, issuer_id: str) -> list[Coverage]:
    """List coverage as it was measured, newest first; the same for everybody (保障覆盖率)."""
    return queries.coverages(session, queries.public_issuer(session, issuer_id).issuer_id)


@router.get("/issuers/{issuer_id}/standing-proof", dependencies=[requires("public.read")])
def standing_proof(session: Reading, issuer_id: str, event: int) -> Response:
    """Give the file that proves off line how the issuer stood when an event was posted (主体状态证明)."""
    return Response(queries.standing_proof(session, issuer_id, event), media_type="application/json")


@router.get("/issuers/{issuer_id}/reasons", dependencies=[requires("issuer.read", at=here)])
def reasons(session: Reading, issuer_id: str) -> list[OpenReason]:
    """List what stands against issuing at present, each reason by itself (限制事由)."""
    return queries.open_reasons(session, queries.issuer(session, issuer_id).issuer_id)


@router.get("/issuers/{issuer_id}/liability", dependencies=[requires("issuer.read", at=here)])
def liability(session: Reading, issuer_id: str, since: date, until: date) -> RollForward:
    """Give opening, granted, redeemed, expired, adjusted and closing of a period (积分负债变动)."""
    found = queries.issuer(session, issuer_id)
    return queries.roll_forward(session, found.issuer_id, Period(since=since, until=until))


@router.post("/issuers/{issuer_id}/stop-issuing")
def stop_issuing(permit: Withdraws, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Stop issuing of one's own will, which is how a voluntary exit begins (自行停发)."""
    return service.suspend(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/withdraw")
def withdraw(permit: Withdraws, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Begin to leave of one's own will (申请退出)."""
    return service.withdraw(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/exclude")
def exclude(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Make a suspended issuer leave (责令退出)."""
    return service.withdraw(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/close")
def close(permit: Supervises, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """End a life whose notice is over and that owes nothing (办结退出)."""
    return service.close(session, permit.actor, issuer_id, **dict(order))
