"""The doors of energy-saving projects: list, data, model, saving, adjustments, the verifier's word, reports."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, number_in, requires
from greencredit.projects import queries, service
from greencredit.reports.service.dresses import Dress
from greencredit.schemas.projects import NewAdjustment, NewDecision, NewRefusal, NewSignOff, Part
from greencredit.web import dressing, pages
from greencredit.web.issuing import forms
from greencredit.web.issuing.forms import Posted, Told
from greencredit.web.saving import asked, drawn

router = Doors(prefix="/console/projects", include_in_schema=False)


def _here(session: Session, parameters: Mapping[str, Any]) -> tuple[Scope, ...]:
    return queries.scopes_of(session, str(parameters["project_id"]))


def _numbered(session: Session, parameters: Mapping[str, Any]) -> tuple[Scope, ...]:
    number_in(parameters, "number")
    return _here(session, parameters)


_Lists = Annotated[Permit, requires("project.read")]
_Opens = Annotated[Permit, requires("project.open")]
_Reads = Annotated[Permit, requires("project.read", at=_here)]
_Keeps = Annotated[Permit, requires("project.keep", at=_here)]
_Verifies = Annotated[Permit, requires("project.verify", at=_here)]
_Decides = Annotated[Permit, requires("project.verify", at=_numbered)]
_Issues = Annotated[Permit, requires("report.issue", at=_here)]


@router.get("")
def projects(
    permit: _Lists,
    request: Request,
    session: Reading,
    after: Annotated[str, Query(max_length=60)] = "",
    *,
    done: bool = False,
) -> Response:
    """List the projects that one may read (节能减排项目)."""
    page = drawn.list_of(session, permit.actor, after=after, done=done)
    return pages.render(request, permit.actor, "console_projects.html", page=page)


@router.post("")
def opened(permit: _Opens, request: Request, session: Writing, posted: Posted) -> Response:
    """Open a project (立项)."""
    forms.on_refusal(request, posted, "open", _list_again(request, permit))
    wanted = asked.project_of(posted)
    permit.require(Scope(ScopeKind.ISSUER, wanted.issuer_id))
    made = service.open_project(session, permit.actor, wanted)
    permit.concerns(made.project_id, issuer=wanted.issuer_id)
    return _back(made.project_id)


@router.get("/{project_id}")
def project(permit: _Reads, request: Request, session: Reading, project_id: str, *, done: bool = False) -> Response:
    """Show a project with its charts, findings and what its reader may do (项目办理)."""
    page = drawn.page_of(session, permit.actor, project_id, done=done)
    return pages.render(request, permit.actor, "console_project.html", page=page)


@router.post("/{project_id}/data")
def data(permit: _Keeps, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Take a meter file in (取数)."""
    forms.on_refusal(request, posted, "data", _again(request, permit, project_id))
    part = forms.chosen(Part, posted, "part")
    meter, weather = asked.file_of(posted, "meter"), asked.file_of(posted, "weather", required=False)
    outside = weather.content or None
    service.add_data(session, permit.actor, project_id, part, meter=meter.content, weather=outside, name=meter.name)
    return _did(permit, project_id, "data")


