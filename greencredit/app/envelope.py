"""What surrounds every answer: a request id, safe headers, a limit to the body, a log line, a measurement, no leaks."""

import re
import time
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from greencredit.app.errors import BodyTooLarge, Fault, NoSuchPath
from greencredit.app.measures import Measures
from greencredit.app.problems import answer, body_limit
from greencredit.kernel import logs
from greencredit.kernel.bare import COUNTED
from greencredit.kernel.ids import Entropy, base32

# Pages of the portal set their own, which allow its stylesheet and scripts; an answer for programs needs nothing.
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_STRICT_TRANSPORT: Final = "max-age=31536000; includeSubDomains"
_SANE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_REQUEST_ID: Final = b"x-request-id"
_ID_BYTES: Final = 10
_IDS_AT_ONCE: Final = 64
"""Ids are drawn many at a time: while the system draws, another thread runs, and this one waits for its turn."""
_LOG: Final = logs.log(__name__)


RawHeaders = list[tuple[bytes, bytes]]


class Envelope:
    """The outermost layer of the application (pure ASGI, so that streams and cancellation pass untouched)."""

    def __init__(self, app: ASGIApp, *, measures: Measures, entropy: Entropy, https: bool) -> None:
        self._app = app
        self._measures = measures
        self._entropy = entropy
        self._drawn: list[str] = []
        headers = _HEADERS | ({"Strict-Transport-Security": _STRICT_TRANSPORT} if https else {})
        self._headers = {name.lower().encode(): value.encode() for name, value in headers.items()}
        self._for_programs = self._headers | {b"cache-control": b"no-store"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(_told(scope, _REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def sealed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                ours = self._for_programs if scope["path"].startswith("/api/") else self._headers
                message["headers"] = _completed(message["headers"], ours, request_id)
            await send(message)

        with logs.carrying(request_id=request_id):
            try:
                await self._answer(scope, receive, sealed)
            except Exception:
                _LOG.exception("request failed", route=template_of(scope))
                if status:
                    raise  # half an answer is out: only a broken connection tells the caller
                await answer(Request(scope), Fault())(scope, receive, sealed)
            finally:
                seconds = time.perf_counter() - began
                template = template_of(scope)
                self._measures.answered(scope["method"], template, status, seconds)
                if not (scope["state"].get(COUNTED) and status < HTTPStatus.BAD_REQUEST):
                    _LOG.info(
                        "request",
                        method=scope["method"],
                        route=template,
                        status=status,
                        milliseconds=round(seconds * 1000, 1),
                    )

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A length that is announced is refused before anything runs; one that is not, while it is read. (The
        # framework's own limit lets the route run first and answers without a problem document.)
        announced, most = _told(scope, b"content-length") or "0", body_limit(scope["path"])
        if announced.isdecimal() and int(announced) > most:
            await answer(Request(scope), BodyTooLarge(most))(scope, receive, send)
            return
        if "\0" in scope["path"]:  # no id holds one, and PostgreSQL takes none
            refusal = NoSuchPath(scope["method"], scope["path"].replace("\0", "%00"))
            await answer(Request(scope), refusal)(scope, receive, send)
            return
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self._app(scope, limited, send)

    def _request_id(self, asked: str) -> str:
        if asked and _SANE_ID.fullmatch(asked):
            return asked
        if not self._drawn:
            raw = self._entropy(_ID_BYTES * _IDS_AT_ONCE)
            self._drawn = [base32(raw[begin : begin + _ID_BYTES]) for begin in range(0, len(raw), _ID_BYTES)]
        return self._drawn.pop()


def _told(scope: Scope, name: bytes) -> str:
    """Give what a header says, the first of that name; the server hands names on in small letters."""
    for found, value in scope["headers"]:
        if found == name:
            said: str = value.decode("latin-1")
            return said
    return ""


def _completed(given: Iterable[tuple[bytes, bytes]], ours: Mapping[bytes, bytes], request_id: str) -> RawHeaders:
    """Add our headers to those of an answer, which come first where both name one; bytes, for every answer pays it."""
    kept = [pair for pair in given if pair[0].lower() != _REQUEST_ID]
    names = {name.lower() for name, _ in kept}
    return [*kept, *(pair for pair in ours.items() if pair[0] not in names), (_REQUEST_ID, request_id.encode())]


def template_of(scope: Scope) -> str:
    """Name the route that answers, with the names of its parameters in place of their values."""
    route = scope.get("route")
    template: str | None = getattr(route, "path_format", None) or getattr(route, "path", None)
    return template or "-"
