"""The inbox in the portal: found from the own page, read by opening, set to one's wishes; and nobody else's."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.notices import queries
from greencredit.schemas.notices import NoticePreferences, Way
from tests.factories.notices import ISSUER, make_inbox, make_notice, make_reader
from tests.factories.people import PASSWORD, make_account_with
from tests.factories.web import make_household
from tests.web.conftest import SignIn

_FORM = {"lang": "zh", "quiet_since": "22:00", "quiet_until": "08:00", "most_a_day": "5"}


@pytest.fixture
def household(shared: Database, tmp_path: Path) -> str:
    """Register a household with an empty inbox."""
    return make_household(shared, tmp_path)


def test_a_stranger_is_led_to_the_sign_in(browser: TestClient) -> None:
    answer = browser.get("/me/inbox")

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fme%2Finbox")


@pytest.mark.proves("UX-4")
def test_an_empty_inbox_says_so_and_the_own_page_leads_there(
    household: str, browser: TestClient, sign_in: SignIn
) -> None:
    del household
    sign_in("household")

    own, inbox = browser.get("/me"), browser.get("/me/inbox")

    assert 'href="/me/inbox"' in own.text
    assert 'class="badge"' not in own.text
    assert "还没有通知" in inbox.text


@pytest.mark.proves("UX-4")
def test_the_own_page_counts_what_is_unread_and_opening_a_notice_reads_it(
    shared: Database, clock: StandingClock, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    newest = make_inbox(shared, clock, household, ISSUER)
    sign_in("household")
    before = browser.get("/me").text

    looked_at = browser.get(f"/me/inbox/{newest}")
    still_unread = browser.get("/me/inbox").text
    opened = browser.post(f"/me/inbox/{newest}")
    after = browser.get("/me").text

    assert 'class="badge">4<' in before
    assert looked_at.status_code == 200  # looking at an address changes nothing: a page is only read by opening it
    assert still_unread.count("notice-unread") == 4
    assert (opened.status_code, opened.headers["location"]) == (303, f"/me/inbox/{newest}")
    assert 'class="badge">3<' in after
    page = browser.get(f"/me/inbox/{newest}").text
    assert "您在“示例绿色商超（虚构）”获得的积分中，有 80 分" in page
    assert [word in page for word in ("已放入站内信", "暂未成功，将重试", "已交给对方服务器")] == [True] * 3
    assert "household@example.com" not in page


def test_everything_is_marked_read_at_once(
    shared: Database, clock: StandingClock, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    make_inbox(shared, clock, household, ISSUER)
    sign_in("household")

    answer = browser.post("/me/inbox/read")

    page = browser.get("/me/inbox").text
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/inbox")
    assert ("notice-unread" in page, "全部标为已读" in page) == (False, False)


def test_older_notices_are_on_the_next_page(
    shared: Database, clock: StandingClock, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    for number in range(2):
        make_inbox(shared, clock, household, f"{ISSUER}{number}")
    with shared.writing() as session:
        for number in range(8):
            make_notice(session, household, subject=f"more {number}")
    sign_in("household")
    first = browser.get("/me/inbox").text
    older = first.partition('rel="next" href="')[2].partition('"')[0]

    second = browser.get(older).text

    assert first.count('<li class="notice') == 12
    assert second.count('<li class="notice') == 3
    assert ("回到最新" in second, "更早的通知" in second) == (True, False)


def test_a_reason_is_never_markup(shared: Database, household: str, browser: TestClient, sign_in: SignIn) -> None:
    from greencredit.notices import service

    facts = {"issuer": ISSUER, "credits": 5, "reason": "<script>alert(1)</script>"}
    with shared.writing() as session:
        notice_id = service.tell(session, household, "freeze", subject="1", facts=facts)
    sign_in("household")

    page = browser.get(f"/me/inbox/{notice_id}").text

    assert ("<script>alert" in page, "&lt;script&gt;alert(1)" in page) == (False, True)


@pytest.mark.proves("UX-4")
def test_the_settings_are_kept_and_the_inbox_stays_whatever_a_form_says(
    shared: Database, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    sign_in("household")
    ticked = ["credits_expiring:sms", "freeze:mail", "award_reversed:webhook", "lottery:mail"]

    answer = browser.post(
        "/me/inbox/settings", data={**_FORM, "lang": "en", "most_a_day": "2", "ways": ticked, "quiet_since": "21:30"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/me/inbox/settings?saved=true")
    with shared.reading() as session:
        kept = queries.preferences(session, household)
    assert kept.choices == {
        "credits_expiring": (Way.INBOX, Way.SMS),
        "credits_expired": (Way.INBOX,),
        "award_reversed": (Way.INBOX,),
        "expired_on_refund": (Way.INBOX,),
        "report_ready": (Way.INBOX,),
        "unfreeze": (Way.INBOX,),
        "issuer_leaving": (Way.INBOX,),
    }
    assert (kept.lang, f"{kept.quiet_since:%H:%M}", kept.most_a_day) == ("en", "21:30", 2)
    page = browser.get("/me/inbox/settings?saved=true").text
    assert "已保存。" in page
    assert 'value="credits_expiring:sms" checked' in page
    assert "webhook" not in page


def test_a_choice_that_the_page_does_not_show_survives_the_form(
    shared: Database, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    from greencredit.notices import service

    with shared.writing() as session:
        wanted = NoticePreferences(choices={"freeze": (Way.INBOX, Way.WEBHOOK)})
        service.choose(session, household, wanted)
    sign_in("household")

    browser.post("/me/inbox/settings", data={**_FORM, "ways": ["freeze:mail"]})

    with shared.reading() as session:
        assert queries.preferences(session, household).choices["freeze"] == (Way.INBOX, Way.MAIL, Way.WEBHOOK)


@pytest.mark.parametrize("wrong", [{"most_a_day": "0"}, {"quiet_since": "25:00"}, {"lang": "fr"}])
def test_settings_that_make_no_sense_are_refused_and_nothing_changes(
    shared: Database, household: str, browser: TestClient, sign_in: SignIn, wrong: dict[str, str]
) -> None:
    sign_in("household")

    answer = browser.post("/me/inbox/settings", data={**_FORM, **wrong})

    assert answer.status_code == 422
    with shared.reading() as session:
        assert queries.preferences(session, household) == NoticePreferences()


@pytest.mark.proves("UX-4", "SEC-1")
def test_a_contact_is_kept_shown_in_part_refused_in_place_and_forgotten(
    shared: Database, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    sign_in("household")

    kept = browser.post("/me/inbox/settings/mail", data={"address": "household@example.com"})
    page = browser.get("/me/inbox/settings").text
    refused = browser.post("/me/inbox/settings/sms", data={"address": "12345"})
    gone = browser.post("/me/inbox/settings/mail", data={"address": " "})

    assert (kept.status_code, gone.status_code) == (303, 303)
    assert ("h***@example.com" in page, "household@example.com" in page) == (True, False)
    assert refused.status_code == 422
    assert "这不是可用的手机号码，没有保存。" in refused.text
    with shared.reading() as session:
        assert queries.contacts(session, household) == []


def test_somebody_elses_notice_is_not_found(
    shared: Database, household: str, browser: TestClient, sign_in: SignIn
) -> None:
    del household
    with shared.writing() as session:
        notice_id = make_notice(session, make_reader(session))
    sign_in("household")

    assert [browser.get(f"/me/inbox/{notice_id}").status_code, browser.post(f"/me/inbox/{notice_id}").status_code] == [
        404,
        404,
    ]


def test_whoever_is_no_consumer_has_no_inbox(shared: Database, browser: TestClient) -> None:
    with shared.writing() as session:
        make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
    answer = browser.post("/sign-in", data={"login": "operator", "password": PASSWORD, "next": "/me"})
    name, _, token = answer.headers["set-cookie"].partition(";")[0].partition("=")
    browser.cookies.set(name, token, domain="credits.example")

    assert browser.get("/me/inbox").status_code == 403
