"""Reports over HTTP: who may ask and read, that a guessed number tells nothing, and batches."""

import hashlib
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import JOBS, State
from greencredit.kernel.messages.worker import Handler, Worker
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people
from greencredit.people import service as registering
from greencredit.reports import jobs, queries, rules, service
from greencredit.schemas.people import NewApiKey
from greencredit.schemas.reports.batches import NewReport
from tests.factories.batches import make_people, tiny_press
from tests.factories.doors import make_app
from tests.factories.people import make_account, make_account_with, make_consumer
from tests.factories.web import make_report

ASKED = {"kind": "consumer", "period": {"since": "2026-01-01", "until": "2026-02-01"}, "lang": "en"}
BATCH = {
    "kind": "consumer",
    "period": {"since": "2026-01-01", "until": "2027-01-01"},
    "population": "everyone",
    "key": "示例",
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path, public_url="https://credits.example")


@pytest.fixture
def client(shared: Database, settings: Settings) -> Iterator[TestClient]:
    """Give a client of the API; nobody works in the background."""
    with TestClient(make_app(shared, settings), base_url="https://credits.example/api/v1/") as made:
        yield made


def key_of(database: Database, account_id: str, *scopes: str) -> dict[str, str]:
    """Give the header of an API key of an account."""
    with database.writing() as session:
        actor = people.actor_of(session, account_id)
        made = registering.make_api_key(session, actor, NewApiKey(name="示例", scopes=scopes), environment="demo")
    return {"Authorization": f"Bearer {made.text}"}


def work(database: Database, settings: Settings) -> None:
    """Do what waits, with a press that prints in no time."""
    handlers: dict[str, Handler] = {
        jobs.CUT: jobs.cut,
        jobs.PART: partial(jobs.issue_part_with, settings=settings, press=tiny_press),
        jobs.CLOSE: partial(jobs.close_with, settings=settings),
    }
    Worker(database, handlers).run_due()


@pytest.fixture
def household(shared: Database) -> tuple[str, dict[str, str]]:
    """Register a consumer with an account and give an API key of his."""
    with shared.writing() as session:
        account = make_account(session, login="household")
        consumer = make_consumer(session, account_id=account.id)
    return consumer.id, key_of(shared, account.id, "report.issue", "report.read")


@pytest.mark.proves("REP-10")
def test_a_report_is_asked_for_once_by_two_at_a_time_and_its_number_told_when_it_is_there(
    shared: Database, settings: Settings, client: TestClient, household: tuple[str, dict[str, str]]
) -> None:
    consumer_id, key = household
    wanted = ASKED | {"subject_id": consumer_id}

    answers = [client.post("reports", json=wanted, headers=key) for _ in range(2)]

    told = {**wanted, "request_id": answers[0].json()["request_id"], "state": "waiting", "number": None}
    assert [(one.status_code, one.json()) for one in answers] == [(202, told)] * 2
    with shared.reading() as session:
        facts = queries.kind_named("consumer").gather(session, consumer_id, NewReport.model_validate(wanted).period)
    drawn = tiny_press(shared, settings, "consumer", [facts], "en")(facts)
    with shared.writing() as session:
        service.enter(session, drawn, FolderFiles(settings.data_dir / jobs.FOLDER), shared.clock.now())
        session.execute(update(JOBS).values(state=State.DONE))
    done = client.get(f"reports/requests/{told['request_id']}", headers=key).json()
    file = client.get(f"reports/{drawn.number}/file", headers=key)
    assert (done["state"], done["number"]) == ("done", drawn.number)
    assert client.get(f"reports/{drawn.number}", headers=key).json()["subject_id"] == consumer_id
    assert (file.status_code, file.content, file.headers["cache-control"]) == (200, drawn.content, "no-store")


@pytest.mark.proves("SEC-1", "REP-9")
def test_another_s_report_is_as_unknown_as_a_number_that_was_guessed(
    shared: Database, tmp_path: Path, client: TestClient, household: tuple[str, dict[str, str]]
) -> None:
    _, key = household
    with shared.writing() as session:
        other = make_report(session, tmp_path, "con_somebody_else")
    guessed = rules.number_of("c" * 64, "zh", 2026)

    for path in ("{}", "{}/file"):
        real, none = (client.get(f"reports/{path.format(number)}", headers=key) for number in (other.number, guessed))
        without = [one.text.replace(other.number, "").replace(guessed, "") for one in (real, none)]
        assert (real.status_code, real.json()["code"]) == (404, "reports.unknown_number")
        assert _less_the_request(without[0]) == _less_the_request(without[1])
    refused = client.post("reports", json=ASKED | {"subject_id": "con_somebody_else"}, headers=key)
    assert (refused.status_code, client.get(f"reports/{guessed}").status_code) == (403, 401)
    with shared.reading() as session:
        assert queue.listed(session) == []


def _less_the_request(text: str) -> dict[str, object]:
    return {name: value for name, value in json.loads(text).items() if name not in {"request_id", "instance"}}


@pytest.mark.proves("REP-10")
def test_a_batch_is_ordered_watched_and_its_manifest_taken_over_http(
    shared: Database, settings: Settings, client: TestClient
) -> None:
    with shared.writing() as session:
        make_people(session, 3)
        operator = make_account_with(session, Role.OPERATOR, login="operator").account_id
    assert operator is not None
    key = key_of(shared, operator, "report.batch", "operations.read")

    ordered = client.post("reports/batches", json=BATCH, headers=key)
    again = client.post("reports/batches", json=BATCH, headers=key)
    address = f"reports/batches/{ordered.json()['batch_id']}"
    early = client.get(f"{address}/manifest", headers=key)
    work(shared, settings)
    ended = client.get(address, headers=key).json()
    manifest = client.get(f"{address}/manifest", headers=key)
    early_proof = client.get(f"{address}/manifest/proof", headers=key)

    assert (ordered.status_code, again.json()) == (202, ordered.json())
    assert (early.status_code, early.json()["code"]) == (404, "reports.no_manifest")
    assert (ended["state"], ended["done"], ended["dead"]) == ("closed", 3, 0)
    assert len(manifest.text.splitlines()) == 4
    assert hashlib.sha256(manifest.content).hexdigest() == ended["manifests"][0]["sha256"]
    assert (early_proof.status_code, early_proof.json()["code"]) == (404, "reports.not_logged_yet")
    assert client.get("reports/batches", headers=key).json() == [ended]
    assert client.get(f"{address}/dead", headers=key).json() == []
    assert client.post(f"{address}/retry", headers=key).json() == {"subjects": 0}


@pytest.mark.proves("SEC-1")
def test_a_household_orders_no_batch(
    shared: Database, client: TestClient, household: tuple[str, dict[str, str]]
) -> None:
    _, key = household

    assert client.post("reports/batches", json=BATCH, headers=key).status_code == 403
    with shared.reading() as session:
        assert queries.batches(session) == []
