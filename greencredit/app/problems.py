"""The one place that knows HTTP's words for a refusal: four families to statuses, problem details (RFC 9457)."""

import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from greencredit.kernel import logs
from greencredit.kernel.access import SignInFirst
from greencredit.kernel.errors import Conflict, Denied, NotFound, Refusal, Refused
from greencredit.people.errors import TooManyAttempts, WrongCredentials
from greencredit.schemas.operations import Problem
from greencredit.schemas.values import Words

MEDIA_TYPE: Final = "application/problem+json"

ErrorPage = Callable[[Request, Problem], Response]
"""Shows a problem to a person; the portal puts its own on `app.state.error_page`."""

_LOG: Final = logs.log(__name__)

# The first class that fits gives the status; refusals with a status of their own stand before their family.
_STATUSES: Final[tuple[tuple[type[Refusal], int], ...]] = (
    (SignInFirst, 401),
    (WrongCredentials, 401),
    (TooManyAttempts, 429),
    (NotFound, 404),
    (Denied, 403),
    (Conflict, 409),
    (Refused, 422),
)

_TITLES: Final = {
    400: Words(zh="请求无法理解", en="Bad request"),
    401: Words(zh="请先登录", en="Sign in first"),
    403: Words(zh="没有权限", en="Not allowed"),
    404: Words(zh="没有找到", en="Not found"),
    405: Words(zh="不支持的请求方法", en="Method not allowed"),
    409: Words(zh="与现状冲突", en="Conflict with the present state"),
    413: Words(zh="内容过大", en="Content too large"),
    422: Words(zh="不符合规则", en="Refused by a rule"),
    429: Words(zh="请求过于频繁", en="Too many requests"),
    500: Words(zh="系统故障", en="Fault of the platform"),
    503: Words(zh="暂时无法服务", en="Not available for the moment"),
}

_HTTP_CODES: Final = {
    404: "request.no_such_path",
    405: "request.method_not_allowed",
    413: "request.too_large",
}

_NO_PAGES: Final = ("/api/", "/health/", "/metrics")


def status_of(refusal: Refusal) -> int:
    """Give the HTTP status of a refusal."""
    return next(status for kind, status in _STATUSES if isinstance(refusal, kind))


def problem(
    connection: HTTPConnection, status: int, code: str, detail: str, facts: Mapping[str, Any] | None = None
) -> Problem:
    """Word a problem for the caller."""
    title = _TITLES.get(status, _TITLES[400 if status < 500 else 500])  # noqa: PLR2004 - HTTP's own border
    return Problem(
        type=f"{connection.app.state.settings.public_url}/errors#{code}",
        title=f"{title.zh} · {title.en}",
        status=status,
        detail=detail,
        code=code,
        facts=to_jsonable_python(dict(facts or {}), fallback=str),
        request_id=connection.state.request_id,
    )


def answer(request: Request, told: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a problem: a page for whoever prefers pages, else problem details."""
    page: ErrorPage | None = request.app.state.error_page
    if page is not None and prefers_page(request):
        response = page(request, told)
        response.headers.update(headers or {})
        return response
    return Response(told.model_dump_json(), told.status, headers, MEDIA_TYPE)


def prefers_page(request: Request) -> bool:
    """Tell whether a person in a browser asks; programs' paths never answer with pages."""
    if request.url.path.startswith(_NO_PAGES):
        return False
    wishes = {"text/html": 0.0, "application/json": 0.0, MEDIA_TYPE: 0.0}
    for part in request.headers.get("accept", "").split(","):
        kind, _, options = part.partition(";")
        if (kind := kind.strip().lower()) in wishes:
            weight = options.strip().removeprefix("q=")
            wishes[kind] = float(weight) if weight.replace(".", "", 1).isdecimal() else 1.0
    html = wishes.pop("text/html")
    return html > max(wishes.values())


def unhandled(request: Request) -> Response:
    """Answer for a fault of ours; what went wrong is in the log under the request's id, not in the answer."""
    detail = "本次请求未能完成，我们已记录。 · The request could not be completed; the fault is in our log."
    return answer(request, problem(request, 500, "kernel.fault", detail))


def too_large(request: Request, *, limit_bytes: int) -> Response:
    """Answer for a body over the limit."""
    detail = f"the body may have {limit_bytes} bytes"
    return answer(request, problem(request, 413, _HTTP_CODES[413], detail, {"limit_bytes": limit_bytes}))


async def _refused(request: Request, refusal: Refusal) -> Response:
    status = status_of(refusal)
    headers = {"WWW-Authenticate": 'Bearer realm="greencredit"'} if status == 401 else None  # noqa: PLR2004 - HTTP's own
    return answer(request, problem(request, status, refusal.code, refusal.message, refusal.facts), headers)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    # Not what was given: it may be a password or a person's number.
    faults = [
        {"at": ".".join(map(str, fault["loc"])), "wanted": fault["msg"], "kind": fault["type"]}
        for fault in error.errors()
    ]
    places = ", ".join(fault["at"] for fault in faults)
    detail = f"the request does not have the form that was wanted, see {places}"
    return answer(request, problem(request, 422, "request.invalid", detail, {"faults": faults}))


async def _http(request: Request, error: HTTPException) -> Response:
    code = _HTTP_CODES.get(error.status_code, f"request.http_{error.status_code}")
    facts = {"method": request.method, "path": request.url.path}
    return answer(request, problem(request, error.status_code, code, str(error.detail), facts), error.headers)


async def _race_lost(request: Request, error: IntegrityError) -> Response:
    _LOG.error("a constraint of the database stopped a request", exc_info=error)
    if not _is_doubled(error):
        return unhandled(request)
    detail = "数据已被同时修改，请重试。 · Something else wrote the same thing at the same time; try again."
    return answer(request, problem(request, 409, "kernel.race_lost", detail))


def _is_doubled(error: IntegrityError) -> bool:
    """Tell a lost race for a unique key from a constraint that our code should have kept."""
    doubled = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "23505"}
    found = getattr(error.orig, "sqlite_errorcode", None) or getattr(error.orig, "sqlstate", None)
    return found in doubled


async def _unavailable(request: Request, error: Exception) -> Response:
    _LOG.error("the database could not be used", exc_info=error)
    detail = "数据库暂时不可用，请稍后重试。 · The database can't be used for the moment; try again later."
    told = problem(request, 503, "kernel.database_unavailable", detail)
    return answer(request, told, {"Retry-After": "5"})


HANDLERS: Final[dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]] = {
    Refusal: _refused,
    RequestValidationError: _invalid,
    HTTPException: _http,
    IntegrityError: _race_lost,
    OperationalError: _unavailable,
    PoolTimeout: _unavailable,
}
"""What FastAPI calls for each kind of exception; all others are faults, answered by the envelope."""
