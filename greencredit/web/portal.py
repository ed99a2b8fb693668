"""The consumer's door: signing in and out, one's own page, one's own reports."""

from datetime import date
from typing import Annotated, Final

from fastapi import Form, Query, Request, Response
from pydantic import BaseModel, Field, SecretStr, field_validator

from greencredit.awards.routes.why import of_evidence as places_of
from greencredit.awards.service.replay import explain_evidence
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.clock import SHANGHAI
from greencredit.kernel.doors import Doors
from greencredit.kernel.errors import Denied, Refusal
from greencredit.kernel.http import Configured, Permit, Reading, Store, Writing, hand_cookie, requires, take_cookie
from greencredit.people import service as people
from greencredit.people.errors import TooManyAttempts, WrongCredentials
from greencredit.reports.service.dresses import Dress
from greencredit.schemas.people import NewSession
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Words
from greencredit.schemas.web import Problem
from greencredit.web import dressing, household, own_reports, pages

router = Doors(include_in_schema=False)

_WRONG: Final = Problem(
    title=Words(zh="账户名或密码不正确", en="The account name or the password is wrong"),
    sentence=Words(
        zh="请核对后再试，注意大小写和输入法。", en="Please check both and try again; mind upper and lower case."
    ),
)
_Typed = Annotated[str, Form(max_length=200)]


class _Wanted(BaseModel):
    """What the form for a report sends; a button of the page sends the year and the language alone."""

    year: int = Field(ge=2000, le=2199)
    report_lang: Lang
    kind: str = Field(default=own_reports.KIND, max_length=40)
    span: str = Field(default="year", max_length=10)
    since: date | None = None
    last_day: date | None = None

    @field_validator("since", "last_day", mode="before")
    @classmethod
    def _left_open(cls, typed: object) -> object:
        return None if typed == "" else typed


class NotAConsumer(Denied):
    """没有消费者账户: this account stands for no consumer, so there are no credits of its own to show."""

    code = "web.not_a_consumer"


@router.get("/sign-in")
def sign_in_form(
    permit: Annotated[Permit, requires("public.read")],
    request: Request,
    onward: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    """Ask for name and password (登录)."""
    return pages.render(request, permit.actor, "sign_in.html", login="", next=pages.inside(onward), problem=None)


@router.post("/sign-in")
def sign_in(
    permit: Annotated[Permit, requires("session.open")],
    request: Request,
    store: Store,
    settings: Configured,
    login: _Typed,
    password: _Typed,
    onward: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    """Sign in, or say in place why not (登录)."""
    wanted = NewSession(login=login, password=SecretStr(password))
    try:
        opened = people.sign_in(store, wanted, hours=settings.session_hours)
    except (WrongCredentials, TooManyAttempts) as refusal:
        status, said = _refused(refusal)
        facts = {"login": login, "next": pages.inside(onward), "problem": said}
        return pages.render(request, permit.actor, "sign_in.html", status=status, **facts)
    response = pages.see_other(pages.inside(onward))
    hand_cookie(response, settings, opened.token.get_secret_value())
    return response


@router.post("/sign-out")
def sign_out(permit: Annotated[Permit, requires("session.close")], session: Writing, settings: Configured) -> Response:
    """Sign out (退出)."""
    people.sign_out(session, permit.actor)
    response = pages.see_other("/")
    take_cookie(response, settings)
    return response


@router.get("/me")
def me(
    permit: Annotated[Permit, requires("consumer.read")],
    request: Request,
    session: Reading,
    year: Annotated[int | None, Query(ge=2000, le=2199)] = None,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show a household its credits (我的积分)."""
    page = household.page_of(session, himself(permit), year=year, before=before)
    return pages.render(request, permit.actor, "me.html", page=page)


@router.get("/me/evidence/{evidence_id}")
def own_evidence(
    permit: Annotated[Permit, requires("award.read", at=places_of)],
    request: Request,
    session: Reading,
    evidence_id: int,
) -> Response:
    """Show why a piece of one's own evidence earned what it did, or nothing (为什么没有得到积分)."""
    page = explain_evidence(session, evidence_id)
    return pages.render(request, permit.actor, "evidence.html", page=page)


@router.post("/me/reports")
def ask_for_report(
    permit: Annotated[Permit, requires("report.issue")],
    session: Writing,
    wanted: Annotated[_Wanted, Form()],
) -> Response:
    """Have one's report made, of a year or any other days; asking twice at a time makes it once (生成报告)."""
    period = own_reports.period_of(wanted.year, wanted.span, wanted.since, wanted.last_day)
    asked = own_reports.ask(session, himself(permit), kind=wanted.kind, period=period, lang=wanted.report_lang)
    permit.concerns(asked, kind=wanted.kind, since=str(period.since), until=str(period.until), lang=wanted.report_lang)
    return pages.see_other(f"/me?year={wanted.year}#report-title")


@router.get("/me/reports/{number}")
def own_report(
    permit: Annotated[Permit, requires("report.read")], session: Reading, settings: Configured, number: str
) -> Response:
    """Give the file of one's own report (下载报告)."""
    found = own_reports.file_of(session, permit.actor, himself(permit), number, settings)
    return Response(found.content, media_type=found.media_type, headers=pages.PRIVATE | found.headers)


@router.get("/me/reports/{number}/{dress}")
def own_report_dressed(
    permit: Annotated[Permit, requires("report.read")],
    session: Reading,
    settings: Configured,
    number: str,
    dress: Dress,
) -> Response:
    """Give one's own report as a page for a phone, or in large print (手机版、大字版)."""
    own = own_reports.file_of(session, permit.actor, himself(permit), number, settings)
    found = dressing.dressed(session, own, number, dress, settings)
    headers = pages.PRIVATE | dressing.headers_of(found)
    return Response(found.content, media_type=found.media_type, headers=headers)


def himself(permit: Permit) -> str:
    """Give the consumer who asks; whoever is none, or may not see himself, is refused."""
    consumer_id = permit.actor.subject_id
    if consumer_id is None:
        message = "the account stands for no consumer"
        raise NotAConsumer(message, account_id=permit.actor.account_id)
    permit.require(Scope(ScopeKind.CONSUMER, consumer_id))
    return consumer_id


def _refused(refusal: Refusal) -> tuple[int, Problem]:
    if not isinstance(refusal, TooManyAttempts):
        return 401, _WRONG
    until = refusal.facts["until"].astimezone(SHANGHAI)
    said = Words(
        zh=f"为保护账户，请在北京时间 {until:%H:%M:%S} 之后再试。",
        en=f"To protect the account, please wait until {until:%H:%M:%S} China time.",
    )
    return 429, Problem(title=Words(zh="尝试次数过多", en="Too many attempts"), sentence=said)
