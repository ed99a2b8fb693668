"""The consumer's door: signing in and out, one's own page, one's own report."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import SecretStr

from greencredit.kernel.clock import SHANGHAI
from greencredit.kernel.errors import Refusal
from greencredit.kernel.http import (
    Configured,
    Permit,
    Store,
    Writing,
    hand_cookie,
    requires,
    take_cookie,
)
from greencredit.people import service as people
from greencredit.people.errors import TooManyAttempts, WrongCredentials
from greencredit.schemas.people import NewSession
from greencredit.schemas.values import Words
from greencredit.schemas.web import Problem
from greencredit.web import pages

router = APIRouter(include_in_schema=False)

_WRONG: Final = Problem(
    title=Words(zh="账户名或密码不正确", en="The account name or the password is wrong"),
    sentence=Words(
        zh="请核对后再试，注意大小写和输入法。", en="Please check both and try again; mind upper and lower case."
    ),
)
_MOST: Final = 200


@router.get("/sign-in")
def sign_in_form(
    permit: Annotated[Permit, requires("public.read")],
    request: Request,
    next_: Annotated[str, Query(alias="next")] = "/me",
) -> Response:
    """Ask for name and password (登录)."""
    return pages.render(request, permit.actor, "sign_in.html", login="", next=pages.inside(next_), problem=None)


@router.post("/sign-in")
def sign_in(
    permit: Annotated[Permit, requires("session.open")],
    request: Request,
    store: Store,
    settings: Configured,
    login: Annotated[str, Form(max_length=_MOST)],
    password: Annotated[str, Form(max_length=_MOST)],
    next_: Annotated[str, Form(alias="next")] = "/me",
) -> Response:
    """Sign in, or say in place why not (登录)."""
    onward = pages.inside(next_)
    try:
        opened = people.sign_in(
            store, NewSession(login=login, password=SecretStr(password)), hours=settings.session_hours
        )
    except (WrongCredentials, TooManyAttempts) as refusal:
        problem, status = _problem_of(refusal)
        return pages.render(
            request, permit.actor, "sign_in.html", status=status, login=login, next=onward, problem=problem
        )
    response = pages.see_other(onward)
    hand_cookie(response, settings, opened.token.get_secret_value(), opened.expires_at)
    return response


@router.post("/sign-out")
def sign_out(permit: Annotated[Permit, requires("session.close")], session: Writing, settings: Configured) -> Response:
    """Sign out (退出)."""
    people.sign_out(session, permit.actor)
    response = pages.see_other("/")
    take_cookie(response, settings)
    return response


def _problem_of(refusal: Refusal) -> tuple[Problem, int]:
    if not isinstance(refusal, TooManyAttempts):
        return _WRONG, 401
    until = refusal.facts["until"].astimezone(SHANGHAI)
    return (
        Problem(
            title=Words(zh="尝试次数过多", en="Too many attempts"),
            sentence=Words(
                zh=f"为保护账户，请在北京时间 {until:%H:%M:%S} 之后再试。",
                en=f"To protect the account, please wait until {until:%H:%M:%S} China time.",
            ),
        ),
        429,
    )
