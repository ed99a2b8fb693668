"""Issuers over HTTP: the public register for everybody, and one route for each step of an issuer's life."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, status
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.kernel.access import Scope
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import (
    AssessOrder,
    CertifyOrder,
    ConditionOrder,
    Decision,
    Dossier,
    FileOrder,
    Filing,
    Issuer,
    PublicIssuer,
    RegisterOrder,
    ReportOrder,
    SectionName,
    StepOrder,
)

router = APIRouter(tags=["issuers 发行主体"])


def _here(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return queries.scopes_of(queries.issuer(session, parameters["issuer_id"]))


def _here_by_filing(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    filing = queries.filing(session, parameters["filing_id"])
    return queries.scopes_of(queries.issuer(session, filing.issuer_id))


Registers = Annotated[Permit, requires("issuer.register")]
Submits = Annotated[Permit, requires("issuer.submit", at=_here)]
Certifies = Annotated[Permit, requires("issuer.certify", at=_here)]
Assesses = Annotated[Permit, requires("issuer.assess", at=_here)]
Decides = Annotated[Permit, requires("issuer.decide", at=_here)]
Supervises = Annotated[Permit, requires("issuer.supervise", at=_here)]
Withdraws = Annotated[Permit, requires("issuer.withdraw", at=_here)]
Drafts = Annotated[Permit, requires("rule.file", at=_here)]
DraftsFiling = Annotated[Permit, requires("rule.file", at=_here_by_filing)]
Files = Annotated[Permit, requires("issuer.file", at=_here_by_filing)]
DecidesFiling = Annotated[Permit, requires("issuer.decide", at=_here_by_filing)]


# ---- Reading ---------------------------------------------------------------------------------------------------------


@router.get("/issuers", dependencies=[requires("public.read")])
def register_of_issuers(session: Reading) -> list[PublicIssuer]:
    """Show the public register of issuers with state, filing number and terms (公示名录)."""
    return queries.issuers_public(session)


@router.get("/issuers/{issuer_id}", dependencies=[requires("public.read")])
def public_issuer(session: Reading, issuer_id: str) -> PublicIssuer:
    """Show one issuer of the public register (公示信息)."""
    return queries.public_issuer(session, issuer_id)


@router.get("/issuers/{issuer_id}/dossier", dependencies=[requires("issuer.read", at=_here)])
def dossier(session: Reading, issuer_id: str) -> Dossier:
    """Show everything on file about an issuer (备案材料)."""
    return queries.dossier(session, issuer_id)


# ---- Registration and papers -----------------------------------------------------------------------------------------


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


# ---- Filing ----------------------------------------------------------------------------------------------------------


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


# ---- The rest of a life ----------------------------------------------------------------------------------------------


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
