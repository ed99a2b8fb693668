"""Issuers over HTTP: credit certification and third-party assessment (信用认证, 第三方评估)."""

from typing import Annotated

from fastapi import APIRouter

from greencredit.issuers import service
from greencredit.issuers.routes.places import here
from greencredit.kernel.http import Permit, Writing, requires
from greencredit.schemas.issuers import AssessOrder, CertifyOrder, ConditionOrder, Issuer, StepOrder

router = APIRouter()

Certifies = Annotated[Permit, requires("issuer.certify", at=here)]
Assesses = Annotated[Permit, requires("issuer.assess", at=here)]


@router.post("/issuers/{issuer_id}/certificates")
def certify(permit: Certifies, issuer_id: str, order: CertifyOrder, session: Writing) -> Issuer:
    """Take in a certificate or evaluation of credit standing (信用认证)."""
    return service.certify(session, permit.actor, issuer_id, order.certificate, reason=order.reason)


@router.post("/issuers/{issuer_id}/certificates/return")
def return_by_certifier(permit: Certifies, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Give a registration back because it can't be certified as it stands (认证退回)."""
    return service.return_(session, permit.actor, issuer_id, **dict(order))


@router.post("/issuers/{issuer_id}/assessments")
def assess(permit: Assesses, issuer_id: str, order: AssessOrder, session: Writing) -> Issuer:
    """Take in a third-party assessment, passed or not (第三方评估)."""
    return service.assess(session, permit.actor, issuer_id, order.assessment, reason=order.reason)


@router.post("/issuers/{issuer_id}/conditions/{number}/met")
def meet_condition(permit: Assesses, issuer_id: str, number: int, order: ConditionOrder, session: Writing) -> Issuer:
    """Record that a condition of the newest assessment was met (整改完成)."""
    return service.meet_condition(session, permit.actor, issuer_id, number, **dict(order))
