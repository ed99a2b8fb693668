"""Issuers over HTTP: filing (备案)."""

from typing import Annotated

from fastapi import status

from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.checks import checks
from greencredit.issuers.routes.places import here, here_by_filing
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import (
    AdmitOrder,
    Check,
    CheckReport,
    Clocks,
    Comparison,
    Decision,
    FileOrder,
    Filing,
    RefuseOrder,
    ReportOrder,
    ReturnOrder,
    SchemeOrder,
    SectionName,
    StepOrder,
    Waiting,
)

router = Doors()

Drafts = Annotated[Permit, requires("rule.file", at=here)]
DraftsFiling = Annotated[Permit, requires("rule.file", at=here_by_filing)]
Files = Annotated[Permit, requires("issuer.file", at=here_by_filing)]
ReadsDesk = Annotated[Permit, requires("desk.read")]
DecidesFiling = Annotated[Permit, requires("issuer.decide", at=here_by_filing)]


@router.post("/issuers/{issuer_id}/filings", status_code=status.HTTP_201_CREATED)
def draft_filing(permit: Drafts, issuer_id: str, order: FileOrder, session: Writing) -> Filing:
    """Draft a new version of a scheme (起草备案)."""
    return service.draft_filing(session, permit.actor, issuer_id, order.scheme, reason=order.reason)


@router.post("/filings/{filing_id}/sections/{section}/reports")
def attach_report(
    permit: DraftsFiling, filing_id: str, section: SectionName, order: ReportOrder, session: Writing
) -> Filing:
    """Attach a paper that was handed in and says how a section was found (章节检查材料)."""
    return service.attach_report(session, permit.actor, filing_id, section, **dict(order))


@router.get("/filing-checks", dependencies=[requires("public.read")])
def filing_checks() -> list[Check]:
    """Show every automatic check with what it asks and on what ground (检查项目录)."""
    return list(checks())


@router.post("/issuers/{issuer_id}/filings/check")
def check_scheme(permit: Drafts, issuer_id: str, order: SchemeOrder, session: Writing) -> CheckReport:
    """Check a scheme rule by rule before anything is drafted, and keep nothing (试检)."""
    permit.concerns(issuer_id)
    return queries.check_scheme(session, issuer_id, order.scheme)


@router.post("/filings/{filing_id}/check")
def check_filing(permit: DraftsFiling, filing_id: str, session: Writing) -> CheckReport:
    """Check a draft rule by rule and keep the report (自动检查)."""
    return service.check_filing(session, permit.actor, filing_id)


@router.get("/filings/{filing_id}", dependencies=[requires("issuer.read", at=here_by_filing)])
def filing(session: Reading, filing_id: str) -> Filing:
    """Show one version with its sections, checks, opinions and place (备案版本)."""
    return queries.filing(session, filing_id)


@router.get("/filings/{filing_id}/check", dependencies=[requires("issuer.read", at=here_by_filing)])
def check_report(session: Reading, filing_id: str) -> CheckReport | None:
    """Show the newest check report of a version; none: nobody checked it yet (检查报告)."""
    return queries.check_report(session, filing_id)


@router.get("/filings/{filing_id}/comparison", dependencies=[requires("issuer.read", at=here_by_filing)])
def comparison(session: Reading, filing_id: str, against: int | None = None) -> Comparison:
    """Put a version beside another, by default the last one accepted before it (条款对比)."""
    return queries.comparison(session, filing_id, against)


@router.get("/desk/filings")
def desk(permit: ReadsDesk, session: Reading) -> list[Waiting]:
    """Show what waits for a decision, with age and deadline in working days (待办备案)."""
    return queries.desk(session, permit.actor)


@router.post("/filings/{filing_id}/submit")
def submit_filing(permit: Files, filing_id: str, order: StepOrder, session: Writing) -> Filing:
    """Hand a version in (报送备案)."""
    return service.submit_filing(session, permit.actor, filing_id, **dict(order))


@router.post("/filings/{filing_id}/recall")
def recall_filing(permit: Files, filing_id: str, order: StepOrder, session: Writing) -> Filing:
    """Take one's own version back before it is decided on (撤回备案)."""
    return service.recall_filing(session, permit.actor, filing_id, **dict(order))


@router.get("/filings/{filing_id}/clocks", dependencies=[requires("issuer.read", at=here_by_filing)])
def clocks(session: Reading, filing_id: str) -> Clocks:
    """Tell until when papers are looked at, a decision is taken, or a return is answered (办理时限)."""
    return queries.clocks(session, filing_id)


@router.post("/filings/{filing_id}/admit")
def admit_filing(permit: DecidesFiling, filing_id: str, order: AdmitOrder, session: Writing) -> Filing:
    """Find the papers complete; from now on the working days of the decision run (材料齐全，受理)."""
    return service.admit_filing(session, permit.actor, filing_id, **dict(order))


@router.post("/filings/{filing_id}/accept")
def accept_filing(permit: DecidesFiling, filing_id: str, decision: Decision, session: Writing) -> Filing:
    """Accept a version under a filing number (准予备案)."""
    return service.accept_filing(session, permit.actor, filing_id, **dict(decision))


@router.post("/filings/{filing_id}/return")
def return_filing(permit: DecidesFiling, filing_id: str, order: ReturnOrder, session: Writing) -> Filing:
    """Give a version back with what is wrong, field by field (退回备案)."""
    return service.return_filing(session, permit.actor, filing_id, **dict(order))


@router.post("/filings/{filing_id}/refuse")
def refuse_filing(permit: DecidesFiling, filing_id: str, order: RefuseOrder, session: Writing) -> Filing:
    """Refuse a version (不予备案)."""
    return service.refuse_filing(session, permit.actor, filing_id, **dict(order))
