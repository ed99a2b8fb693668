"""Codes that were really issued although a check fails: whoever registers asks, the operator looks (人工核验)."""

from typing import Annotated

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.kernel.access import PLATFORM, Actor, may
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, requires
from greencredit.schemas.consoles import Button, CodesPage, FileLink, Form, PaperSheet
from greencredit.schemas.issuers import CodeReviewRequest, CodeReviewState, NewCodeReview
from greencredit.schemas.values import Words
from greencredit.schemas.web import Fact
from greencredit.web import pages, wording
from greencredit.web.issuing import asked, forms, sheets
from greencredit.web.issuing.forms import Posted, Told
from greencredit.web.issuing.sheets import fact

router = Doors(prefix="/console/codes", include_in_schema=False)

_Own = Annotated[Permit, requires("me.read")]
_Asks = Annotated[Permit, requires("issuer.register")]
_Decides = Annotated[Permit, requires("operations.manage")]
_STATES = {
    CodeReviewState.WAITING: ("waiting", Words(zh="待核验", en="Waiting")),
    CodeReviewState.CONFIRMED: ("done", Words(zh="核验通过", en="Confirmed")),
    CodeReviewState.REFUSED: ("refused", Words(zh="核验不通过", en="Refused")),
}
_DECISIONS = {
    "confirm": (service.confirm_code, Words(zh="确认代码真实有效", en="Confirm that it was really issued"), False),
    "refuse": (service.refuse_code, Words(zh="不予确认", en="Refuse it"), True),
}


@router.get("")
def codes(
    permit: _Own,
    request: Request,
    session: Reading,
    code: Annotated[str, Query(max_length=40)] = "",
    *,
    done: bool = False,
) -> Response:
    """Show the codes to look at, or one's own requests (人工核验)."""
    page = _page(session, permit.actor, None, code=code, done=done)
    return pages.render(request, permit.actor, "console_codes.html", page=page)


@router.post("")
def ask(permit: _Asks, request: Request, session: Writing, settings: Configured, posted: Posted) -> Response:
    """Ask for a failing code to be looked at (申请人工核验)."""
    forms.on_refusal(request, posted, "ask-review", _again(request, permit))
    document = forms.hand_in(session, permit.actor, settings, posted, "file")
    wanted = forms.read(NewCodeReview, {**forms.nested(posted, ("code", "reason")), "document": document})
    made = service.ask_code_review(session, permit.actor, wanted)
    permit.concerns(made.review_id)
    return pages.see_other("/console/codes?done=true")


@router.post("/{review_id}/confirm")
def confirm(permit: _Decides, request: Request, session: Writing, review_id: str, posted: Posted) -> Response:
    """Confirm that a failing code was really issued; nobody confirms his own (核验通过)."""
    return _decide(permit, request, session, review_id, "confirm", posted)


@router.post("/{review_id}/refuse")
def refuse(permit: _Decides, request: Request, session: Writing, review_id: str, posted: Posted) -> Response:
    """Refuse a failing code (核验不通过)."""
    return _decide(permit, request, session, review_id, "refuse", posted)


def _decide(
    permit: Permit, request: Request, session: Session, review_id: str, decision: str, posted: Posted
) -> Response:
    forms.on_refusal(request, posted, f"{decision}-{review_id}", _again(request, permit))
    verb, _, _ = _DECISIONS[decision]
    verb(session, permit.actor, review_id, reason=forms.reason_of(posted))
    permit.concerns(review_id, step=decision)
    return pages.see_other("/console/codes?done=true")


def _again(request: Request, permit: Permit) -> forms.Again:
    def drawn(session: Session, told: Told) -> Response:
        page = _page(session, permit.actor, told)
        return pages.render(request, permit.actor, "console_codes.html", status=forms.status_of(told), page=page)

    return drawn


def _page(session: Session, actor: Actor, told: Told | None, *, code: str = "", done: bool = False) -> CodesPage:
    sees_all = may(actor, "operations.read", PLATFORM)
    found = queries.code_reviews(session, asked_by=None if sees_all else actor.account_id)
    waiting = [one for one in found if one.state is CodeReviewState.WAITING]
    decided = [one for one in reversed(found) if one.state is not CodeReviewState.WAITING]
    return CodesPage(
        waiting=tuple(_sheet(actor, one, told) for one in waiting),
        decided=tuple(_sheet(actor, one, told) for one in decided),
        ask=_asking(code, told) if may(actor, "issuer.register") else None,
        sees_all=sees_all,
        done=done,
    )


def _asking(code: str, told: Told | None) -> Form:
    fields = (
        asked.text_field("code", "统一社会信用代码", "Unified social credit code", code),
        sheets.FILE.model_copy(
            update={
                "label": Words(zh="载有该代码的证照", en="The licence that carries it"),
                "hint": Words(
                    zh="营业执照等。PDF、PNG 或 JPEG。", en="Such as the business licence: PDF, PNG or JPEG."
                ),
            }
        ),
        forms.WHY.model_copy(
            update={
                "label": Words(zh="为什么确信代码真实有效", en="Why you are sure of it"),
                "hint": Words(zh="随核验结果长期保存。", en="Kept with the outcome for good."),
            }
        ),
    )
    title = Words(zh="申请人工核验", en="Ask for a review")
    return forms.make("ask-review", "/console/codes", title, fields, told=told)


def _sheet(actor: Actor, one: CodeReviewRequest, told: Told | None) -> PaperSheet:
    state, title = _STATES[one.state]
    reads = may(actor, "document.read", PLATFORM)
    address = f"/api/v1/code-reviews/{one.review_id}/document"
    return PaperSheet(
        title=Words(zh=one.code, en=one.code),
        state=state,
        state_title=title,
        facts=(
            fact("未通过的检查", "Failed check", forms.named(one.fault)),
            fact("实际校验码", "Check character found", one.found),
            fact("应为", "Wanted", one.wanted),
            fact("申请理由", "Reason given", one.reason),
            fact("申请人", "Asked by", one.asked_by),
            fact("申请时间", "Asked at", _minute(one)),
            *_decision(one),
        ),
        files=(FileLink(name=one.document.name, digest=one.document.digest, address=address),) if reads else (),
        forms=tuple(_deciding(actor, one, told)),
    )


def _minute(one: CodeReviewRequest) -> Words:
    return Words(zh=wording.minute(one.asked_at, "zh"), en=wording.minute(one.asked_at, "en"))


def _decision(one: CodeReviewRequest) -> tuple[Fact, ...]:
    if one.reviewed_at is None:
        return ()
    at = Words(zh=wording.minute(one.reviewed_at, "zh"), en=wording.minute(one.reviewed_at, "en"))
    return (
        fact("核验意见", "Reviewer's reason", one.review_reason),
        fact("核验人", "Reviewer", one.reviewer_id),
        fact("核验时间", "Reviewed at", at),
    )


def _deciding(actor: Actor, one: CodeReviewRequest, told: Told | None) -> list[Form]:
    """Give the forms of whoever may decide; whoever asked is answered by another."""
    own = actor.account_id == one.asked_by
    if one.state is not CodeReviewState.WAITING or own or not may(actor, "operations.manage", PLATFORM):
        return []
    return [
        forms.make(
            f"{name}-{one.review_id}",
            f"/console/codes/{one.review_id}/{name}",
            title,
            (forms.WHY,),
            Button(title=title, quiet=quiet),
            told=told,
        )
        for name, (_, title, quiet) in _DECISIONS.items()
    ]
