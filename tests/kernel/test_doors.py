"""Doors: worked out when somebody comes, found by the parts of their path, in the order of their declaration."""

import threading
from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI
from fastapi.exceptions import FastAPIError
from starlette.testclient import TestClient

from greencredit.kernel.doors import Directory, Door, Doors


@pytest.fixture
def room() -> Doors:
    """Give a room with a part, as rooms declare them."""
    room, part = Doors(prefix="/teas", tags=["teas"]), Doors(prefix="/leaves", tags=["leaves"])

    @room.get("/{tea}")
    def one(tea: str) -> dict[str, str]:
        return {"one": tea}

    @room.get("/best")
    def best() -> dict[str, str]:
        return {"never": "the door before takes it"}

    @room.put("/best")
    def praise() -> dict[str, str]:
        return {"praised": "best"}

    @room.get("/{tea}/cups/{cup}")
    def cup(tea: str, cup: int) -> dict[str, object]:
        return {"tea": tea, "cup": cup}

    @room.get("/{tea}/cups/largest")
    def never() -> None:
        """Be hidden by the door before, which takes any cup and refuses one that is no number."""

    @part.get("/file/{path:path}")
    def file(path: str) -> dict[str, str]:
        return {"file": path}

    room.take(part)
    return room


@pytest.fixture
def directory(room: Doors) -> Directory:
    """Give the room's doors behind a prefix."""
    directory = Directory()
    directory.keep(room.doors, "/api")
    return directory


@pytest.fixture
def client(directory: Directory) -> Iterator[TestClient]:
    """Give a caller of an application that has only these doors."""
    app = FastAPI()
    app.router.routes.append(directory)
    with TestClient(app) as client:
        yield client


class Brass:
    """What no shape can be made of."""


def _is_worked_out(door: Door) -> bool:
    return "dependant" in vars(door)


def test_a_door_is_worked_out_when_somebody_comes_to_it(client: TestClient, directory: Directory) -> None:
    before = [_is_worked_out(door) for door in directory.doors]

    answer = client.get("/api/teas/oolong/cups/3")

    assert answer.json() == {"tea": "oolong", "cup": 3}
    assert (before, [door.path for door in directory.doors if _is_worked_out(door)]) == (
        [False] * 6,
        ["/api/teas/{tea}/cups/{cup}"],
    )


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/api/teas/oolong", 200, {"one": "oolong"}),
        ("GET", "/api/teas/best", 200, {"one": "best"}),
        ("PUT", "/api/teas/best", 200, {"praised": "best"}),
        ("DELETE", "/api/teas/best", 405, {"detail": "Method Not Allowed"}),
        ("GET", "/api/teas/leaves/file/a/b.txt", 200, {"file": "a/b.txt"}),
        ("GET", "/api/teas/leaves/file/", 200, {"file": ""}),
        ("GET", "/api/teas", 404, {"detail": "Not Found"}),
        ("GET", "/api/teas//cups/3", 404, {"detail": "Not Found"}),
        ("GET", "/teas/oolong", 404, {"detail": "Not Found"}),
        ("GET", "/api/teas/oolong/", 200, {"one": "oolong"}),
    ],
)
def test_the_first_declared_door_that_fits_answers(
    client: TestClient, method: str, path: str, status: int, said: dict[str, str]
) -> None:
    answer = client.request(method, path)

    assert (answer.status_code, answer.json()) == (status, said)


def test_a_door_checks_what_it_is_given_as_every_route(client: TestClient) -> None:
    answer = client.get("/api/teas/oolong/cups/largest")

    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["path", "cup"])


def test_a_part_stands_behind_the_rooms_prefix_with_the_rooms_tags(directory: Directory) -> None:
    door = directory.doors[-1]

    assert (door.path, door.tags, door.name) == ("/api/teas/leaves/file/{path:path}", ["teas", "leaves"], "file")


def test_a_door_that_cannot_be_worked_out_says_so_each_time() -> None:
    doors = Doors()

    @doors.get("/wrong")
    def wrong() -> Brass:
        return Brass()

    (door,) = doors.doors
    for _ in range(2):
        with pytest.raises(FastAPIError, match="Invalid args for response field"):
            door.dependant  # noqa: B018 - asking is the point


def test_what_a_door_does_not_have_it_says_so(room: Doors) -> None:
    with pytest.raises(AttributeError, match="Door /teas/best has no handle_of_brass"):
        room.doors[1].handle_of_brass  # noqa: B018 - asking is the point


def test_many_who_ask_at_once_are_told_the_same() -> None:
    doors = Doors()

    def slow() -> int:
        return 1

    @doors.get("/slow")
    def door(_of: Annotated[int, Depends(slow)]) -> dict[str, int]:
        return {}

    told: list[Any] = []
    asking = [threading.Thread(target=lambda: told.append(doors.doors[0].app)) for _ in range(8)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()

    assert (len(told), len(set(map(id, told)))) == (8, 1)


def test_a_directory_answers_requests_only() -> None:
    directory = Directory()

    match, told = directory.matches({"type": "websocket", "path": "/api/teas/oolong"})

    assert (match.name, told) == ("NONE", {})
