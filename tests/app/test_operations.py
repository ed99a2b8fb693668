"""Operators see health, measures and queues, and nobody else sees the queues."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import newest
from greencredit.people import queries as people
from tests.app.conftest import SignIn
from tests.factories.messages import MINUTE

_LIVE = {"alive": True}


@pytest.mark.proves("UX-2")
def test_a_process_with_the_newest_schema_is_live_and_ready(client: TestClient) -> None:
    live, ready = client.get("/health/live"), client.get("/health/ready")

    assert (live.status_code, live.json()) == (200, _LIVE)
    assert (ready.status_code, ready.json()) == (
        200,
        {
            "ready": True,
            "database_reachable": True,
            "schema_found": newest(),
            "schema_wanted": newest(),
            "writer_running": True,
        },
    )


def test_an_older_schema_is_not_ready(client: TestClient, shared: Database) -> None:
    with shared.writing() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))

    ready = client.get("/health/ready")

    assert (ready.status_code, ready.json()) == (
        503,
        {
            "ready": False,
            "database_reachable": True,
            "schema_found": "0001",
            "schema_wanted": newest(),
            "writer_running": True,
        },
    )


def test_a_database_that_does_not_answer_is_live_but_not_ready(tmp_path: Path) -> None:
    broken = Database(f"sqlite:///{tmp_path / 'broken.db'}")
    (tmp_path / "broken.db").write_bytes(b"this is no database, nor was it ever one" * 100)

    with TestClient(create_app(broken, Settings(data_dir=tmp_path))) as client:
        live, ready = client.get("/health/live"), client.get("/health/ready")

    assert (live.status_code, live.json()) == (200, _LIVE)
    assert (ready.status_code, ready.json()) == (
        503,
        {
            "ready": False,
            "database_reachable": False,
            "schema_found": None,
            "schema_wanted": newest(),
            "writer_running": True,
        },
    )
    broken.close()


def _three_jobs(database: Database, clock: StandingClock) -> list[str]:
    made = []
    for number in range(3):
        with database.writing() as session:
            made.append(queue.enqueue(session, "count", str(number), {"secret": "示例"}, attempts_max=1))
        clock.move(MINUTE)
    (job,) = queue.claim(database, "one", {"count"}, MINUTE)
    with database.writing() as session:
        queue.fail(session, job, "ValueError (kernel/example.py:1)")
        queue.post(session, "mail", "hello", {"to": "示例"})
    return made


@pytest.mark.proves("UX-2")
def test_an_operator_reads_the_queue_in_pages_without_bodies(
    client: TestClient, shared: Database, clock: StandingClock, sign_in: SignIn
) -> None:
    made = _three_jobs(shared, clock)
    sign_in(client, Role.OPERATOR)

    first = client.get("/api/v1/jobs", params={"limit": 2}).json()
    second = client.get("/api/v1/jobs", params={"limit": 2, "before": first["next_before"]}).json()

    assert first["counts"] == [
        {"kind": "count", "state": "dead", "count": 1},
        {"kind": "count", "state": "waiting", "count": 2},
    ]
    assert [line["id"] for line in first["lines"] + second["lines"]] == made[::-1]
    assert second["next_before"] is None
    assert second["lines"] == [
        {
            "id": made[0],
            "kind": "count",
            "key": "0",
            "state": "dead",
            "attempts": 1,
            "attempts_max": 1,
            "run_after": "2026-03-02T04:00:00Z",
            "leased_until": None,
            "worker": "one",
            "last_error": "ValueError (kernel/example.py:1)",
            "request_id": None,
            "created_at": "2026-03-02T04:00:00Z",
            "done_at": None,
        }
    ]


def test_the_queue_can_be_filtered(client: TestClient, shared: Database, clock: StandingClock, sign_in: SignIn) -> None:
    made = _three_jobs(shared, clock)
    sign_in(client, Role.OPERATOR)

    dead = client.get("/api/v1/jobs", params={"state": "dead"}).json()["lines"]
    other = client.get("/api/v1/jobs", params={"kind": "weigh"}).json()["lines"]
    messages = client.get("/api/v1/outbox").json()

    assert ([line["id"] for line in dead], other) == ([made[0]], [])
    assert messages["counts"] == [{"kind": "mail", "state": "waiting", "count": 1}]
    assert client.get("/api/v1/jobs", params={"state": "lost"}).json()["code"] == "app.invalid_request"


def test_an_operator_tries_a_dead_job_again_and_the_audit_log_tells_of_it(
    client: TestClient, shared: Database, clock: StandingClock, sign_in: SignIn
) -> None:
    made = _three_jobs(shared, clock)
    sign_in(client, Role.OPERATOR)

    answer = client.post(f"/api/v1/jobs/{made[0]}/retry", headers={"X-Request-ID": "request-0001"})
    again = client.post(f"/api/v1/jobs/{made[0]}/retry")

    assert (answer.status_code, answer.json()["state"], answer.json()["attempts"]) == (200, "waiting", 0)
    assert (again.status_code, again.json()["code"]) == (409, "kernel.job_not_dead")
    with shared.reading() as session:
        told = [entry for entry in people.audit_page(session).entries if entry.action == "operations.manage"]
    assert [(entry.object_id, entry.outcome, entry.request_id) for entry in told] == [(made[0], "done", "request-0001")]


@pytest.mark.parametrize(
    ("role", "reads", "tries"),
    [
        (None, 401, 401),
        (Role.OPERATOR, 200, 404),
        (Role.AUDITOR, 200, 403),
        (Role.REGULATOR, 403, 403),
        (Role.CONSUMER, 403, 403),
    ],
)
def test_only_operators_manage_and_auditors_look(
    client: TestClient, sign_in: SignIn, role: Role | None, reads: int, tries: int
) -> None:
    if role is not None:
        sign_in(client, role)

    found = [client.get(path).status_code for path in ("/api/v1/jobs", "/api/v1/outbox", "/metrics")]

    assert found == [reads] * 3
    assert client.post("/api/v1/jobs/job_none/retry").status_code == tries


def test_measures_count_answers_by_route_and_status_and_the_queues(
    client: TestClient, shared: Database, clock: StandingClock, sign_in: SignIn
) -> None:
    _three_jobs(shared, clock)
    for path in ("/health/live", "/health/live", "/api/v1/actions/none", "/none", "/also/none"):
        client.get(path)
    client.request("INVENTED", "/none")
    sign_in(client, Role.OPERATOR)

    answer = client.get("/metrics")

    told = set(answer.text.splitlines())
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert {
        'greencredit_requests_total{method="GET",route="/health/live",status="200"} 2.0',
        'greencredit_requests_total{method="GET",route="/api/v1/actions/{name}",status="404"} 1.0',
        'greencredit_requests_total{method="GET",route="-",status="404"} 2.0',
        'greencredit_requests_total{method="OTHER",route="-",status="404"} 1.0',
        'greencredit_request_seconds_count{method="GET",route="/health/live"} 2.0',
        'greencredit_queue_entries{kind="count",queue="kernel_job",state="dead"} 1.0',
        'greencredit_queue_entries{kind="count",queue="kernel_job",state="waiting"} 2.0',
        'greencredit_queue_entries{kind="mail",queue="kernel_message",state="waiting"} 1.0',
    } - told == set()
    assert any(line.startswith("process_resident_memory_bytes ") for line in told)
