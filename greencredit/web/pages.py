"""How every page is made: its template, its language, and headers that forbid everything it does not need."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from greencredit.kernel.access import Actor, Role, ScopeKind, SignInFirst, anonymous, may, serving
from greencredit.kernel.errors import every_refusal
from greencredit.kernel.http import current_actor, database_of, settings_of
from greencredit.reports.rules import axis_of
from greencredit.schemas.operations import Problem
from greencredit.schemas.values import Words
from greencredit.schemas.web import ErrorPage, Shell
from greencredit.web import assets, wording

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.runtime import Context

LANGUAGE_COOKIE: Final = "gc_lang"
_LANGUAGES: Final = {"zh": "zh-CN", "en": "en"}
_YEAR_SECONDS: Final = 365 * 86400
_PACKAGE: Final = Path(__file__).parent.parent
# An installed wheel carries the templates inside the package, a checkout beside it.
_TEMPLATES: Final = (_PACKAGE / "templates", _PACKAGE.parent / "templates")
PRIVATE: Final = {"Cache-Control": "no-store", "Vary": "Cookie"}
"""Pages differ by cookie, and a household's page must not stay on a shared phone."""

_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    **PRIVATE,
}
_SERVER_FAULT: Final = 500
_IN_PLACE: Final = frozenset({403, 409, 422})
_DEMONSTRATION: Final = "demo"
_SENTENCES: Final = {
    401: Words(zh="这个页面只给已登录的人看。", en="This page is for people who have signed in."),
    403: Words(zh="您的账户没有查看或办理这项内容的授权。", en="Your account holds no grant for this."),
    404: Words(
        zh="这个地址没有内容，或者内容不对您公开。", en="There is nothing at this address, or it is not open to you."
    ),
    409: Words(
        zh="在您提交之前情况已经变化，没有任何数据被改动。",
        en="Things changed before you sent this; nothing was changed.",
    ),
    500: Words(
        zh="这不是您的问题。没有完成的改动都已撤回，可以稍后再试。",
        en="This is not your fault. Whatever was unfinished was undone; try again later.",
    ),
}
_OTHER_SENTENCE: Final = Words(
    zh="请求没有被接受，没有任何数据被改动。", en="The request was not accepted; nothing was changed."
)


def _in_words(context: "Context", words: Words) -> str:
    return words.in_(context["shell"].lang)


@cache
def templates() -> "Environment":
    """Give the templates of the portal; a fact that is not there is an error, never an empty place."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context  # not before the first page

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = assets.address_of
    made.globals["axis_of"] = axis_of  # the charts of paper and of pages are the same macros
    made.globals["say"] = pass_context(lambda context, zh, en: zh if context["shell"].lang == "zh" else en)
    made.filters["words"] = pass_context(_in_words)
    made.filters["day"] = pass_context(lambda context, on: wording.day(on, context["shell"].lang))
    made.filters["minute"] = pass_context(lambda context, at: wording.minute(at, context["shell"].lang))
    for written in (wording.number, wording.signed, wording.yuan, wording.kilograms):
        made.filters[written.__name__] = written
    return made


def language_of(request: Request) -> str:
    """Give the reader's language: asked for, else remembered, else Chinese."""
    for found in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if found in _LANGUAGES:
            return found
    return "zh"


def render(request: Request, actor: Actor, template: str, *, status: int = 200, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - facts are the records that the template names
    """Give one page; a language that was asked for is remembered."""
    shell = _shell(request, actor)
    text = templates().get_template(f"web/{template}").render(shell=shell, **facts)
    response = HTMLResponse(text, status_code=status, headers=_HEADERS)
    if request.query_params.get("lang") == shell.lang:
        response.set_cookie(LANGUAGE_COOKIE, shell.lang, max_age=_YEAR_SECONDS, path="/", httponly=True, samesite="lax")
    return response


def _shell(request: Request, actor: Actor) -> Shell:
    lang = language_of(request)
    return Shell(
        lang=lang,
        html_lang=_LANGUAGES[lang],
        switch_to=_in_the_other_language(request, lang),
        signed_in=actor.signed_in,
        is_consumer=actor.subject_id is not None,
        sees_operations=may(actor, "operations.read"),
        sees_trajectories=any(grant.role is not Role.CONSUMER for grant in serving(actor, "trajectory.read")),
        sees_console=any(next(serving(actor, one), None) is not None for one in ("issuer.read", "project.read")),
        sees_organisations=any(
            grant.scope.kind is ScopeKind.ORGANISATION for grant in serving(actor, "organisation.read")
        ),
        sees_desk=next(serving(actor, "desk.read"), None) is not None,
        demonstration=settings_of(request).environment == _DEMONSTRATION,
        refused=getattr(request.state, "refused", None),
    )


def _in_the_other_language(request: Request, lang: str) -> str:
    other = "en" if lang == "zh" else "zh"
    # Only what is read can be read again; the answer to a form is left for the front page.
    path = request.url.path if request.method == "GET" else "/"
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    return f"{quote(path)}?{urlencode([*kept, ('lang', other)])}"


def see_other(address: str) -> RedirectResponse:
    """Send the browser on after a form, so that a reload does not send it again."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})


def in_path(part: str) -> str:
    """Write what somebody typed as one step of a path, which holds no slash."""
    return quote(part.replace("/", " "), safe="")


def inside(address: str) -> str:
    """Give an address of this site, else the front page: nobody is sent elsewhere by a link to our sign-in."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else "/"


def error_page(request: Request, told: Problem) -> Response:
    """Tell a person why there is no page; strangers are led to the sign-in and back."""
    if told.code == SignInFirst.code and request.method == "GET":
        here = f"{request.url.path}?{request.url.query}".removesuffix("?")
        return see_other(f"/sign-in?{urlencode({'next': here})}")
    # A form that was refused is drawn again, with what was typed and what was wrong with it.
    drawn_again = getattr(request.state, "retold", None)
    if drawn_again is not None and told.status in _IN_PLACE:
        again: Response = drawn_again(told)
        return again
    # After a fault of ours the database may be what is broken: nothing is asked of it again.
    is_fault = told.status >= _SERVER_FAULT
    actor = anonymous(database_of(request).clock.now()) if is_fault else current_actor(request)
    return render(request, actor, "error.html", status=told.status, page=_told(told))


def _told(told: Problem) -> ErrorPage:
    chinese, _, english = told.title.partition(" · ")
    refusals = {kind.code: kind for kind in every_refusal()}
    return ErrorPage(
        status=told.status,
        title=Words(zh=chinese, en=english or chinese),
        sentence=_SENTENCES.get(told.status, _OTHER_SENTENCE),
        code=told.code,
        reason=wording.refusal(refusals[told.code]) if told.code in refusals else None,
        is_listed=told.code in refusals,
        request_id=told.request_id,
    )
