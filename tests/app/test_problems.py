"""Every refusal reaches the caller as a problem document with its code, and nothing secret."""

from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI, Request
from pydantic import BaseModel
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.testclient import TestClient

from greencredit.kernel.access import SignInFirst
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Conflict, Denied, NotFound, Refusal, Refused
from greencredit.kernel.http import Writing
from greencredit.kernel.messages import queue
from greencredit.people.errors import WrongCredentials
from greencredit.schemas.operations import Problem
from tests.factories.logs import lines, logged


class TreeUnknown(NotFound):
    """没有此树: no such tree."""

    code = "tests.tree_unknown"


class TreeClosed(Denied):
    """不得入内: the tree is not for everybody."""

    code = "tests.tree_closed"


class TreeTaken(Conflict):
    """已被占用: somebody else sits in the tree."""

    code = "tests.tree_taken"


class TreeTooTall(Refused):
    """树太高: the tree is taller than the rule allows."""

    code = "tests.tree_too_tall"


class _Planting(BaseModel):
    species: str
    height_cm: int


@pytest.mark.proves("UX-2")
@pytest.mark.parametrize(
    ("refusal", "status", "title"),
    [
        (TreeUnknown("no tree 7", id="7"), 404, "没有找到 · Not found"),
        (TreeClosed("not for you"), 403, "没有权限 · Not allowed"),
        (TreeTaken("taken by tom", by="tom"), 409, "与现状冲突 · Conflict with the present state"),
        (TreeTooTall("9 m, 5 wanted", found=9, wanted=5), 422, "不符合规则 · Refused by a rule"),
        (SignInFirst("tree.climb"), 401, "请先登录 · Sign in first"),
        (WrongCredentials(), 401, "请先登录 · Sign in first"),
    ],
)
def test_each_family_of_refusals_has_its_status(
    app: FastAPI, client: TestClient, refusal: Refusal, status: int, title: str
) -> None:
    @app.get("/api/v1/trees")
    def trees() -> None:
        raise refusal

    answer = client.get("/api/v1/trees", headers={"X-Request-ID": "request-0001"})

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json() == {
        "type": f"https://credits.example/errors#{refusal.code}",
        "title": title,
        "status": status,
        "detail": refusal.message,
        "code": refusal.code,
        "facts": refusal.facts,
        "request_id": "request-0001",
    }
    assert answer.headers.get("www-authenticate") == ('Bearer realm="greencredit"' if status == 401 else None)


@pytest.mark.proves("UX-2")
def test_a_path_that_is_not_served_and_a_wrong_method_are_problems_too(client: TestClient) -> None:
    unknown, wrong = client.get("/api/v1/none"), client.put("/health/live")

    assert (unknown.status_code, unknown.json()["code"]) == (404, "app.no_such_path")
    assert unknown.json()["facts"] == {"method": "GET", "path": "/api/v1/none"}
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["allow"]) == (405, "app.wrong_method", "GET")


@pytest.mark.proves("UX-2")
def test_an_invalid_request_is_told_where_and_what_was_wanted_but_never_what_was_given(
    app: FastAPI, client: TestClient
) -> None:
    @app.post("/api/v1/trees")
    def plant(planting: _Planting) -> None:
        del planting

    answer = client.post("/api/v1/trees", json={"height_cm": "13800138000x"})

    assert (answer.status_code, answer.json()["code"]) == (422, "app.invalid_request")
    assert answer.json()["facts"] == {
        "faults": [
            {"at": "body.species", "wanted": "Field required", "kind": "missing"},
            {
                "at": "body.height_cm",
                "wanted": "Input should be a valid integer, unable to parse string as an integer",
                "kind": "int_parsing",
            },
        ]
    }
    assert "13800138000" not in answer.text


def test_other_refusals_of_http_keep_their_status(app: FastAPI, client: TestClient) -> None:
    @app.get("/api/v1/tea")
    def tea() -> None:
        raise HTTPException(418, "a teapot")

    answer = client.get("/api/v1/tea")

    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (
        418,
        "app.malformed_request",
        "请求格式错误 · a teapot",
    )


