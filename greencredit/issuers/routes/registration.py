"""Issuers over HTTP: registration (主体登记)."""

from typing import Annotated

from fastapi import APIRouter, status

from greencredit.issuers import service
from greencredit.issuers.routes.places import here
from greencredit.kernel.http import Permit, Writing, requires
from greencredit.schemas.issuers import Issuer, RegisterOrder, StepOrder

router = APIRouter()

Registers = Annotated[Permit, requires("issuer.register")]
Submits = Annotated[Permit, requires("issuer.submit", at=here)]


@router.post("/issuers", status_code=status.HTTP_201_CREATED)
def register(permit: Registers, order: RegisterOrder, session: Writing) -> Issuer:
    """Register a legal entity as a draft (主体登记)."""
    issuer = service.register(session, permit.actor, order.issuer, reason=order.reason)
    permit.concerns(issuer.issuer_id)
    return issuer


@router.put("/issuers/{issuer_id}")
def amend(permit: Submits, issuer_id: str, order: RegisterOrder, session: Writing) -> Issuer:
    """Correct a registration that is a draft or was returned (补正)."""
    return service.amend(session, permit.actor, issuer_id, order.issuer, reason=order.reason)


@router.post("/issuers/{issuer_id}/submit")
def submit(permit: Submits, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Hand a registration in (提交)."""
    return service.submit(session, permit.actor, issuer_id, **dict(order))