@router.post("/{project_id}/baseline")
def fit(permit: _Keeps, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Fit the baseline (建模)."""
    forms.on_refusal(request, posted, "baseline", _again(request, permit, project_id))
    service.fit_baseline(session, permit.actor, project_id)
    return _did(permit, project_id, "fit")


@router.post("/{project_id}/freeze")
def freeze(permit: _Keeps, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Freeze the baseline (冻结基准)."""
    forms.on_refusal(request, posted, "freeze", _again(request, permit, project_id))
    service.freeze_baseline(session, permit.actor, project_id, reason=forms.reason_of(posted))
    return _did(permit, project_id, "freeze")


@router.post("/{project_id}/measurements")
def measure(permit: _Keeps, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Measure the saving (计量)."""
    forms.on_refusal(request, posted, "measure", _again(request, permit, project_id))
    service.measure(session, permit.actor, project_id)
    return _did(permit, project_id, "measure")


@router.post("/{project_id}/adjustments")
def propose(permit: _Keeps, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Propose a non-routine adjustment (非常规调整)."""
    forms.on_refusal(request, posted, "adjust", _again(request, permit, project_id))
    wanted = forms.read(NewAdjustment, asked.adjustment_of(posted))
    service.propose(session, permit.actor, project_id, wanted)
    return _did(permit, project_id, "adjust")


@router.post("/{project_id}/adjustments/{number}")
def decide(
    permit: _Decides, request: Request, session: Writing, project_id: str, number: int, posted: Posted
) -> Response:
    """Sign an adjustment or decline it (调整审定)."""
    forms.on_refusal(request, posted, f"decide-{number}", _again(request, permit, project_id))
    said = NewDecision(signed=forms.text(posted, "do") == "sign", reason=forms.reason_of(posted))
    service.decide(session, permit.actor, project_id, number, said)
    return _did(permit, project_id, "decide")


@router.post("/{project_id}/sign-off")
def sign_off(permit: _Verifies, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Sign the newest measurement off by its digest (核证)."""
    forms.on_refusal(request, posted, "sign-off", _again(request, permit, project_id))
    names = ("measurement_number", "digest", "statement")
    service.sign_off(session, permit.actor, project_id, forms.read(NewSignOff, forms.nested(posted, names)))
    return _did(permit, project_id, "sign_off")


@router.post("/{project_id}/refusal")
def refuse(permit: _Verifies, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """End a project without an award (不予核证)."""
    forms.on_refusal(request, posted, "refuse", _again(request, permit, project_id))
    service.refuse(session, permit.actor, project_id, NewRefusal(reason=forms.reason_of(posted)))
    return _did(permit, project_id, "refuse")


@router.post("/{project_id}/reports")
def issue(permit: _Issues, request: Request, session: Writing, project_id: str, posted: Posted) -> Response:
    """Have the project's report made (生成报告)."""
    forms.on_refusal(request, posted, "issue", _again(request, permit, project_id))
    drawn.ask_for_report(session, project_id, lang=forms.chosen(asked.Language, posted, "do"))
    return _did(permit, project_id, "report")


@router.get("/{project_id}/reports/{number}")
def report(permit: _Reads, session: Reading, settings: Configured, project_id: str, number: str) -> Response:
    """Hand out the file of a project's report (项目报告)."""
    found = drawn.report_file(session, project_id, number, settings)
    permit.concerns(project_id, report=number)
    return Response(found.content, media_type=found.media_type, headers=pages.PRIVATE | found.headers)


@router.get("/{project_id}/reports/{number}/{dress}")
def report_dressed(
    permit: _Reads, session: Reading, settings: Configured, project_id: str, number: str, dress: Dress
) -> Response:
    """Hand out a project's report as a page for a phone, or in large print (手机版、大字版)."""
    file = drawn.report_file(session, project_id, number, settings)
    permit.concerns(project_id, report=number)
    found = dressing.dressed(session, file, number, dress, settings)
    headers = pages.PRIVATE | dressing.headers_of(found)
    return Response(found.content, media_type=found.media_type, headers=headers)


def _list_again(request: Request, permit: Permit) -> forms.Again:
    def again(session: Session, told: Told) -> Response:
        page = drawn.list_of(session, permit.actor, told=told)
        return pages.render(request, permit.actor, "console_projects.html", status=forms.status_of(told), page=page)

    return again


def _again(request: Request, permit: Permit, project_id: str) -> forms.Again:
    def again(session: Session, told: Told) -> Response:
        page = drawn.page_of(session, permit.actor, project_id, told=told)
        return pages.render(request, permit.actor, "console_project.html", status=forms.status_of(told), page=page)

    return again


def _did(permit: Permit, project_id: str, step: str) -> Response:
    permit.concerns(project_id, step=step)
    return _back(project_id)


def _back(project_id: str) -> Response:
    return pages.see_other(f"/console/projects/{pages.in_path(project_id)}?done=true")