@pytest.mark.proves("UX-2")
def test_a_fault_of_ours_is_answered_with_nothing_but_the_id_under_which_it_is_logged(
    app: FastAPI, client: TestClient
) -> None:
    @app.get("/api/v1/fault")
    def fault() -> None:
        message = "the password is 示例-secret"
        raise RuntimeError(message)

    with logged() as told:
        answer = client.get("/api/v1/fault", headers={"X-Request-ID": "request-0001"})

    assert answer.status_code == 500
    assert answer.json() == {
        "type": "https://credits.example/errors#app.fault",
        "title": "系统故障 · Fault of the platform",
        "status": 500,
        "detail": "系统故障，请求未执行 · a fault of the platform, the request was not carried out",
        "code": "app.fault",
        "facts": {},
        "request_id": "request-0001",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    (line,) = [line for line in lines(told()) if line["event"] == "request failed"]
    assert (line["level"], line["request_id"], line["route"], line["error"]) == (
        "error",
        "request-0001",
        "/api/v1/fault",
        "RuntimeError",
    )
    assert line["trace"][-1].endswith(" fault")
    assert "示例-secret" not in told()


@pytest.mark.proves("UX-2")
def test_an_answer_never_runs_ahead_of_its_commit(app: FastAPI, client: TestClient, shared: Database) -> None:
    @app.post("/api/v1/trees")
    def plant(session: Writing) -> dict[str, str]:
        @sa.event.listens_for(session, "before_commit")
        def _power_cut(_session: object) -> None:
            statement = "COMMIT"
            raise OperationalError(statement, {}, OSError("disk full"))

        return {"id": queue.enqueue(session, "plant", "one", {})}

    answer = client.post("/api/v1/trees")

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "app.unavailable", "5")
    with shared.reading() as session:
        assert queue.listed(session) == []


@pytest.mark.proves("UX-2")
def test_a_constraint_that_only_the_commit_finds_out_is_never_answered_with_success(
    app: FastAPI, client: TestClient, shared: Database
) -> None:
    @app.post("/api/v1/trees")
    def plant(session: Writing) -> dict[str, str]:
        made = queue.enqueue(session, "plant", "one", {})

        @sa.event.listens_for(session, "before_commit")
        def _too_late(_session: object) -> None:
            copied = "INSERT INTO kernel_job SELECT * FROM kernel_job"
            session.execute(sa.text(copied))

        return {"id": made}

    answer = client.post("/api/v1/trees")

    assert (answer.status_code, answer.json()["code"]) == (409, "app.race_lost")
    with shared.reading() as session:
        assert queue.listed(session) == []


def test_a_constraint_that_our_code_should_have_kept_is_a_fault(app: FastAPI, client: TestClient) -> None:
    @app.post("/api/v1/trees")
    def plant(session: Writing) -> None:
        session.execute(sa.text("INSERT INTO kernel_cursor (name) VALUES ('half')"))

    assert client.post("/api/v1/trees").json()["code"] == "app.fault"


@pytest.mark.proves("UX-2")
def test_a_route_that_succeeds_has_committed_before_the_answer_leaves(
    app: FastAPI, client: TestClient, shared: Database
) -> None:
    seen: list[int] = []

    class _Looking(Response):
        async def __call__(self, *arguments: Any) -> None:  # noqa: ANN401 - ASGI
            with shared.reading() as session:
                seen.append(len(queue.listed(session)))
            await super().__call__(*arguments)

    @app.post("/api/v1/trees")
    def plant(session: Writing) -> Response:
        queue.enqueue(session, "plant", "one", {})
        return _Looking(status_code=201)

    assert client.post("/api/v1/trees").status_code == 201
    assert seen == [1]


@pytest.mark.parametrize(
    ("accept", "path", "kind"),
    [
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "/none", "text/html; charset=utf-8"),
        ("text/html", "/api/v1/none", "application/problem+json"),
        ("application/json, text/html;q=0.5", "/none", "application/problem+json"),
        ("text/html;q=0.2, application/json;q=0.9", "/none", "application/problem+json"),
        ("*/*", "/none", "application/problem+json"),
        ("", "/none", "application/problem+json"),
        ("text/html;q=nonsense", "/none", "text/html; charset=utf-8"),
    ],
)
def test_a_person_gets_a_page_and_a_program_a_document(
    app: FastAPI, client: TestClient, accept: str, path: str, kind: str
) -> None:
    def page(_request: Request, problem: Problem) -> Response:
        return HTMLResponse(f"<p>{problem.title}</p>", problem.status)

    app.state.error_page = page

    answer = client.get(path, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (404, kind)
