"""Proofs to keep, the copy of one's own data, being forgotten, and the page that checks a proof for anyone."""

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.ledger.rules import EFFECTS
from greencredit.people import queries as people
from greencredit.proofs import service as proving
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import parse_receipt, parse_statement
from greencredit.proofs.rules.verify import verify_receipt, verify_statement
from tests.factories.paper_log import holding
from tests.factories.proofs import ORIGIN, make_signed_log
from tests.factories.web import make_filed_issuer, make_household
from tests.web.conftest import SignIn


@pytest.fixture
def event(shared: Database, tmp_path: Path) -> int:
    """Let a household earn something, sign the log, and name its first event."""
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    with shared.writing() as session:
        proving.open_log(session, ORIGIN)
        proving.checkpoint(session)
        return ledger.movements_of(session, consumer_id)[-1].event_id


def _upload(browser: TestClient, content: bytes, lang: str = "zh") -> tuple[int, str]:
    answer = browser.post(f"/verify?lang={lang}", files={"file": ("a.receipt", content, "application/json")})
    return answer.status_code, answer.text


@pytest.mark.proves("LED-5", "UX-3")
def test_a_household_keeps_a_receipt_that_anyone_checks_on_the_verify_page(
    browser: TestClient, sign_in: SignIn, event: int
) -> None:
    sign_in("household")
    page = browser.get("/me").text
    told = browser.get(f"/me/movements/{event}/receipt")
    policy = Policy.parse(browser.get("/log/policy").content)
    browser.cookies.clear()

    status, checked = _upload(browser, told.content)
    _, english = _upload(browser, told.content, "en")

    assert f'href="/me/movements/{event}/receipt"' in page
    assert told.headers["content-disposition"] == f'attachment; filename="greencredit-{event}.receipt"'
    assert told.headers["cache-control"] == "no-store"
    assert holding(verify_receipt(told.content, policy))[-1] == "event_in_batch"
    assert (status, "成立" in checked, "流水在批次中" in checked, checked.count("check-agrees")) == (200, True, True, 6)
    assert ("It holds" in english, "the event is in its batch" in english) == (True, True)
    assert "示例住户" not in checked


@pytest.mark.proves("LED-5", "UX-3")
def test_what_was_altered_is_named_in_words(browser: TestClient, sign_in: SignIn, event: int) -> None:
    sign_in("household")
    told = json.loads(browser.get(f"/me/movements/{event}/receipt").content)
    altered = json.dumps(told | {"salt": "A" * 22 + "=="}).encode()

    status, page = _upload(browser, altered)
    _, english = _upload(browser, altered, "en")
    unreadable = _upload(browser, json.dumps(told | {"row": 7}).encode())[1]

    assert (status, "不成立" in page, "止于“流水在批次中”" in page, "proofs.row_altered" in page) == (
        200,
        True,
        True,
        True,
    )
    assert (page.count("check-agrees"), page.count("check-differs")) == (5, 1)
    assert "do not rely on it" in english
    assert "止于“格式”" in unreadable


@pytest.mark.proves("LED-5")
def test_the_statement_of_a_year_adds_up(browser: TestClient, sign_in: SignIn, event: int) -> None:
    del event
    sign_in("household")
    told = browser.get("/me/statement", params={"year": 2026})
    policy = Policy.parse(browser.get("/log/policy").content)

    status, page = _upload(browser, told.content)

    assert holding(verify_statement(told.content, policy, EFFECTS))[-1] == "totals"
    assert len(parse_statement(told.content).events) == 4
    assert (status, "成立" in page, "416" in page) == (200, True, True)


@pytest.mark.proves("LED-5")
def test_the_api_gives_receipts_of_one_s_own_and_says_when_to_ask_again(
    shared: Database, app: FastAPI, browser: TestClient, sign_in: SignIn, tmp_path: Path
) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")
    address = f"/api/v1/consumers/{consumer_id}"
    early = browser.get(f"{address}/movements/1/receipt", headers={"accept": "application/json"})
    with shared.writing() as session:
        make_signed_log(session, 0)
        proving.checkpoint(session)

    told = browser.get(f"{address}/movements/1/receipt")
    stated = browser.get(f"{address}/statement", params={"since": "2026-01-01", "until": "2027-01-01"})
    backwards = browser.get(f"{address}/statement", params={"since": "2026-01-01", "until": "2026-01-01"})
    others = browser.get("/api/v1/consumers/con_other/movements/1/receipt")

    assert (early.status_code, early.json()["code"], early.headers["retry-after"]) == (
        503,
        "ledger.not_signed_yet",
        "60",
    )
    assert parse_receipt(told.content).format == "greencredit-receipt/v1"
    assert len(parse_statement(stated.content).events) == 4
    assert (backwards.status_code, others.status_code) == (422, 403)
    assert app.state.database is shared


@pytest.mark.proves("SEC-1")
def test_a_person_is_asked_twice_and_then_forgotten(
    shared: Database, browser: TestClient, sign_in: SignIn, tmp_path: Path
) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")
    first = browser.get("/me/privacy").text
    second = browser.get("/me/privacy/erase").text
    copy = browser.get("/me/privacy/copy").json()

    untyped = browser.post("/me/privacy/erase", data={"credits": 416, "word": "yes"})
    wrong = browser.post("/me/privacy/erase", data={"credits": 1, "word": "注销"})
    with shared.reading() as session:
        assert people.consumer(session, consumer_id).display_name == "示例住户"
    erased = browser.post("/me/privacy/erase", data={"credits": 416, "word": " 注销 "})
    after = browser.get("/me")

    assert 'href="/me/privacy/erase"' in first
    assert ("您将放弃" in second, 'value="416"' in second) == (True, True)
    assert copy["consumer"]["display_name"] == "示例住户"
    assert (untyped.status_code, "请在框里写“注销”两个字" in untyped.text) == (422, True)
    assert (wrong.status_code, "privacy.credits_differ" in wrong.text) == (409, True)
    assert (erased.status_code, "您的个人信息已经删除" in erased.text) == (200, True)
    assert "Max-Age=0" in erased.headers["set-cookie"]
    assert (after.status_code, after.headers["location"]) == (303, "/sign-in?next=%2Fme")
