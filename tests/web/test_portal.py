"""The consumer's door: who is let in, what is said to who is not, and that a name is never markup."""

from pathlib import Path

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import JOBS, State
from tests.factories.people import PASSWORD, make_account_with
from tests.factories.web import make_filed_issuer, make_household, make_report
from tests.web.conftest import SignIn

_BEYOND_THE_FREE_ATTEMPTS = 6


def test_a_stranger_is_led_to_the_sign_in_and_back(browser: TestClient) -> None:
    answer = browser.get("/me?year=2025")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fme%3Fyear%3D2025")


@pytest.mark.proves("UX-1")
def test_signing_in_opens_the_own_page_and_signing_out_closes_it(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")

    page = browser.get("/me")
    left = browser.post("/sign-out")
    after = browser.get("/me")  # the cookie is still shown: the server has ended the session

    assert page.status_code == 200
    assert "416" in page.text
    assert "为什么是这个数" in page.text
    assert (left.status_code, left.headers["location"]) == (303, "/")
    assert (after.status_code, after.headers["location"]) == (303, "/sign-in?next=%2Fme")


def test_a_wrong_password_is_said_in_place_and_keeps_the_name(
    shared: Database, tmp_path: Path, browser: TestClient
) -> None:
    make_household(shared, tmp_path)

    answer = browser.post("/sign-in", data={"login": "household", "password": "not this one", "next": "/me"})

    assert answer.status_code == 401
    assert "账户名或密码不正确" in answer.text
    assert 'value="household"' in answer.text
    assert "not this one" not in answer.text
    assert "set-cookie" not in answer.headers


def test_after_too_many_attempts_the_right_password_waits_too(
    shared: Database, tmp_path: Path, browser: TestClient
) -> None:
    make_household(shared, tmp_path)
    for _ in range(_BEYOND_THE_FREE_ATTEMPTS):
        browser.post("/sign-in", data={"login": "household", "password": "not this one"})

    answer = browser.post("/sign-in", data={"login": "household", "password": PASSWORD})

    assert answer.status_code == 429
    assert "尝试次数过多" in answer.text


@pytest.mark.parametrize("onward", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "me"])
def test_signing_in_never_leads_to_another_site(
    shared: Database, tmp_path: Path, browser: TestClient, onward: str
) -> None:
    make_household(shared, tmp_path)

    answer = browser.post("/sign-in", data={"login": "household", "password": PASSWORD, "next": onward})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_form_sent_from_another_site_is_refused(shared: Database, tmp_path: Path, browser: TestClient) -> None:
    make_household(shared, tmp_path)
    form = {"login": "household", "password": PASSWORD}

    answer = browser.post(
        "/sign-in", data=form, headers={"sec-fetch-site": "cross-site", "origin": "https://x.example"}
    )

    assert answer.status_code == 403
    assert "access.cross_site" in answer.text


