"""Drafting a scheme at the console: field by field, or as JSON; what was typed is kept at every step (起草备案)."""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.actions import queries as actions
from greencredit.issuers import queries, service
from greencredit.issuers.catalogue.regions import region_titles
from greencredit.issuers.routes.places import here
from greencredit.kernel.clock import now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.kernel.settings import Settings
from greencredit.merchants import queries as merchants
from greencredit.schemas.consoles import Button, Field, Form, FormPage
from greencredit.schemas.drafting import Said, SchemePage
from greencredit.schemas.issuers import CheckReport, Filing, FilingState, Issuer, Outcome, Ruling, Scheme
from greencredit.schemas.values import Words
from greencredit.web import pages
from greencredit.web.issuing import answers as answering
from greencredit.web.issuing import checked as checked_view
from greencredit.web.issuing import drawing, faults, forms, workpaper
from greencredit.web.issuing.answers import Answers
from greencredit.web.issuing.forms import FormIncomplete, Posted, Told
from greencredit.web.issuing.workpaper import Workpaper

router = Doors(prefix="/console/issuers/{issuer_id}/filings", include_in_schema=False)

_Drafts = Annotated[Permit, requires("rule.file", at=here)]
_Writing = Annotated[Permit, requires("scheme.draft", at=here)]
_KEEP: Final = Button(title=Words(zh="保存", en="Save"), value="keep", quiet=True)
_CHECK: Final = Button(title=Words(zh="检查", en="Check"), value="check", quiet=True)
_DRAFT: Final = Button(title=Words(zh="存为新版本", en="Save as version"), value="draft")
_LOAD: Final = Button(title=Words(zh="载入表单", en="Put it into the form"), value="load")
_LARGEST_BYTES: Final = 1024 * 1024
_MOST_FAULTS: Final = 40
_FIRST: Final[Mapping[str, Any]] = {"redemption_terms": [{}], "standards": [{}], "rules": [{}]}
"""What a first scheme begins with, beside what the shape gives by itself: one entry wherever one is wanted."""


