"""The machine room is for its operator and auditors; everybody else is refused."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from tests.factories.people import PASSWORD, make_account_with
from tests.factories.web import make_household
from tests.web.conftest import SignIn


def test_a_stranger_is_led_to_the_sign_in(browser: TestClient) -> None:
    answer = browser.get("/operator/jobs")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Foperator%2Fjobs")


def test_a_household_is_refused(shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn) -> None:
    make_household(shared, tmp_path)
    sign_in("household")

    answer = browser.get("/operator/jobs")

    assert (answer.status_code, "access.denied" in answer.text) == (403, True)
    assert "kernel." not in answer.text


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_who_runs_or_audits_the_platform_sees_jobs_and_outbox(
    shared: Database, browser: TestClient, sign_in: SignIn, role: Role
) -> None:
    with shared.writing() as session:
        make_account_with(session, role, login="watcher", password=PASSWORD)
        queue.enqueue(session, "kernel.clear_queues", "monday", {})
        queue.post(session, "example.topic", "letter <1>", {})
    sign_in("watcher")

    page = browser.get("/operator/jobs")

    assert page.status_code == 200
    assert ("kernel.clear_queues" in page.text, "monday" in page.text) == (True, True)
    assert ("example.topic" in page.text, "letter &lt;1&gt;" in page.text) == (True, True)
    assert page.text.count('<span class="serif">1</span> 等待') == 2
