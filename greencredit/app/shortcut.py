"""The short way to the busiest doors: a bare route is found and carried out before the framework looks at the request.

What surrounds every answer is around it all the same; what it refuses is worded by the same handlers.
"""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from greencredit.kernel.bare import BareRoute

Handlers = Mapping[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]


class Shortcut:
    """Carries bare routes out itself and hands everything else on (pure ASGI)."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[BareRoute], handlers: Handlers) -> None:
        self._app = app
        self._handlers = handlers
        self._doors = [(compile_path(route.path)[0], route) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry one request through."""
        if scope["type"] == "http" and scope["method"] == "POST":
            for regex, route in self._doors:
                if found := regex.match(scope["path"]):
                    scope["path_params"], scope["route"] = found.groupdict(), route
                    await self._carry_out(route, scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _carry_out(self, route: BareRoute, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            response = await route.answered(request)
        except Exception as error:
            handler = next((self._handlers[kind] for kind in type(error).__mro__ if kind in self._handlers), None)
            if handler is None:
                raise
            response = await handler(request, error)
        await response(scope, receive, send)
