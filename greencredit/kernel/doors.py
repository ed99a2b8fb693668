"""Doors: routes that are worked out when somebody first comes to them, and found by the parts of their path.

FastAPI works out what a route takes and gives when it is declared, once more where it is included, and tries one after
the other for each request. With some hundred routes that is half of the start, and more than a short answer takes.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_ONE_AT_A_TIME: Final = threading.RLock()
_THE_REST: Final = ":path}"


class Door(APIRoute):
    """A route that holds its declaration until something is asked of it; only then FastAPI looks at it.

    What FastAPI would refuse at the start it refuses then: a test of the house asks every door.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:  # noqa: ANN401 - as of APIRoute
        self.path = path
        self.endpoint = endpoint
        self._declared = declared
        self._is_worked_out = False

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever FastAPI knows of a route
        """Work the route out; Python asks here for what it does not have yet."""
        with _ONE_AT_A_TIME:  # the description is made in a thread, while the event loop answers
            if name not in vars(self) and not self._is_worked_out:
                declared = dict(vars(self))
                self._is_worked_out = True
                try:
                    super().__init__(self.path, self.endpoint, **self._declared)
                except BaseException:
                    vars(self).clear()  # nobody finds half a door
                    vars(self).update(declared)
                    raise
        if name in vars(self):
            return vars(self)[name]
        message = f"{type(self).__name__} {self.path} has no {name}"
        raise AttributeError(message)

    def at(self, prefix: str, tags: Sequence[str | Enum] = ()) -> "Door":
        """Give the same door behind a prefix, with more tags before its own."""
        declared = self._declared | {"tags": [*tags, *(self._declared.get("tags") or ())]}
        return type(self)(prefix + self.path, self.endpoint, **declared)


class Doors(APIRouter):
    """The doors of a room or of a part of it, declared as with any router of FastAPI."""

    def __init__(
        self, *, prefix: str = "", tags: list[str | Enum] | None = None, include_in_schema: bool = True
    ) -> None:
        super().__init__(prefix=prefix, tags=tags, include_in_schema=include_in_schema, route_class=Door)

    def take(self, part: "Doors") -> None:
        """Take the doors of a part of the room behind one's own prefix, with one's own tags."""
        assert self.include_in_schema, "who hides his parts hides each of them"
        self.routes.extend(door.at(self.prefix, self.tags) for door in part.doors)

    @property
    def doors(self) -> list[Door]:
        """Give the doors in the order in which they were declared."""
        return [route for route in self.routes if isinstance(route, Door)]


class _Step:
    """What follows after the first parts of a path."""

    __slots__ = ("anything", "doors", "named", "rest")

    def __init__(self) -> None:
        self.named: dict[str, _Step] = {}
        self.anything: _Step | None = None
        self.doors: list[tuple[int, Door]] = []
        self.rest: list[tuple[int, Door]] = []

    def keep(self, parts: Sequence[str], place: int, door: Door) -> None:
        """Keep a door behind these parts."""
        if not parts:
            self.doors.append((place, door))
        elif parts[0].endswith(_THE_REST):
            self.rest.append((place, door))
        elif "{" in parts[0]:
            self.anything = self.anything or _Step()
            self.anything.keep(parts[1:], place, door)
        else:
            self.named.setdefault(parts[0], _Step()).keep(parts[1:], place, door)

    def found(self, parts: Sequence[str], begin: int = 0) -> Iterator[tuple[int, Door]]:
        """Give the doors that may be meant; the door itself looks whether it is."""
        yield from self.rest
        if begin == len(parts):
            yield from self.doors
            return
        if (named := self.named.get(parts[begin])) is not None:
            yield from named.found(parts, begin + 1)
        if self.anything is not None:
            yield from self.anything.found(parts, begin + 1)


class Directory(BaseRoute):
    """All doors of an application as one route: the first declared that fits answers, as without it."""

    def __init__(self) -> None:
        self.doors: list[Door] = []
        self._first = _Step()

    def keep(self, doors: Iterable[Door], prefix: str = "") -> None:
        """Keep doors behind a prefix, after those that are kept already."""
        for door in doors:
            moved = door.at(prefix) if prefix else door
            self._first.keep(moved.path.split("/"), len(self.doors), moved)
            self.doors.append(moved)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Look for the door of a request."""
        if scope["type"] != "http":
            return Match.NONE, {}
        partial: tuple[Match, Scope] = Match.NONE, {}
        for _, door in sorted(self._first.found(get_route_path(scope).split("/"))):
            match, told = door.matches(scope)
            if match is Match.FULL:
                return match, told
            if match is Match.PARTIAL and partial[0] is Match.NONE:
                partial = match, told
        return partial

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the door that was found."""
        door: Door = scope["route"]
        await door.handle(scope, receive, send)
