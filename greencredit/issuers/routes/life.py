"""Issuers over HTTP: the rest of an issuer's life."""

from typing import Annotated

from fastapi import APIRouter

from greencredit.issuers import service
from greencredit.issuers.routes.places import here
from greencredit.kernel.http import Permit, Writing, requires
from greencredit.schemas.issuers import Issuer, StepOrder

router = APIRouter()

Decides = Annotated[Permit, requires("issuer.decide", at=here)]
Supervises = Annotated[Permit, requires("issuer.supervise", at=here)]
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