def test_a_name_is_shown_as_it_is_written_and_never_as_markup(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    make_household(shared, tmp_path, name="𠮷䶮<script>alert(1)</script>")
    sign_in("household")

    page = browser.get("/me").text

    assert "𠮷䶮&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page


def test_a_household_without_an_award_is_told_so_without_estimates(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    make_household(shared, tmp_path)
    sign_in("household")

    page = browser.get("/me").text

    assert "还没有积分" in page
    assert "我们不会用估计的数字把这里填满" in page


@pytest.mark.proves("UX-1")
def test_english_stands_beside_chinese_and_is_remembered(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")

    chinese = browser.get("/me")
    english = browser.get("/me?lang=en")
    later = browser.get("/register")

    assert ('<html lang="zh-CN">' in chinese.text, "积分余额" in chinese.text) == (True, True)
    assert ('<html lang="en">' in english.text, "Credit balance" in english.text) == (True, True)
    assert ('<html lang="en">' in later.text, "Public register of issuers" in later.text) == (True, True)


def test_an_account_that_is_no_consumer_is_told_so(shared: Database, browser: TestClient, sign_in: SignIn) -> None:
    with shared.writing() as session:
        make_account_with(session, Role.REGULATOR, login="regulator", password=PASSWORD)
    sign_in("regulator")

    answer = browser.get("/me")

    assert answer.status_code == 403
    assert "web.not_a_consumer" in answer.text


def test_pages_forbid_what_they_do_not_need(browser: TestClient) -> None:
    headers = browser.get("/").headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; script-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert (headers["cache-control"], headers["vary"], headers["x-content-type-options"]) == (
        "no-store",
        "Cookie",
        "nosniff",
    )


def test_asking_for_a_report_twice_a_day_makes_it_once_and_says_it_is_being_made(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")

    answers = [browser.post("/me/reports", data={"year": 2026, "report_lang": "zh"}) for _ in range(2)]
    page = browser.get("/me?year=2026").text

    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/me?year=2026#report-title")] * 2
    with shared.reading() as session:
        jobs = [(job.kind, job.body) for job in queue.listed(session)]
    assert jobs == [
        (
            "reports.issue",
            {
                "kind": "consumer",
                "subject_id": consumer_id,
                "since": "2026-01-01",
                "until": "2027-01-01",
                "lang": "zh",
            },
        )
    ]
    assert "正在生成中文报告" in page


def test_a_report_that_could_not_be_made_is_not_said_to_be_on_its_way(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")
    browser.post("/me/reports", data={"year": 2026, "report_lang": "en"})
    with shared.writing() as session:
        session.execute(update(JOBS).values(state=State.DEAD))

    page = browser.get("/me?year=2026").text

    assert ("英文报告没有生成成功" in page, "正在生成" in page) == (True, False)


@pytest.mark.parametrize("form", [{"year": "1", "report_lang": "zh"}, {"year": "2026", "report_lang": "fr"}, {}])
def test_a_report_of_no_year_or_no_language_of_ours_is_not_asked_for(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn, form: dict[str, str]
) -> None:
    make_household(shared, tmp_path)
    sign_in("household")

    answer = browser.post("/me/reports", data=form)

    assert answer.status_code == 422
    with shared.reading() as session:
        assert queue.listed(session) == []


@pytest.mark.proves("REP-10")
@pytest.mark.parametrize(
    ("chosen", "days"),
    [
        ({"span": "m2"}, ("2026-02-01", "2026-03-01")),
        ({"span": "q1"}, ("2026-01-01", "2026-04-01")),
        ({"span": "year", "since": "", "last_day": ""}, ("2026-01-01", "2027-01-01")),
        ({"span": "custom", "since": "2026-01-15", "last_day": "2026-02-14"}, ("2026-01-15", "2026-02-15")),
        ({"span": "m12", "year": "2025"}, ("2025-12-01", "2026-01-01")),
        ({"span": "q4", "year": "2025", "kind": "statement"}, ("2025-10-01", "2026-01-01")),
    ],
)
def test_a_report_is_asked_for_by_month_quarter_year_or_any_days(
    shared: Database,
    tmp_path: Path,
    browser: TestClient,
    sign_in: SignIn,
    chosen: dict[str, str],
    days: tuple[str, str],
) -> None:
    make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")

    answer = browser.post("/me/reports", data={"year": "2026", "report_lang": "zh", **chosen})

    with shared.reading() as session:
        (job,) = queue.listed(session)
    assert answer.status_code == 303
    assert (job.body["kind"], job.body["since"], job.body["until"]) == (chosen.get("kind", "consumer"), *days)
    assert "正在生成中文报告" in browser.get("/me").text


@pytest.mark.parametrize(
    "chosen",
    [
        {"span": "q5"},
        {"span": "m13"},
        {"span": "custom", "since": "2026-02-14", "last_day": "2026-01-15"},
        {"span": "custom"},
        {"kind": "issuer_filing"},
        {"span": "m4"},  # it is March
    ],
)
def test_days_that_are_none_and_reports_that_are_not_one_s_own_are_not_asked_for(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn, chosen: dict[str, str]
) -> None:
    make_household(shared, tmp_path, make_filed_issuer(shared))
    sign_in("household")

    answer = browser.post("/me/reports", data={"year": "2026", "report_lang": "zh", **chosen})

    assert answer.status_code in {404, 422}
    with shared.reading() as session:
        assert queue.listed(session) == []


def test_one_s_own_report_is_handed_out_and_nobody_else_s(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    consumer_id = make_household(shared, tmp_path)
    with shared.writing() as session:
        own = make_report(session, tmp_path, consumer_id)
        other = make_report(session, tmp_path, "con_somebody_else")
    sign_in("household")

    handed, refused = browser.get(f"/me/reports/{own.number}"), browser.get(f"/me/reports/{other.number}")
    listed = browser.get("/me").text

    assert (handed.status_code, handed.headers["content-type"]) == (200, "application/pdf")
    assert handed.content == (tmp_path / "reports" / own.path).read_bytes()
    assert (refused.status_code, "reports.unknown_number" in refused.text) == (404, True)
    assert (own.number in listed, other.number in listed) == (True, False)
