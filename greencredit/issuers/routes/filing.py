"""Issuers over HTTP: filing (备案)."""

from typing import Annotated

from fastapi import APIRouter, status

from greencredit.issuers import service
from greencredit.issuers.routes.places import here, here_by_filing
from greencredit.kernel.http import Permit, Writing, requires
from greencredit.schemas.issuers import Decision, FileOrder, Filing, ReportOrder, SectionName, StepOrder

router = APIRouter()

Drafts = Annotated[Permit, requires("rule.file", at=here)]
DraftsFiling = Annotated[Permit, requires("rule.file", at=here_by_filing)]
Files = Annotated[Permit, requires("issuer.file", at=here_by_filing)]
DecidesFiling = Annotated[Permit, requires("issuer.decide", at=here_by_filing)]


@router.post("/issuers/{issuer_id}/filings", status_code=status.HTTP_201_CREATED)
def draft_filing(permit: Drafts, issuer_id: str, order: FileOrder, session: Writing) -> Filing:
    """Draft a new version of a scheme (起草备案)."""
    return service.draft_filing(session, permit.actor, issuer_id, order.scheme, reason=order.reason)


@router.post("/filings/{filing_id}/sections/{section}/reports")
def attach_report(
    permit: DraftsFiling, filing_id: str, section: SectionName, order: ReportOrder, session: Writing
) -> Filing:
    """Attach what the owner of a section found (章节检查报告)."""
    return service.attach_report(session, permit.actor, filing_id, section, **dict(order))


@router.post("/filings/{filing_id}/submit")
def submit_filing(permit: Files, filing_id: str, order: StepOrder, session: Writing) -> Filing:
    """Hand a version in (报送备案)."""
    return service.submit_filing(session, permit.actor, filing_id, **dict(order))


@router.post("/filings/{filing_id}/accept")
def accept_filing(permit: DecidesFiling, filing_id: str, decision: Decision, session: Writing) -> Filing:
    """Accept a version under a filing number (准予备案)."""
    return service.accept_filing(session, permit.actor, filing_id, **dict(decision))


@router.post("/filings/{filing_id}/return")
def return_filing(permit: DecidesFiling, filing_id: str, order: StepOrder, session: Writing) -> Filing:
    """Give a version back with reasons (退回备案)."""
    return service.return_filing(session, permit.actor, filing_id, **dict(order))


@router.post("/filings/{filing_id}/refuse")
def refuse_filing(permit: DecidesFiling, filing_id: str, order: StepOrder, session: Writing) -> Filing:
    """Refuse a version (不予备案)."""
    return service.refuse_filing(session, permit.actor, filing_id, **dict(order))
