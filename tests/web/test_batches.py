"""The operator's page of batches: ordered by a form, watched with a bar, put back; closed to everybody else."""

from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs, queries
from tests.factories.batches import make_people, tiny_press
from tests.factories.people import PASSWORD, make_account_with
from tests.factories.web import make_household
from tests.web.conftest import SignIn

FORM = {
    "kind": "consumer",
    "population": "listed",
    "since": "2026-01-01",
    "last_day": "2026-03-01",
    "report_lang": "zh",
    "key": "示例键",
}


@pytest.fixture
def crowd(shared: Database) -> list[str]:
    """Register some people, and an operator and an auditor who sign in."""
    with shared.writing() as session:
        make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
        make_account_with(session, Role.AUDITOR, login="auditor", password=PASSWORD)
        return make_people(session, 3)


def work(database: Database, folder: Path) -> None:
    """Issue what waits."""
    settings = Settings(data_dir=folder, public_url="https://credits.example")
    handlers = {
        jobs.PART: partial(jobs.issue_part_with, settings=settings, press=tiny_press),
        jobs.CLOSE: partial(jobs.close_with, settings=settings),
    }
    Worker(database, handlers).run_due()


@pytest.mark.proves("REP-10")
def test_a_batch_is_ordered_once_watched_and_put_back(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn, crowd: list[str]
) -> None:
    sign_in("operator")
    form = FORM | {"subject_ids": "\n".join([*crowd, "per_<b>nobody"])}

    answers = [browser.post("/operator/batches", data=form) for _ in range(2)]
    address = answers[0].headers["location"]
    waiting = browser.get(address)
    work(shared, tmp_path)
    ended = browser.get(address)
    listed = browser.get("/operator/batches").text

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, address)] * 2
    assert ('max="4" value="0"' in waiting.text, waiting.headers["refresh"]) == (True, "10")
    assert ('max="4" value="4"' in ended.text, "refresh" in ended.headers) == (True, False)
    assert ("per_&lt;b&gt;nobody" in ended.text, "people.unknown_consumer" in ended.text) == (True, True)
    assert ("签发清单" in ended.text, address in listed) == (True, True)

    back = browser.post(f"{address}/retry")
    assert (back.status_code, 'max="4" value="3"' in browser.get(address).text) == (303, True)


@pytest.mark.proves("SEC-1")
@pytest.mark.usefixtures("crowd")
def test_who_audits_watches_and_orders_nothing(shared: Database, browser: TestClient, sign_in: SignIn) -> None:
    sign_in("auditor")

    seen, refused = browser.get("/operator/batches"), browser.post("/operator/batches", data=FORM)

    assert (seen.status_code, "下单" in seen.text) == (200, False)
    assert refused.status_code == 403
    with shared.reading() as session:
        assert queries.batches(session) == []


def test_a_household_sees_no_batches(shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn) -> None:
    make_household(shared, tmp_path)
    sign_in("household")

    assert [browser.get(one).status_code for one in ("/operator/batches", "/operator/batches/bat_1")] == [403, 403]


@pytest.mark.parametrize("wrong", [{"population": "issuer"}, {"since": "2026-03-02"}, {"report_lang": "fr"}])
def test_an_order_that_does_not_fit_is_refused_and_nothing_is_ordered(
    shared: Database, browser: TestClient, sign_in: SignIn, crowd: list[str], wrong: dict[str, str]
) -> None:
    sign_in("operator")

    answer = browser.post("/operator/batches", data=FORM | {"subject_ids": crowd[0]} | wrong)

    assert answer.status_code == 422
    with shared.reading() as session:
        assert queries.batches(session) == []
