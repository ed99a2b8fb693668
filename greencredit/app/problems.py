"""The one place that knows HTTP's words for a refusal: five families to statuses, problem details (RFC 9457)."""

import sqlite3
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from pydantic_core import to_jsonable_python
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from greencredit.app.errors import (
    BodyTooLarge,
    Fault,
    InvalidRequest,
    MalformedRequest,
    NoSuchPath,
    NotConfirmed,
    RaceLost,
    Unavailable,
    WrongMethod,
)
from greencredit.kernel import logs
from greencredit.kernel.access import SignInFirst
from greencredit.kernel.errors import Conflict, Denied, NotFound, NotNow, Refusal, Refused
from greencredit.kernel.writer import OutcomeUnknown, QueueFull
from greencredit.people.errors import TooManyAttempts, WrongCredentials
from greencredit.proofs.errors import RequestUnreadable
from greencredit.reports.rules.signature.revision import LARGEST_BYTES
from greencredit.schemas.operations import Problem
from greencredit.schemas.values import Words
from greencredit.web.public import UploadTooLarge

MEDIA_TYPE: Final = "application/problem+json"

BODY_BYTES_MAX: Final = 16 * 1024 * 1024
"""The largest body that a request may have; bulk files come in through the command line."""

_UPLOADS: Final = {"/verify": LARGEST_BYTES + 64 * 1024}
"""Paths that take a larger body: a report, and the form around it."""

ErrorPage = Callable[[Request, Problem], Response]
"""Shows a problem to a person; the portal puts its own on `app.state.error_page`."""

_LOG: Final = logs.log(__name__)

# The first class that fits gives the status; refusals with a status of their own stand before their family.
_STATUSES: Final[tuple[tuple[type[Refusal], int], ...]] = (
    (SignInFirst, 401),
    (WrongCredentials, 401),
    (TooManyAttempts, 429),
    (WrongMethod, 405),
    (BodyTooLarge, 413),
    (UploadTooLarge, 413),
    (QueueFull, 429),
    (Unavailable, 503),
    (NotConfirmed, 503),
    (Fault, 500),
    (MalformedRequest, 400),
    (RequestUnreadable, 400),
    (NotFound, 404),
    (Denied, 403),
    (Conflict, 409),
    (Refused, 422),
    (NotNow, 503),
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

_HEADERS: Final[dict[int, dict[str, str]]] = {
    401: {"WWW-Authenticate": 'Bearer realm="greencredit"'},
    503: {"Retry-After": "5"},
}

_NO_PAGES: Final = ("/api/", "/health/", "/metrics")


def body_limit(path: str) -> int:
    """Say how many bytes a request to this path may bring."""
    return _UPLOADS.get(path, BODY_BYTES_MAX)


def status_of(kind: type[Refusal]) -> int:
    """Give the HTTP status of a kind of refusal."""
    return next(status for family, status in _STATUSES if issubclass(kind, family))


def problem_of(connection: HTTPConnection, refusal: Refusal) -> Problem:
    """Word a refusal for the caller."""
    status = refusal.facts["status"] if isinstance(refusal, MalformedRequest) else status_of(type(refusal))
    title = _TITLES.get(status, _TITLES[400])
    return Problem(
        type=f"{connection.app.state.settings.public_url}/errors#{refusal.code}",
        title=f"{title.zh} · {title.en}",
        status=status,
        detail=refusal.message,
        code=refusal.code,
        facts=to_jsonable_python(refusal.facts, fallback=str),
        request_id=connection.state.request_id,
    )


def answer(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a refusal: a page for whoever prefers pages, else problem details."""
    told = problem_of(request, refusal)
    added = dict(headers or {}) | _HEADERS.get(told.status, {})
    if (seconds := refusal.facts.get("retry_after_seconds")) is not None:
        added["Retry-After"] = str(seconds)
    page: ErrorPage | None = request.app.state.error_page
    if page is None or not prefers_page(request):
        return Response(told.model_dump_json(), told.status, added, MEDIA_TYPE)
    response = page(request, told)
    response.headers.update(added)
    return response


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


async def _answered(request: Request, refusal: Refusal, headers: Mapping[str, str] | None = None) -> Response:
    # A page may ask the database who is looking at it, which must not hold up everybody else.
    return await run_in_threadpool(answer, request, refusal, headers)


async def _refused(request: Request, refusal: Refusal) -> Response:
    return await _answered(request, refusal)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    # Places and wishes, not what was given: that may be a password or a person's number.
    faults = [
        {"at": ".".join(map(str, fault["loc"])), "wanted": fault["msg"], "kind": fault["type"]}
        for fault in error.errors()
    ]
    return await _answered(request, InvalidRequest(faults))


async def _http(request: Request, error: HTTPException) -> Response:
    method, path = request.method, request.url.path
    match error.status_code:
        case 404:
            refusal: Refusal = NoSuchPath(method, path)
        case 405:
            refusal = WrongMethod(method, path)
        case 413:
            refusal = BodyTooLarge(body_limit(path))
        case status:
            refusal = MalformedRequest(str(error.detail), status=status)
    return await _answered(request, refusal, error.headers)


async def _integrity(request: Request, error: IntegrityError) -> Response:
    _LOG.error("a constraint of the database stopped a request", exc_info=error)
    return await _answered(request, RaceLost() if _is_doubled(error) else Fault())


def _is_doubled(error: IntegrityError) -> bool:
    """Tell a lost race for a unique key from a constraint that our code should have kept."""
    doubled = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, "23505"}
    found = getattr(error.orig, "sqlite_errorcode", None) or getattr(error.orig, "sqlstate", None)
    return found in doubled


async def _unavailable(request: Request, error: Exception) -> Response:
    _LOG.error("the database could not be used", exc_info=error)
    return await _answered(request, Unavailable())


async def _not_confirmed(request: Request, error: OutcomeUnknown) -> Response:
    return await _answered(request, NotConfirmed(error.because))


HANDLERS: Final[dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]] = {
    Refusal: _refused,
    RequestValidationError: _invalid,
    HTTPException: _http,
    IntegrityError: _integrity,
    OperationalError: _unavailable,
    PoolTimeout: _unavailable,
    OutcomeUnknown: _not_confirmed,
}
"""What FastAPI calls for each kind of exception; all others are faults, answered by the envelope."""