@router.get("")
def drafting(
    permit: _Writing,
    request: Request,
    session: Reading,
    settings: Configured,
    issuer_id: str,
    *,
    checked: bool = False,
    at: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Ask for a scheme, going on with what was typed, else with the newest version (起草备案)."""
    page = _page(session, permit, settings, issuer_id, checked=checked, at=at)
    return pages.render(request, permit.actor, "console_scheme.html", page=page)


@router.post("")
def typed(
    permit: _Drafts, request: Request, session: Writing, settings: Configured, issuer_id: str, posted: Posted
) -> Response:
    """Keep what was typed, then do what was asked: another entry, one less, a check, a new version (起草备案)."""
    wish, _, place = forms.text(posted, "do").partition(":")
    given = answering.typed(Scheme, posted.multi_items())
    forms.on_refusal(request, posted, "scheme", _again(request, permit, settings, issuer_id))
    permit.concerns(issuer_id)
    _keep(session, permit, settings, issuer_id, given, forms.text(posted, "reason"))
    given = _papers_in(session, permit, settings, posted, given)
    if wish == "add":
        given, place = answering.added(Scheme, given, place, chosen=forms.text(posted, f"{place}.+"))
    elif wish == "remove":
        given = answering.removed(given, place)
        place = place.rpartition(".")[0] if place.rpartition(".")[2].isdecimal() else place
    _keep(session, permit, settings, issuer_id, given, forms.text(posted, "reason"))
    return _answered(session, permit, settings, issuer_id, posted, given, wish, place)


def _answered(
    session: Session,
    permit: Permit,
    settings: Settings,
    issuer_id: str,
    posted: FormData,
    given: Answers,
    wish: str,
    place: str,
) -> Response:
    address = f"/console/issuers/{issuer_id}/filings"
    account = _account(permit)
    if wish == "forget":
        workpaper.drop(settings, issuer_id, account)
        return pages.see_other(address)
    if wish in {"add", "remove"}:
        return pages.see_other(f"{address}?at={place}#{drawing.place_id(place)}")
    if wish == _KEEP.value:
        return pages.see_other(address)
    scheme, _ = _read(given)  # as it was posted: the file may be another window's by now
    if wish == _CHECK.value or scheme is None:
        return pages.see_other(f"{address}?checked=true#found")
    filing = service.draft_filing(session, permit.actor, issuer_id, scheme, reason=forms.reason_of(posted))
    service.check_filing(session, permit.actor, filing.filing_id)
    permit.concerns(filing.filing_id)
    workpaper.drop(settings, issuer_id, account)
    return pages.see_other(f"/console/filings/{filing.filing_id}?done=true")


def _account(permit: Permit) -> str:
    assert permit.actor.account_id is not None, "whoever drafts has signed in"
    return permit.actor.account_id


def _keep(session: Session, permit: Permit, settings: Settings, issuer_id: str, given: Answers, reason: str) -> None:
    workpaper.keep(settings, issuer_id, _account(permit), given, reason=reason, at=now(session))


def _papers_in(session: Session, permit: Permit, settings: Settings, posted: FormData, given: Answers) -> Answers:
    """Hand in each file that was chosen, and name it in the place of the one before."""
    more = dict(given)
    for name in dict.fromkeys(posted.keys()):
        if forms.upload_of(posted, name) is None:
            continue
        document = forms.hand_in(session, permit.actor, settings, posted, name)
        more |= {f"{name}.{part}": str(getattr(document, part)) for part in answering.PAPER}
    return more


# ---- The page --------------------------------------------------------------------------------------------------------


def _read(given: Answers) -> tuple[Scheme | None, tuple[faults.Fault, ...]]:
    """Give the scheme that the answers amount to, or each place at fault."""
    try:
        return Scheme.model_validate(answering.document_of(Scheme, given)), ()
    except ValidationError as error:
        return None, faults.faults_of(Scheme, error, given)


def _again(request: Request, permit: Permit, settings: Settings, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = _page(session, permit, settings, issuer_id, checked=False, at="", told=told)
        status = forms.status_of(told)
        return pages.render(request, permit.actor, "console_scheme.html", status=status, page=page)

    return drawn


def _page(
    session: Session,
    permit: Permit,
    settings: Settings,
    issuer_id: str,
    *,
    checked: bool,
    at: str,
    told: Told | None = None,
) -> SchemePage:
    issuer = queries.issuer(session, issuer_id)
    versions = queries.filings(session, issuer_id)
    newest = versions[-1] if versions else None
    held = workpaper.kept(settings, issuer_id, _account(permit))
    given = held.answers if held else _begun(newest, issuer)
    scheme, wrong = _read(given) if checked else (None, ())
    report = queries.check_scheme(session, issuer_id, scheme) if scheme else None
    said = [(one.name, Said(kind="problem", text=one.said)) for one in wrong]
    said += _findings(report, given) + _remarks(newest, given)
    sketch = drawing.Sketch(Scheme, given, _options(session), drawing.gathered(said), at)
    return SchemePage(
        issuer_id=issuer_id,
        issuer_name=issuer.name,
        address=f"/console/issuers/{issuer_id}/filings",
        chapters=drawing.chapters(sketch),
        wrongs=drawing.wrongs(sketch),
        checked=checked,
        report=checked_view.view_of(report),
        whole=sketch.said.get("", ()),
        reason=_reason(issuer_id, held, told),
        kept_at=held.kept_at if held else None,
        begun_from=_begun_from(newest) if newest else None,
        returned=_returned(newest),
    )


def _begun(newest: Filing | None, issuer: Issuer) -> Answers:
    if newest is not None:
        return answering.answers_to(Scheme, newest.scheme.model_dump(mode="json"))
    return answering.answers_to(Scheme, {**_FIRST, "region": issuer.region})


def _begun_from(newest: Filing) -> Words:
    state = newest.state.words
    return Words(
        zh=f"第 {newest.version} 版（{state.zh}）",
        en=f"version {newest.version} ({state.en[:1].lower()}{state.en[1:]})",
    )


def _options(session: Session) -> drawing.Options:
    """Give what can be chosen where the shape names no list of its own."""
    return {
        "regions": tuple(region_titles().items()),
        "actions": tuple((one.name, one.title) for one in actions.actions()),
        "green_kinds": tuple((slug, one.title) for slug, one in merchants.green_kinds(session).items()),
    }


def _findings(report: CheckReport | None, given: Answers) -> list[tuple[str, Said]]:
    """Say what the checks found beside the place that it is about."""
    listed: list[tuple[str, Said]] = []
    for one in report.results if report else ():
        if one.outcome is not Outcome.FAILED:
            continue
        for finding in one.findings:
            _, name = answering.find(Scheme, finding.path, given)
            found = checked_view.found(finding.found)
            text = Words(
                zh=f"{one.title.zh}：实际为“{found.zh}”；要求：{one.wanted.zh}",
                en=f'{one.title.en}: found "{found.en}"; wanted: {one.wanted.en}',
            )
            listed.append((name, Said(kind="problem" if one.stops else "advice", text=text)))
    return listed


def _returned(newest: Filing | None) -> tuple[str, ...]:
    if newest is None or newest.state is not FilingState.RETURNED:
        return ()
    return tuple(one.reason for one in newest.opinions if one.verdict is Ruling.RETURN)


def _remarks(newest: Filing | None, given: Answers) -> list[tuple[str, Said]]:
    """Say what the authority wrote beside each term when it gave the newest version back."""
    if newest is None or newest.state is not FilingState.RETURNED:
        return []
    return [
        (
            answering.find(Scheme, one.path, given)[1],
            Said(kind="remark", text=Words(zh=f"退回意见：{one.reason}", en=f"Given back: {one.reason}")),
        )
        for opinion in newest.opinions
        if opinion.verdict is Ruling.RETURN
        for one in opinion.fields
    ]


def _reason(issuer_id: str, held: Workpaper | None, told: Told | None) -> Form:
    asked = forms.WHY.model_copy(update={"required": False, "value": held.reason if held else ""})
    hint = Words(zh="存为新版本时填写，写入状态记录。", en="Wanted for a new version; kept in the history for good.")
    title = Words(zh="积分方案", en="The scheme")
    return forms.make(
        "scheme",
        f"/console/issuers/{issuer_id}/filings",
        title,
        (asked.model_copy(update={"hint": hint}),),
        _DRAFT,
        _CHECK,
        _KEEP,
        told=told,
    )


# ---- The second way: JSON --------------------------------------------------------------------------------------------


@router.get("/json")
def as_json(permit: _Writing, request: Request, session: Reading, settings: Configured, issuer_id: str) -> Response:
    """Ask for a scheme as a file or as text (用 JSON 起草)."""
    return _as_json(request, permit, settings, issuer_id)(session, Told(""))


@router.post("/json")
def loaded(
    permit: _Drafts, request: Request, session: Writing, settings: Configured, issuer_id: str, posted: Posted
) -> Response:
    """Take a scheme from a file or text into the form, or straight into a new version (用 JSON 起草)."""
    forms.on_refusal(request, posted, "json", _as_json(request, permit, settings, issuer_id))
    permit.concerns(issuer_id)
    written = _written(posted)
    reason = forms.text(posted, "reason")
    if forms.text(posted, "do") == _LOAD.value:
        _keep(session, permit, settings, issuer_id, _answers_in(written), reason)
        return pages.see_other(f"/console/issuers/{issuer_id}/filings?checked=true#found")
    try:
        wanted = Scheme.model_validate_json(written)
    except ValidationError as error:
        raise FormIncomplete(forms.faults_of(error)[:_MOST_FAULTS]) from error
    filing = service.draft_filing(session, permit.actor, issuer_id, wanted, reason=forms.reason_of(posted))
    service.check_filing(session, permit.actor, filing.filing_id)
    permit.concerns(filing.filing_id)
    workpaper.drop(settings, issuer_id, _account(permit))
    return pages.see_other(f"/console/filings/{filing.filing_id}?done=true")


def _written(posted: FormData) -> str:
    """Give what was uploaded, or else what was typed."""
    file = forms.upload_of(posted, "file")
    if file is None:
        return forms.text(posted, "scheme")
    content = file.file.read(_LARGEST_BYTES + 1)
    if len(content) > _LARGEST_BYTES:
        raise FormIncomplete([{"at": "file", "kind": "size", "wanted": f"{_LARGEST_BYTES:,} bytes"}])
    return content.decode("utf-8", errors="replace")


def _answers_in(written: str) -> Answers:
    """Read a scheme, whole or not, into the places of the form; what has no place there is named and not kept."""
    try:
        found = json.loads(written)
    except ValueError as error:
        raise FormIncomplete([{"at": "scheme", "kind": "json", "wanted": f"JSON: {error}"}]) from error
    try:
        Scheme.model_validate(found)
    except ValidationError as error:
        unknown = [one for one in forms.faults_of(error) if one["kind"] in {"extra_forbidden", "model_type"}]
        if unknown:
            raise FormIncomplete(unknown[:_MOST_FAULTS]) from error
    return answering.answers_to(Scheme, found)


def _as_json(request: Request, permit: Permit, settings: Settings, issuer_id: str) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        issuer = queries.issuer(session, issuer_id)
        versions = queries.filings(session, issuer_id)
        held = workpaper.kept(settings, issuer_id, _account(permit))
        given = held.answers if held else _begun(versions[-1] if versions else None, issuer)
        begun = json.dumps(answering.document_of(Scheme, given), ensure_ascii=False, indent=2)
        page = _json_page(issuer, begun, told)
        return pages.render(request, permit.actor, "console_form.html", status=forms.status_of(told), page=page)

    return drawn


def _json_page(issuer: Issuer, begun: str, told: Told) -> FormPage:
    back = f"/console/issuers/{issuer.issuer_id}/filings"
    typed_in = Field(
        name="scheme",
        label=Words(zh="积分方案（JSON）", en="The scheme, as JSON"),
        kind="code",
        value=begun,
        required=False,
        wide=True,
        hint=Words(
            zh="可在此修改，也可以上传文件；上传的文件优先。字段见接口文档中的 Scheme。",
            en="Change it here, or upload a file, which counts before what is typed. "
            "The fields are those of `Scheme` in the API's description.",
        ),
    )
    file = Field(name="file", label=Words(zh="方案文件（.json）", en="A file (.json)"), kind="file", required=False)
    return FormPage(
        title=Words(zh="用 JSON 起草", en="Draft as JSON"),
        lead=Words(
            zh="适合由系统生成的方案。载入表单后，逐项指出不符之处；也可以直接存为新版本。",
            en="For schemes that a system writes. In the form each fault stands at its place; or keep it as a version.",
        ),
        back=back,
        back_title=Words(zh="逐项填写", en="Field by field"),
        form=forms.make(
            "json",
            f"{back}/json",
            Words(zh="积分方案", en="The scheme"),
            (typed_in, file, forms.WHY.model_copy(update={"required": False})),
            _LOAD,
            Button(title=_DRAFT.title, value=_DRAFT.value, quiet=True),
            told=told,
        ),
    )
