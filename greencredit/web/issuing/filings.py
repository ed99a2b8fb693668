"""Filings at the console: an issuer drafts, checks and hands in; the page of a version is the same for both sides."""

from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.issuers import queries, service
from greencredit.issuers.routes.places import here, here_by_filing
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.consoles import Button, Field, FormPage
from greencredit.schemas.issuers import CheckReport, Scheme
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.issuing import forms, scheme, version
from greencredit.web.issuing.forms import FormIncomplete, Posted, Told

router = APIRouter(prefix="/console", include_in_schema=False)

_Reads = Annotated[Permit, requires("issuer.read", at=here)]
_ReadsFiling = Annotated[Permit, requires("issuer.read", at=here_by_filing)]
_Drafts = Annotated[Permit, requires("rule.file", at=here)]
_DraftsFiling = Annotated[Permit, requires("rule.file", at=here_by_filing)]
_Files = Annotated[Permit, requires("issuer.file", at=here_by_filing)]
_CHECK: Final = Button(title=Words(zh="试检（不保存）", en="Check, keep nothing"), value="check", quiet=True)
_DRAFT: Final = Button(title=Words(zh="保存为草稿", en="Keep as a draft"), value="draft")
_LARGEST_BYTES: Final = 1024 * 1024


@router.get("/issuers/{issuer_id}/filings")
def drafting(permit: _Reads, request: Request, session: Reading, issuer_id: str) -> Response:
    """Ask for a scheme, beginning with the newest version (起草备案)."""
    return _drafting(request, permit, issuer_id)(session, Told(""))


@router.post("/issuers/{issuer_id}/filings")
def draft(permit: _Drafts, request: Request, session: Writing, issuer_id: str, posted: Posted) -> Response:
    """Check a scheme and keep nothing, or write it down as a new version (试检, 起草备案)."""
    forms.on_refusal(request, posted, "filing", _drafting(request, permit, issuer_id))
    wanted, written = _scheme(posted)
    if forms.text(posted, "do") == _CHECK.value:
        permit.concerns(issuer_id)
        report = queries.check_scheme(session, issuer_id, wanted)
        told = Told("filing", {"scheme": written, "reason": forms.text(posted, "reason")})
        return _drafting(request, permit, issuer_id, report)(session, told)
    filing = service.draft_filing(session, permit.actor, issuer_id, wanted, reason=forms.reason_of(posted))
    service.check_filing(session, permit.actor, filing.filing_id)
    permit.concerns(filing.filing_id)
    return pages.see_other(f"/console/filings/{filing.filing_id}?done=true")


@router.get("/filings/{filing_id}")
def filing(permit: _ReadsFiling, request: Request, session: Reading, filing_id: str, *, done: bool = False) -> Response:
    """Show one version with its checks, changes, opinions and what can be done (备案版本)."""
    page = version.page_of(session, permit.actor, filing_id, done=done)
    return pages.render(request, permit.actor, "console_filing.html", page=page)


@router.post("/filings/{filing_id}/check")
def check(permit: _DraftsFiling, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Check a draft and keep the report (自动检查)."""
    forms.on_refusal(request, posted, "check", version.again(request, permit, filing_id))
    service.check_filing(session, permit.actor, filing_id)
    return pages.see_other(f"/console/filings/{filing_id}?done=true#checks")


@router.post("/filings/{filing_id}/submit")
def submit(permit: _Files, request: Request, session: Writing, filing_id: str, posted: Posted) -> Response:
    """Hand a version in (报送备案)."""
    forms.on_refusal(request, posted, "submit-filing", version.again(request, permit, filing_id))
    service.submit_filing(session, permit.actor, filing_id, reason=forms.reason_of(posted))
    return pages.see_other(f"/console/filings/{filing_id}?done=true")


def _drafting(request: Request, permit: Permit, issuer_id: str, report: CheckReport | None = None) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        issuer = queries.issuer(session, issuer_id)
        versions = queries.filings(session, issuer_id)
        begun = versions[-1].scheme.model_dump_json(indent=2) if versions else scheme.TEMPLATE
        typed = Field(
            name="scheme",
            label=Words(zh="积分方案（JSON）", en="The scheme, as JSON"),
            kind="code",
            value=begun,
            required=False,
            wide=True,
            hint=Words(
                zh="可在最近一版上修改，也可以上传文件；上传的文件优先。字段见接口文档中的 Scheme。",
                en="Change the newest version here, or upload a file, which counts before what is typed. "
                "The fields are those of `Scheme` in the API's description.",
            ),
        )
        file = Field(name="file", label=Words(zh="方案文件（.json）", en="A file (.json)"), kind="file", required=False)
        back = f"/console/issuers/{issuer_id}"
        page = FormPage(
            title=Words(zh="起草备案", en="Draft a filing"),
            lead=Words(
                zh="先试检，逐条看自动检查的结果和依据，再保存为草稿；报送后不能修改，只能另起新版本。",
                en="Check first: every rule, what it found and on what ground. Then keep it as a draft; "
                "once handed in it is never changed, only followed by another version.",
            ),
            back=back,
            back_title=Words(zh=issuer.name, en=issuer.name),
            form=forms.make(
                "filing",
                f"{back}/filings",
                Words(zh="积分方案", en="The scheme"),
                (typed, file, forms.WHY.model_copy(update={"required": False})),
                _CHECK,
                _DRAFT,
                told=told,
            ),
            report=report,
        )
        return pages.render(request, permit.actor, "console_form.html", status=forms.status_of(told), page=page)

    return drawn


def _scheme(posted: FormData) -> tuple[Scheme, str]:
    """Read the scheme from the file, or else from what was typed; give it with the text it was read from."""
    file = forms.upload_of(posted, "file")
    written = forms.text(posted, "scheme")
    if file is not None:
        content = file.file.read(_LARGEST_BYTES + 1)
        if len(content) > _LARGEST_BYTES:
            raise FormIncomplete([{"at": "file", "kind": "size", "wanted": f"{_LARGEST_BYTES:,} bytes"}])
        written = content.decode("utf-8", errors="replace")
    try:
        return Scheme.model_validate_json(written), written
    except ValidationError as error:
        raise FormIncomplete(forms.faults_of(error)[:40]) from error
