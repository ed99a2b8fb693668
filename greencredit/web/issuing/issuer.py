"""Issuers at the console: one page each, and a door for every step of their life."""

from typing import Annotated

from fastapi import Request, Response
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.routes.places import here
from greencredit.kernel.doors import Doors
from greencredit.kernel.errors import NotFound
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.schemas.issuers import FrozenOutcome, Paper
from greencredit.web import pages
from greencredit.web.issuing import asked, dossier, forms, steps
from greencredit.web.issuing.dossier import again
from greencredit.web.issuing.forms import Posted, Told

router = Doors(prefix="/console/issuers/{issuer_id}", include_in_schema=False)

_Reads = Annotated[Permit, requires("issuer.read", at=here)]
_Submits = Annotated[Permit, requires("issuer.submit", at=here)]
_Certifies = Annotated[Permit, requires("issuer.certify", at=here)]
_Assesses = Annotated[Permit, requires("issuer.assess", at=here)]
_Decides = Annotated[Permit, requires("issuer.decide", at=here)]
_Supervises = Annotated[Permit, requires("issuer.supervise", at=here)]
_Withdraws = Annotated[Permit, requires("issuer.withdraw", at=here)]
_States = Annotated[Permit, requires("guarantee.state", at=here)]


class NoSuchStep(NotFound):
    """无此办理事项: the console has no step of this name."""

    code = "web.no_such_step"

    def __init__(self, name: str) -> None:
        super().__init__(f"no step {name[:40]}", found=name[:40])


@router.get("")
def console(permit: _Reads, request: Request, session: Reading, issuer_id: str, *, done: bool = False) -> Response:
    """Show everything on file about an issuer and what its reader may do (主体办理)."""
    page = dossier.page_of(session, permit.actor, issuer_id, done=done)
    return pages.render(request, permit.actor, "console_issuer.html", page=page)


# ---- Steps that need nothing but a reason ----------------------------------------------------------------------------


@router.post("/submit/{step}")
def submit(permit: _Submits, request: Request, session: Writing, issuer_id: str, step: str, posted: Posted) -> Response:
    """Hand the registration in (提交)."""
    return _step(permit, request, session, issuer_id, step, posted)


@router.post("/certify/{step}")
def certifier_step(
    permit: _Certifies, request: Request, session: Writing, issuer_id: str, step: str, posted: Posted
) -> Response:
    """Give the registration back as certifier (认证退回)."""
    return _step(permit, request, session, issuer_id, step, posted)


@router.post("/decide/{step}")
def decide(permit: _Decides, request: Request, session: Writing, issuer_id: str, step: str, posted: Posted) -> Response:
    """Decide on an application or on the beginning of issuing (审批)."""
    return _step(permit, request, session, issuer_id, step, posted)


@router.post("/supervise/{step}")
def supervise(
    permit: _Supervises, request: Request, session: Writing, issuer_id: str, step: str, posted: Posted
) -> Response:
    """Restrict, suspend, lift, ease, exclude or close (监管措施)."""
    return _step(permit, request, session, issuer_id, step, posted)


@router.post("/withdraw/{step}")
def leave(
    permit: _Withdraws, request: Request, session: Writing, issuer_id: str, step: str, posted: Posted
) -> Response:
    """Give up, stop issuing or begin to leave (撤回、停发、退出)."""
    return _step(permit, request, session, issuer_id, step, posted)


def _step(permit: Permit, request: Request, session: Session, issuer_id: str, step: str, posted: Posted) -> Response:
    found = steps.named(permit.action, step)
    if found is None:
        raise NoSuchStep(step)
    forms.on_refusal(request, posted, step, again(request, permit, issuer_id))
    found.verb(session, permit.actor, issuer_id, reason=forms.reason_of(posted))
    permit.concerns(issuer_id, step=found.step.value)
    return _back(issuer_id)


# ---- Papers ----------------------------------------------------------------------------------------------------------


@router.get("/registration")
def registration(permit: _Reads, request: Request, session: Reading, issuer_id: str) -> Response:
    """Show the registration, to be corrected (登记更正)."""
    return _registration(request, permit, issuer_id)(session, Told(""))


