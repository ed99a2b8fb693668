"""The page of one's portable proofs: what there is, what one asks for, what one takes along, and nobody else's."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.badges import service
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.proofs.rules.baked import from_png, from_svg
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.verify_credential import Handed, keys_of, verify_credential
from tests.factories.badges import PUBLIC_URL, YEAR, make_portable_proof
from tests.factories.web import make_filed_issuer, make_household
from tests.web.conftest import SignIn


@pytest.fixture
def household(shared: Database, tmp_path: Path) -> str:
    """Register a household that earned something."""
    return make_household(shared, tmp_path, make_filed_issuer(shared))


@pytest.mark.proves("REP-11", "UX-1")
def test_a_household_takes_its_proof_along_and_anybody_checks_it(
    shared: Database, household: str, sign_in: SignIn
) -> None:
    with shared.writing() as session:
        number = make_portable_proof(session, household).number
    browser = sign_in("household")

    page = browser.get("/me/proofs")
    found = {form: browser.get(f"/me/proofs/{number}/{form}") for form in ("json", "jwt", "png", "svg")}
    keys = keys_of(browser.get("/.well-known/did.json").content)
    status = browser.get("/badges/status/1").content

    assert (page.status_code, number in page.text, "有效" in page.text, "示例住户" in page.text.split("<main")[1]) == (
        200,
        True,
        True,
        False,
    )
    handed = Handed(keys, shared.clock.now(), status, household)
    assert [failed_step(verify_credential(one.content, handed)) for one in found.values()] == [None] * 4
    assert from_png(found["png"].content) == from_svg(found["svg"].content) == found["jwt"].text
    assert {form: (one.headers["content-type"], one.headers["cache-control"]) for form, one in found.items()} == {
        "json": ("application/vc", "no-store"),
        "jwt": ("text/plain; charset=utf-8", "no-store"),
        "png": ("image/png", "no-store"),
        "svg": ("image/svg+xml", "no-store"),
    }
    assert found["png"].headers["content-disposition"] == f'attachment; filename="{number}.png"'


@pytest.mark.proves("REP-11", "SEC-1")
def test_nobody_takes_anothers_proof(
    shared: Database, household: str, tmp_path: Path, sign_in: SignIn, app: FastAPI
) -> None:
    del app
    make_household(shared, tmp_path, login="other")
    with shared.writing() as session:
        number = make_portable_proof(session, household).number
    browser = sign_in("other")

    answers = [
        browser.get(f"/me/proofs/{number}/json").status_code,
        browser.get(f"/api/v1/consumers/{household}/portable-proofs").status_code,
        browser.get(f"/api/v1/consumers/{household}/portable-proofs/{number}/json").status_code,
    ]

    assert answers == [404, 403, 403]
    assert number not in browser.get("/me/proofs").text


@pytest.mark.proves("REP-11")
def test_a_proof_is_asked_for_once_a_day_and_reaches_up_to_today(
    shared: Database, household: str, sign_in: SignIn
) -> None:
    browser = sign_in("household")

    for _ in range(2):
        answer = browser.post("/me/proofs", data={"year": 2026, "proof_lang": "en"}, headers={"origin": PUBLIC_URL})
        assert (answer.status_code, answer.headers["location"]) == (303, "/me/proofs")

    with shared.reading() as session:
        (job,) = queue.listed(session, state=State.WAITING, kind=service.ISSUE, limit=9)
    assert job.body == {"consumer_id": household, "since": "2026-01-01", "until": "2026-03-03", "lang": "en"}
    assert "正在签发英文证明" in browser.get("/me/proofs").text


@pytest.mark.proves("REP-11")
@pytest.mark.usefixtures("household")
def test_a_year_without_awards_is_refused_at_once(shared: Database, sign_in: SignIn) -> None:
    browser = sign_in("household")

    answer = browser.post("/me/proofs", data={"year": 2024, "proof_lang": "zh"}, headers={"origin": PUBLIC_URL})

    assert (answer.status_code, "没有可证明的记录" in answer.text) == (422, True)
    with shared.reading() as session:
        assert queue.listed(session, state=State.WAITING, kind=service.ISSUE, limit=9) == []


@pytest.mark.proves("REP-11")
def test_a_proof_that_was_taken_back_says_so_and_why(
    shared: Database, household: str, sign_in: SignIn, clock: StandingClock
) -> None:
    with shared.writing() as session:
        make_portable_proof(session, household)
    clock.move(timedelta(minutes=5))
    with shared.writing() as session:
        award_id = awards.awards_of(session, household, YEAR)[0].award_id
        awarding.take_back(session, award_id, credits_=1, actor_id="acc_示例", reason="退货（示例）")
    with shared.writing() as session:
        service.follow(session, PUBLIC_URL)

    page = sign_in("household").get("/me/proofs").text

    assert ("已撤销" in page, "其中有积分已被冲正" in page, "徽章图片" in page) == (True, True, False)


@pytest.mark.proves("REP-11")
def test_the_api_lists_asks_and_hands_out(shared: Database, household: str, sign_in: SignIn) -> None:
    with shared.writing() as session:
        issued = make_portable_proof(session, household)
    browser = sign_in("household")
    place = f"/api/v1/consumers/{household}/portable-proofs"

    asked = browser.post(
        place,
        json={"period": {"since": "2026-01-01", "until": "2026-02-01"}, "lang": "zh"},
        headers={"origin": PUBLIC_URL},
    )
    listed = browser.get(place)

    assert (asked.status_code, set(asked.json())) == (202, {"job_id"})
    assert listed.json() == [issued.model_dump(mode="json")]
    assert browser.get(f"{place}/{issued.number}/jwt").text.count(".") == 2


@pytest.mark.proves("REP-11")
def test_what_others_check_with_is_open_to_all(shared: Database, household: str, sign_in: SignIn) -> None:
    with shared.writing() as session:
        make_portable_proof(session, household)
    browser = sign_in("household")
    browser.cookies.clear()

    did = browser.get("/.well-known/did.json").json()
    (jwk,) = browser.get("/.well-known/jwks.json").json()["keys"]

    assert did["id"] == "did:web:credits.example"
    assert did["assertionMethod"] == [f"{did['id']}#rs256-1", f"{did['id']}#ed25519-1"]
    assert browser.get("/badges/keys/rs256-1").json() == jwk
    assert jwk["kid"] == f"{PUBLIC_URL}/badges/keys/rs256-1"
    assert "d" not in jwk
    assert browser.get("/badges/keys/rs256-2").status_code == 404
    assert browser.get("/badges/status/9").status_code == 404
    assert browser.get("/badges/profile?lang=en").json()["type"] == ["Profile"]
    achievement = browser.get("/badges/achievements/participation").json()
    assert achievement["image"]["id"] == f"{PUBLIC_URL}/badges/achievements/participation.svg"
    assert browser.get("/badges/achievements/participation.svg").text.startswith("<svg ")
    assert json.loads(browser.get("/badges/status/1").text)["issuer"] == did["id"]


@pytest.mark.proves("REP-11", "REP-9")
def test_the_verify_page_checks_a_badge_step_by_step(
    shared: Database, household: str, sign_in: SignIn, clock: StandingClock
) -> None:
    with shared.writing() as session:
        number = make_portable_proof(session, household).number
    browser = sign_in("household")
    files = {form: browser.get(f"/me/proofs/{number}/{form}").content for form in ("json", "jwt", "png", "svg")}

    def verdicts(lang: str = "zh") -> list[bool]:
        sent = [browser.post(f"/verify?lang={lang}", files={"file": ("a", data)}) for data in files.values()]
        assert {one.status_code for one in sent} == {200}
        return [("verdict-agrees" in one.text, "verdict-differs" in one.text) == (True, False) for one in sent]

    assert (verdicts(), verdicts("en")) == ([True] * 4, [True] * 4)
    broken = browser.post("/verify?lang=zh", files={"file": ("a.json", files["json"].replace(b'"416"', b'"417"'))}).text
    assert ("verdict-differs" in broken, "止于“凭证签名”" in broken) == (True, True)

    clock.move(timedelta(minutes=5))
    with shared.writing() as session:
        award_id = awards.awards_of(session, household, YEAR)[0].award_id
        awarding.take_back(session, award_id, credits_=1, actor_id="acc_示例", reason="退货（示例）")
    with shared.writing() as session:
        service.follow(session, PUBLIC_URL)
    assert verdicts() == [False] * 4


def test_a_picture_that_is_no_badge_is_told_so(sign_in: SignIn, household: str) -> None:
    del household
    answer = sign_in("household").post("/verify", files={"file": ("a.png", b"\x89PNG\r\n\x1a\n")})

    assert (answer.status_code, "止于“凭证格式”" in answer.text) == (200, True)
