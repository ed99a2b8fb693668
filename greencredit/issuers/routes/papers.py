"""Issuers over HTTP: credit certification and third-party assessment (信用认证, 第三方评估)."""

from datetime import date
from typing import Annotated

from fastapi import status

from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.indicators import indicator_sets
from greencredit.issuers.routes.places import here
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import (
    AssessOrder,
    CertifyOrder,
    ConditionOrder,
    IndicatorSet,
    Issuer,
    PapersInForce,
    ReasonOrder,
    ScoredAssessment,
    StepOrder,
)

router = Doors()

ReadsPapers = Annotated[Permit, requires("issuer.read", at=here)]
Certifies = Annotated[Permit, requires("issuer.certify", at=here)]
Assesses = Annotated[Permit, requires("issuer.assess", at=here)]


@router.get("/indicator-sets", dependencies=[requires("public.read")])
def published_indicators() -> list[IndicatorSet]:
    """Show what assessments are scored against, every version with the day from which it holds (评估指标体系)."""
    return list(indicator_sets())


@router.get("/issuers/{issuer_id}/papers-in-force")
def papers_in_force(_permit: ReadsPapers, session: Reading, issuer_id: str, on: date | None = None) -> PapersInForce:
    """Show which papers count on a day, today unless another is asked for, and what is wrong with them (材料效力)."""
    return queries.papers_in_force(session, issuer_id, on or civil_date(now(session)))


@router.post("/issuers/{issuer_id}/certificates")
def certify(permit: Certifies, issuer_id: str, order: CertifyOrder, session: Writing) -> Issuer:
    """Take in a certificate or evaluation of credit standing (信用认证)."""
    return service.certify(session, permit.actor, issuer_id, order.certificate, reason=order.reason)


@router.post("/issuers/{issuer_id}/certificates/return")
def return_by_certifier(permit: Certifies, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Give a registration back because it can't be certified as it stands (认证退回)."""
    return service.return_(session, permit.actor, issuer_id, **dict(order))


@router.get("/issuers/{issuer_id}/assessments")
def scored_assessments(_permit: ReadsPapers, session: Reading, issuer_id: str) -> list[ScoredAssessment]:
    """List what was scored for an issuer, with what became of it (评估及复核记录)."""
    return queries.scored_assessments(session, issuer_id)


@router.post("/issuers/{issuer_id}/assessments", status_code=status.HTTP_201_CREATED)
def score(permit: Assesses, issuer_id: str, order: AssessOrder, session: Writing) -> ScoredAssessment:
    """Score an issuer's scheme; it counts once another person has signed it (第三方评估：评分)."""
    return service.score_assessment(session, permit.actor, issuer_id, order.assessment, reason=order.reason)


@router.post("/issuers/{issuer_id}/assessments/{scored_id}/sign")
def sign(permit: Assesses, issuer_id: str, scored_id: str, order: ReasonOrder, session: Writing) -> Issuer:
    """Review a scored assessment and sign it (第三方评估：复核签署)."""
    return service.sign_assessment(session, permit.actor, issuer_id, scored_id, reason=order.reason)


@router.post("/issuers/{issuer_id}/assessments/{scored_id}/return")
def give_back(
    permit: Assesses, issuer_id: str, scored_id: str, order: ReasonOrder, session: Writing
) -> ScoredAssessment:
    """Give a scored assessment back to whoever scored it (第三方评估：退回重评)."""
    return service.return_assessment(session, permit.actor, issuer_id, scored_id, reason=order.reason)


@router.post("/issuers/{issuer_id}/conditions/{number}/met")
def meet_condition(permit: Assesses, issuer_id: str, number: int, order: ConditionOrder, session: Writing) -> Issuer:
    """Record that a condition of the newest assessment was met (整改完成)."""
    return service.meet_condition(session, permit.actor, issuer_id, number, **dict(order))