@router.post("/registration")
def amend(permit: _Submits, request: Request, session: Writing, issuer_id: str, posted: Posted) -> Response:
    """Correct a registration that is a draft or was returned (补正)."""
    forms.on_refusal(request, posted, "registration", _registration(request, permit, issuer_id))
    papers = queries.issuer(session, issuer_id).documents
    wanted = asked.registration_of(posted, papers)
    service.amend(session, permit.actor, issuer_id, wanted, reason=forms.reason_of(posted))
    return _back(issuer_id)


@router.post("/papers/{paper}")
def hand_paper_in(
    permit: _Submits,
    request: Request,
    session: Writing,
    settings: Configured,
    issuer_id: str,
    paper: str,
    posted: Posted,
) -> Response:
    """Hand one of the required papers in (上传材料)."""
    forms.on_refusal(request, posted, f"paper-{paper}", again(request, permit, issuer_id))
    document = forms.hand_in(session, permit.actor, settings, posted, "file")
    issuer = queries.issuer(session, issuer_id)
    kept = tuple(one for one in issuer.documents if one.paper != paper)
    wanted = asked.described(issuer, (*kept, Paper(**dict(document), paper=paper)))
    service.amend(session, permit.actor, issuer_id, wanted, reason=f"上传材料：{asked.paper_title(paper)}")
    permit.concerns(issuer_id, paper=paper, document=document.digest)
    return _back(issuer_id, "papers")


@router.post("/certificates")
def certify(
    permit: _Certifies, request: Request, session: Writing, settings: Configured, issuer_id: str, posted: Posted
) -> Response:
    """Take in a certificate or evaluation (信用认证或评价)."""
    forms.on_refusal(request, posted, "certify", again(request, permit, issuer_id))
    document = forms.hand_in(session, permit.actor, settings, posted, "file")
    paper = asked.certificate_of(posted, document)
    service.certify(session, permit.actor, issuer_id, paper, reason=forms.reason_of(posted))
    return _back(issuer_id, "certificates")


@router.post("/conditions/{number}")
def meet_condition(
    permit: _Assesses,
    request: Request,
    session: Writing,
    settings: Configured,
    issuer_id: str,
    number: int,
    posted: Posted,
) -> Response:
    """Record that a condition was met, with the proof (整改完成)."""
    forms.on_refusal(request, posted, f"condition-{number}", again(request, permit, issuer_id))
    digest = forms.hand_in(session, permit.actor, settings, posted, "file").digest
    why = forms.reason_of(posted)
    service.meet_condition(session, permit.actor, issuer_id, number, reason=why, document_digest=digest)
    return _back(issuer_id, "assessments")


@router.post("/guarantee")
def state_guarantee(
    permit: _States, request: Request, session: Writing, settings: Configured, issuer_id: str, posted: Posted
) -> Response:
    """Put a custodian's statement on file (登记存管说明)."""
    forms.on_refusal(request, posted, "guarantee", again(request, permit, issuer_id))
    document = forms.hand_in(session, permit.actor, settings, posted, "file")
    statement = asked.statement_of(posted, document)
    service.state_guarantee(session, permit.actor, issuer_id, statement, reason=forms.reason_of(posted))
    return _back(issuer_id, "guarantee")


@router.post("/frozen")
def decide_frozen(permit: _Supervises, request: Request, session: Writing, issuer_id: str, posted: Posted) -> Response:
    """Decide on awards that a suspension froze (暂缓生效处置)."""
    forms.on_refusal(request, posted, "frozen", again(request, permit, issuer_id))
    outcome = forms.chosen(FrozenOutcome, posted, "do")
    service.decide_frozen(session, permit.actor, issuer_id, outcome=outcome, reason=forms.reason_of(posted))
    return _back(issuer_id)


# ---- Pages drawn again -----------------------------------------------------------------------------------------------


def _registration(request: Request, permit: Permit, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = asked.amendment_page(queries.issuer(session, issuer_id), told)
        return pages.render(request, permit.actor, "console_form.html", status=forms.status_of(told), page=page)

    return drawn


def _back(issuer_id: str, place: str = "main") -> Response:
    return pages.see_other(f"/console/issuers/{issuer_id}?done=true#{place}")
