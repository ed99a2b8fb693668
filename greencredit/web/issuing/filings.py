"""Filings at the console: the page of a version is the same for both sides; a draft is checked and handed in here."""

from typing import Annotated, Final

from fastapi import Request, Response
from pydantic import TypeAdapter, ValidationError

from greencredit.awards.service.cases import store_cases
from greencredit.issuers import service
from greencredit.issuers.routes.places import here_by_filing
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.awards.trials import GoldenCase
from greencredit.web import pages
from greencredit.web.issuing import forms, version
from greencredit.web.issuing.forms import Posted

router = Doors(prefix="/console", include_in_schema=False)

_CASES: Final = TypeAdapter(list[GoldenCase])

_ReadsFiling = Annotated[Permit, requires("issuer.read", at=here_by_filing)]
_DraftsFiling = Annotated[Permit, requires("rule.file", at=here_by_filing)]
_Files = Annotated[Permit, requires("issuer.file", at=here_by_filing)]


@router.get("/filings/{filing_id}")
def filing(
    permit: _ReadsFiling,
    request: Request,
    session: Reading,
    filing_id: str,
    *,
    done: bool = False,
    against: int | None = None,
) -> Response:
    """Show one version with its checks, changes, opinions and what can be done (备案版本)."""
    page = version.page_of(session, permit.actor, filing_id, done=done, against=against)
    return pages.render(request, permit.actor, "console_filing.html", page=page)


@router.post("/filings/{filing_id}/check")
def check(permit: _DraftsFiling, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Check a draft and keep the report (自动检查)."""
    forms.on_refusal(request, posted, "check", version.again(request, permit, filing_id))
    service.check_filing(session, permit.actor, filing_id)
    return pages.see_other(f"/console/filings/{filing_id}?done=true#checks")


@router.post("/filings/{filing_id}/cases")
def cases(permit: _DraftsFiling, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Store worked cases, replay them and run the scheme dry; the signed report stays with the draft (样例与试算)."""
    forms.on_refusal(request, posted, "cases", version.again(request, permit, filing_id))
    store_cases(session, permit.actor, filing_id, _cases_of(posted))
    permit.concerns(filing_id, step="cases")
    return pages.see_other(f"/console/filings/{filing_id}?done=true#checks")


def _cases_of(posted: Posted) -> list[GoldenCase]:
    try:
        return _CASES.validate_json(forms.text(posted, "cases"))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        wanted = ".".join(map(str, first["loc"])) + f": {first['msg']}"
        raise forms.FormIncomplete([{"at": "cases", "kind": first["type"], "wanted": wanted[:300]}]) from error


@router.post("/filings/{filing_id}/submit")
def submit(permit: _Files, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Hand a version in (报送备案)."""
    forms.on_refusal(request, posted, "submit-filing", version.again(request, permit, filing_id))
    service.submit_filing(session, permit.actor, filing_id, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/filings/{filing_id}?done=true")


@router.post("/filings/{filing_id}/recall")
def recall(permit: _Files, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Take a version back before it is decided on (撤回备案)."""
    forms.on_refusal(request, posted, "recall", version.again(request, permit, filing_id))
    service.recall_filing(session, permit.actor, filing_id, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/filings/{filing_id}?done=true")
