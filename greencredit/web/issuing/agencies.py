"""The register of agencies at the console: their standing over time, whom each judged, and its ties (机构名录)."""

from datetime import date
from typing import Annotated

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from greencredit.issuers import queries, service
from greencredit.issuers.queries import ties
from greencredit.kernel.access import Actor, may
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.consoles import AgenciesPage, AgencyLine, AgencyPage, AgencyTie, Button, Form
from greencredit.schemas.issuers import Agency, AgencyKind, AgencyStandingOrder, AgencyState, Issuer, NewAgency
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact, HistoryLine
from greencredit.web import pages, wording
from greencredit.web.issuing import asked, forms
from greencredit.web.issuing.forms import Posted, Told
from greencredit.web.issuing.sheets import fact

router = Doors(prefix="/console/agencies", include_in_schema=False)

_Reads = Annotated[Permit, requires("issuer.read")]
_Keeps = Annotated[Permit, requires("agency.keep")]
_ENTRY = ("kind", "name", "code", "approval_number", "legal_representative", "controlling_code", "listed_since")


@router.get("")
def register(permit: _Reads, request: Request, session: Reading, *, done: bool = False) -> Response:
    """Show who may certify and assess, and who was withdrawn (机构名录)."""
    page = _register(session, permit.actor, None, done=done)
    return pages.render(request, permit.actor, "console_agencies.html", page=page)


@router.post("")
def enter(permit: _Keeps, request: Request, session: Writing, posted: Posted) -> Response:
    """Enter an agency in the register (机构入册)."""

    def again(reading: Session, told: Told) -> Response:
        page = _register(reading, permit.actor, told)
        return pages.render(request, permit.actor, "console_agencies.html", status=forms.status_of(told), page=page)

    forms.on_refusal(request, posted, "agency", again)
    wanted = forms.read(NewAgency, forms.nested(posted, _ENTRY))
    made = service.list_agency(session, permit.actor, wanted, reason=forms.reason_of(posted))
    permit.concerns(made.agency_id)
    return pages.see_other(f"/console/agencies/{made.agency_id}?done=true")


@router.get("/{agency_id}")
def agency(permit: _Reads, request: Request, session: Reading, agency_id: str, *, done: bool = False) -> Response:
    """Show one agency: its standing over time, whom it judged, and with whom it has a tie (机构)."""
    page = _page(session, permit.actor, agency_id, None, done=done)
    return pages.render(request, permit.actor, "console_agency.html", page=page)


@router.post("/{agency_id}/withdraw")
def withdraw(permit: _Keeps, request: Request, session: Writing, agency_id: str, posted: Posted) -> Response:
    """Withdraw an agency from a day on; what it gave counts until then (机构除名)."""
    order = _standing(permit, request, agency_id, "withdraw", posted)
    service.withdraw_agency(session, permit.actor, agency_id, since=order.since, reason=order.reason)
    return pages.see_other(f"/console/agencies/{agency_id}?done=true")


@router.post("/{agency_id}/relist")
def relist(permit: _Keeps, request: Request, session: Writing, agency_id: str, posted: Posted) -> Response:
    """List an agency again, or correct its approval, from a day on (机构恢复、批准号更正)."""
    order = _standing(permit, request, agency_id, "relist", posted)
    service.relist_agency(session, permit.actor, agency_id, **dict(order))
    return pages.see_other(f"/console/agencies/{agency_id}?done=true")


def _standing(permit: Permit, request: Request, agency_id: str, form_id: str, posted: FormData) -> AgencyStandingOrder:
    def again(reading: Session, told: Told) -> Response:
        page = _page(reading, permit.actor, agency_id, told)
        return pages.render(request, permit.actor, "console_agency.html", status=forms.status_of(told), page=page)

    forms.on_refusal(request, posted, form_id, again)
    permit.concerns(agency_id, step=form_id)
    forms.reason_of(posted)
    return forms.read(AgencyStandingOrder, forms.nested(posted, ("since", "reason", "approval_number")))


# ---- Pages -----------------------------------------------------------------------------------------------------------


def _register(session: Session, actor: Actor, told: Told | None, *, done: bool = False) -> AgenciesPage:
    today = civil_date(now(session))
    found = queries.agencies(session)
    return AgenciesPage(
        kinds=tuple((kind.words, tuple(_line(one, today) for one in found if one.kind is kind)) for kind in AgencyKind),
        entering=_entering(today, told) if may(actor, "agency.keep") else None,
        done=done,
    )


def _line(one: Agency, today: date) -> AgencyLine:
    standing = one.standing_on(today) or one.standings[0]
    return AgencyLine(
        agency_id=one.agency_id,
        name=one.name,
        code=one.code,
        state=_colour(standing.state),
        state_title=standing.state.words,
        since=standing.since,
        approval_number=standing.approval_number,
    )


def _colour(state: AgencyState) -> str:
    return "active" if state is AgencyState.LISTED else "closed"


