"""Issuers over HTTP: registration (主体登记)."""

from typing import Annotated

from fastapi import status

from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.papers import every_paper
from greencredit.issuers.routes.places import here
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import (
    CodeReviewRequest,
    Completeness,
    Issuer,
    NewCodeReview,
    ReasonOrder,
    RegisterOrder,
    RequiredPaper,
    StepOrder,
)

router = Doors()

Registers = Annotated[Permit, requires("issuer.register")]
Submits = Annotated[Permit, requires("issuer.submit", at=here)]
ReadsDraft = Annotated[Permit, requires("issuer.read", at=here)]
ReviewsCodes = Annotated[Permit, requires("operations.manage")]
ReadsReviews = Annotated[Permit, requires("operations.read")]


@router.get("/required-papers", dependencies=[requires("public.read")])
def required_papers() -> list[RequiredPaper]:
    """Show which papers which kinds of issuer register with, and why (登记材料清单)."""
    return list(every_paper())


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


@router.get("/issuers/{issuer_id}/completeness")
def completeness(_permit: ReadsDraft, session: Reading, issuer_id: str) -> Completeness:
    """Show which papers are there and which are missing, before handing in or after (材料完整性)."""
    return queries.completeness(session, issuer_id)


@router.post("/issuers/{issuer_id}/submit")
def submit(permit: Submits, issuer_id: str, order: StepOrder, session: Writing) -> Issuer:
    """Hand a registration in (提交)."""
    return service.submit(session, permit.actor, issuer_id, **dict(order))


# ---- Codes that fail a check ----------------------------------------------------------------------------------------


@router.post("/code-reviews", status_code=status.HTTP_201_CREATED)
def ask_code_review(permit: Registers, order: NewCodeReview, session: Writing) -> CodeReviewRequest:
    """Ask the operator to look at a code that was really issued although a check fails (申请人工核验)."""
    asked = service.ask_code_review(session, permit.actor, order)
    permit.concerns(asked.review_id)
    return asked


@router.get("/code-reviews")
def code_reviews(_permit: ReadsReviews, session: Reading) -> list[CodeReviewRequest]:
    """List the codes to look at, and what became of them (人工核验列表)."""
    return queries.code_reviews(session)


@router.post("/code-reviews/{review_id}/confirm")
def confirm_code(permit: ReviewsCodes, review_id: str, order: ReasonOrder, session: Writing) -> CodeReviewRequest:
    """Confirm that a failing code was really issued; nobody confirms his own (核验通过)."""
    return service.confirm_code(session, permit.actor, review_id, reason=order.reason)


@router.post("/code-reviews/{review_id}/refuse")
def refuse_code(permit: ReviewsCodes, review_id: str, order: ReasonOrder, session: Writing) -> CodeReviewRequest:
    """Refuse a failing code (核验不通过)."""
    return service.refuse_code(session, permit.actor, review_id, reason=order.reason)
