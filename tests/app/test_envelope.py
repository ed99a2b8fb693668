"""Every answer carries a request id and safe headers; bodies have a limit."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response, StreamingResponse
from starlette.testclient import TestClient

from greencredit.app.problems import BODY_BYTES_MAX
from greencredit.kernel.database import Database
from greencredit.kernel.http import Writing
from greencredit.kernel.messages import queue
from tests.factories.logs import lines, logged


@pytest.mark.proves("UX-2")
def test_a_sane_request_id_is_kept_from_the_request_to_the_job_it_caused(
    app: FastAPI, client: TestClient, shared: Database
) -> None:
    @app.post("/api/v1/trees")
    def plant(session: Writing) -> None:
        queue.enqueue(session, "plant", "one", {})

    answer = client.post("/api/v1/trees", headers={"X-Request-ID": "client-7f.3_A"})

    assert answer.headers["x-request-id"] == "client-7f.3_A"
    with shared.reading() as session:
        assert [job.request_id for job in queue.listed(session)] == ["client-7f.3_A"]


@pytest.mark.parametrize(
    "asked", [b"", b"short", b"x" * 65, b"with space in it", b'quote"and<script>', "新的请求编号".encode()]
)
def test_any_other_request_id_is_replaced(client: TestClient, asked: bytes) -> None:
    first = client.get("/health/live", headers={b"X-Request-ID": asked}).headers["x-request-id"]
    second = client.get("/health/live", headers={b"X-Request-ID": asked}).headers["x-request-id"]

    assert (len(first), len(second), first == second) == (16, 16, False)


def test_every_answer_forbids_what_it_does_not_need(client: TestClient) -> None:
    answer = client.get("/api/v1/none")

    assert {
        name: value for name, value in answer.headers.items() if name not in {"content-length", "x-request-id"}
    } == {
        "content-type": "application/problem+json",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "no-referrer",
        "permissions-policy": "geolocation=(), microphone=(), camera=(), payment=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "strict-transport-security": "max-age=31536000; includeSubDomains",
        "cache-control": "no-store",
    }


def test_a_page_may_set_a_policy_of_its_own(app: FastAPI, client: TestClient) -> None:
    @app.get("/page")
    def page() -> Response:
        return Response("", headers={"Content-Security-Policy": "default-src 'self'"})

    assert client.get("/page").headers["content-security-policy"] == "default-src 'self'"


def test_a_body_over_the_limit_is_refused_before_anything_runs(app: FastAPI, client: TestClient) -> None:
    ran: list[str] = []

    @app.delete("/api/v1/trees")
    def cut() -> None:
        ran.append("cut")

    answer = client.request("DELETE", "/api/v1/trees", content=b"x" * (BODY_BYTES_MAX + 1))

    assert (answer.status_code, answer.json()["code"]) == (413, "app.body_too_large")
    assert answer.json()["facts"] == {"limit_bytes": BODY_BYTES_MAX}
    assert ran == []


def test_a_body_without_an_announced_length_is_cut_off_at_the_limit(app: FastAPI, client: TestClient) -> None:
    @app.post("/api/v1/trees")
    async def plant(request: Request) -> int:
        return len(await request.body())

    def endless(size: int) -> Iterator[bytes]:
        for _ in range(size // 65536):
            yield b"x" * 65536

    within = client.post("/api/v1/trees", content=endless(BODY_BYTES_MAX))
    over = client.post("/api/v1/trees", content=endless(BODY_BYTES_MAX + 65536))

    assert (within.status_code, within.json()) == (200, BODY_BYTES_MAX)
    assert (over.status_code, over.json()["code"]) == (413, "app.body_too_large")


def test_a_request_is_logged_by_its_route_and_never_by_what_it_carried(app: FastAPI, client: TestClient) -> None:
    @app.get("/api/v1/people/{phone}")
    def person(phone: str) -> str:
        return phone

    with logged() as told:
        client.get("/api/v1/people/13800138000?name=示例", headers={"X-Request-ID": "request-0001"})

    (line,) = [line for line in lines(told()) if line["event"] == "request"]
    assert {key: line[key] for key in ("level", "method", "route", "status", "request_id")} == {
        "level": "info",
        "method": "GET",
        "route": "/api/v1/people/{phone}",
        "status": 200,
        "request_id": "request-0001",
    }
    assert "13800138000" not in told()


def test_a_stream_that_breaks_ends_the_connection_instead_of_looking_complete(app: FastAPI, client: TestClient) -> None:
    @app.get("/api/v1/stream")
    def stream() -> StreamingResponse:
        def parts() -> Iterator[bytes]:
            yield b"half"
            message = "the other half is lost"
            raise RuntimeError(message)

        return StreamingResponse(parts())

    with pytest.raises(RuntimeError, match="the other half is lost"):
        client.get("/api/v1/stream")