def _page(session: Session, actor: Actor, agency_id: str, told: Told | None, *, done: bool = False) -> AgencyPage:
    one = queries.agency(session, agency_id)
    today = civil_date(now(session))
    line = _line(one, today)
    judged = ties.judged_by(session, actor, one)
    return AgencyPage(
        line=line,
        kind=one.kind.words,
        facts=(
            fact("统一社会信用代码", "Unified social credit code", one.code),
            fact("法定代表人", "Legal representative", one.legal_representative),
            fact("控股股东代码", "Controlling shareholder", one.controlling_code),
            *_approval(one, line),
        ),
        history=tuple(_history(one)),
        judged=tuple(_judged(issuer, papers) for issuer, papers in judged),
        ties=tuple(
            AgencyTie(issuer_id=issuer.issuer_id, name=issuer.name, ties=tuple(forms.named(tie.code) for tie in found))
            for issuer, found in ties.tied_to(session, actor, one)
        ),
        forms=tuple(_keeping(one, line, today, told)) if may(actor, "agency.keep") else (),
        done=done,
    )


def _approval(one: Agency, line: AgencyLine) -> tuple[Fact, ...]:
    if one.kind is not AgencyKind.CREDIT:
        return ()
    none = Words(zh="无：其出具的称“评价”，不称“认证”", en="none: what it gives is an evaluation, no certification")
    return (fact("认证机构批准号", "Approval as a certification body", line.approval_number or none),)


def _history(one: Agency) -> list[HistoryLine]:
    return [
        HistoryLine(
            at=each.at,
            step_title=each.state.words,
            to_title=Words(
                zh=f"自 {wording.day(each.since, 'zh')}起" + _number(each.approval_number, "，批准号 "),
                en=f"from {wording.day(each.since, 'en')}" + _number(each.approval_number, ", approval "),
            ),
            reason=each.reason,
            by=Words(zh=each.actor_id, en=each.actor_id),
            document_digest=None,
        )
        for each in one.standings
    ]


def _number(number: str | None, before: str) -> str:
    return f"{before}{number}" if number else ""


def _judged(issuer: Issuer, papers: int) -> AgencyTie:
    said = Words(zh=f"{papers} 份", en=f"{papers} paper{'' if papers == 1 else 's'}")
    return AgencyTie(issuer_id=issuer.issuer_id, name=issuer.name, ties=(said,))


# ---- Forms -----------------------------------------------------------------------------------------------------------


def _entering(today: date, told: Told | None) -> Form:
    title = Words(zh="登记机构", en="Enter an agency")
    kinds = [(kind.value, kind.words) for kind in AgencyKind]
    fields = (
        forms.choice("kind", Words(zh="机构类型", en="Kind"), kinds),
        asked.text_field("name", "机构名称", "Name"),
        asked.text_field("code", "统一社会信用代码", "Unified social credit code"),
        asked.text_field("legal_representative", "法定代表人", "Legal representative"),
        asked.text_field(
            "controlling_code",
            "控股股东统一社会信用代码",
            "Code of the controlling shareholder",
            required=False,
            hint=Words(zh="利益冲突检查用；没有可不填。", en="For the check of ties; leave empty if there is none."),
        ),
        asked.text_field(
            "approval_number",
            "认证机构批准号",
            "Approval as a certification body",
            required=False,
            hint=Words(
                zh="没有批准号的信用机构出具的称“评价”。", en="A credit body without one gives evaluations only."
            ),
        ),
        asked.day_field("listed_since", "入册日期", "Listed from", today),
        forms.WHY,
    )
    return forms.make("agency", "/console/agencies", title, fields, told=told)


def _keeping(one: Agency, line: AgencyLine, today: date, told: Told | None) -> list[Form]:
    base = f"/console/agencies/{one.agency_id}"
    since = asked.day_field("since", "自哪一天起", "From", today)
    withdrawing = Words(zh="除名", en="Withdraw it")
    listing = Words(zh="恢复在册或更正批准号", en="List it again, or correct its approval")
    approval = asked.text_field(
        "approval_number",
        "认证机构批准号",
        "Approval as a certification body",
        line.approval_number,
        required=False,
        hint=Words(zh="没有可不填。", en="Leave empty if there is none."),
    )
    return [
        forms.make(
            "withdraw",
            f"{base}/withdraw",
            withdrawing,
            (since, forms.WHY),
            Button(title=withdrawing),
            told=told,
            note=Words(
                zh="从这一天起不再采用其出具的材料，此前出具的到这一天为止有效；持有其材料的主体会记入状态记录。",
                en="Nothing new is taken from it from that day on, and what it gave counts until then; whoever holds "
                "a paper of it gets a line in its history.",
            ),
        ),
        forms.make(
            "relist",
            f"{base}/relist",
            listing,
            (since, approval, forms.WHY),
            Button(title=listing),
            told=told,
            note=Words(zh="已失效的材料不会因此恢复。", en="No paper that lapsed comes back by it."),
        ),
    ]
