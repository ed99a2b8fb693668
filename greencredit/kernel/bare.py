"""Routes for the hottest doors: declared and described like all others, carried out without the framework's machinery.

FastAPI resolves dependencies, reads bodies and writes answers for every request; that alone costs more than a durable
award. A bare route has exactly one dependency, its gate, awaits it itself, and hands the request to its endpoint.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import Annotated, Any, Final

from fastapi import Header
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from greencredit.kernel.doors import Door
from greencredit.kernel.errors import Refused
from greencredit.kernel.http import Posting, PostingGate

Endpoint = Callable[[Request, Posting], Awaitable[Response]]

KEY_LETTERS_MAX: Final = 255
KEY_HEADER: Final[dict[str, Any]] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "幂等键：同一键与同一内容，永远得到第一次的回答；时间有序的键（UUIDv7 或 2026-11-22.xxx）最快 · "
    "the same key with the same content gives the first answer for ever; time-ordered keys are fastest",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LETTERS_MAX},
    "example": "2026-11-22.order-1001",
}
"""How the description tells of the header; where it is needed, `required` is added."""


LARGEST: Final = 2**63 - 1
"""The largest number that anything in the database can have."""

Key = Annotated[str, Header(min_length=1, max_length=KEY_LETTERS_MAX, description=KEY_HEADER["description"])]
"""The idempotency key of a route that the framework carries out."""


COUNTED: Final = "counted"
"""Marks a request whose success is counted and not logged: the audit log has its line, a second one costs too much."""


class KeyMissing(Refused):
    """缺少幂等键: a write names a key, so that asking twice does it once."""

    code = "kernel.key_missing"

    def __init__(self, *, found: str) -> None:
        super().__init__(
            f"the header Idempotency-Key holds 1 to {KEY_LETTERS_MAX} characters, found {found}",
            found=found,
            wanted=f"1 to {KEY_LETTERS_MAX} characters",
        )


def key_in(request: Request) -> str:
    """Read the idempotency key that a request must have."""
    found = key_if_any(request)
    if found is None:
        raise KeyMissing(found="none")
    return found


def key_if_any(request: Request) -> str | None:
    """Read the idempotency key of a request, if it has one; refuses one that is none."""
    key = request.headers.get("idempotency-key")
    if key is not None and not (0 < len(key) <= KEY_LETTERS_MAX and key.isprintable()):
        raise KeyMissing(found=f"{len(key)} characters")
    return key


class BareRoute(Door):
    """A route whose endpoint takes the request and the posting that its gate gave, and gives a whole answer."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request out; refusals pass on to whoever words them."""
        methods = self.methods or set()
        if scope["method"] not in methods:
            raise HTTPException(status_code=405, headers={"Allow": ", ".join(sorted(methods))})
        response = await self.answered(Request(scope, receive, send))
        await response(scope, receive, send)

    async def answered(self, request: Request) -> Response:
        """Let a request in and give its answer."""
        request.scope["state"][COUNTED] = True
        response: Response = await self.endpoint(request, await self.gate(request))
        return response

    @cached_property
    def gate(self) -> PostingGate:
        """Give the one thing that the endpoint depends on."""
        (gate,) = (below.call for below in self.dependant.dependencies)
        assert isinstance(gate, PostingGate), "a bare route has a gate and nothing else"
        return gate


def path_told(name: str) -> dict[str, Any]:
    """Tell of a part of the path, for the description of a bare route."""
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def body_told(kinds: Mapping[str, tuple[type[BaseModel] | None, Any]]) -> dict[str, Any]:
    """Tell of the body of a bare route: by media type its shape (none: text) and an example."""
    return {
        "required": True,
        "content": {
            media: {"schema": {"type": "string"} if shape is None else _schema(shape), "example": example}
            for media, (shape, example) in kinds.items()
        },
    }


def _schema(shape: type[BaseModel]) -> dict[str, Any]:
    told = shape.model_json_schema()
    assert "$defs" not in told, "the shape of a bare route's body holds no other shapes"
    return told
