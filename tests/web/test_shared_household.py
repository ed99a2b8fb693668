"""One's household in the portal: founded, joined and left by forms, and what its caps did; nobody is named."""

import re
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.awards import queries
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from tests.awards.service.test_members import CAPPED, Till
from tests.factories.evidence import CARDS, Shop, make_shop
from tests.factories.people import PASSWORD, make_account_with, make_consumer, make_grant
from tests.web.conftest import SignIn

HERE = "/me/household"
LOGINS = ("household", "neighbour", "cousin")


@pytest.fixture
def shop(shared: Database) -> Shop:
    """Give a shop whose only rule caps a household, and three consumers who can sign in; the first has a child."""
    with shared.writing() as session:
        actors = [make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD) for login in LOGINS]
        child = make_consumer(session, display_name="示例儿童")
        make_grant(session, str(actors[0].account_id), Role.GUARDIAN, Scope(ScopeKind.CONSUMER, child.id))
        consumers = {card: str(actor.subject_id) for card, actor in zip(CARDS, actors, strict=True)}
        return make_shop(session, CAPPED, consumers={**consumers, "CARD-CHILD": child.id})


def code_in(text: str) -> str:
    """Give the invitation that a page shows."""
    (code,) = re.findall(r'<p class="figure" role="status"><code>([a-z0-9]+)</code>', text)
    return str(code)


def shown(text: str) -> str:
    """Give what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def invited(browser: TestClient, sign_in: SignIn) -> str:
    """Let the first found a household, and give an invitation of his."""
    sign_in("household")
    assert browser.post(HERE).status_code == 303
    return code_in(browser.post(f"{HERE}/invitations").text)


@pytest.mark.proves("AWD-1", "UX-1")
@pytest.mark.usefixtures("shop")
def test_a_household_is_founded_joined_and_left_by_forms(browser: TestClient, sign_in: SignIn) -> None:
    stranger = browser.get(HERE)
    sign_in("household")
    alone = browser.get(HERE)
    founded = browser.post(HERE)
    invitation = browser.post(f"{HERE}/invitations")
    later = browser.get(HERE)
    sign_in("neighbour")
    joined = browser.post(f"{HERE}/joining", data={"code": code_in(invitation.text), "do": "self"})
    member = browser.get(HERE)
    left = browser.post(f"{HERE}/leaving", data={"do": "self"})
    after = browser.get(HERE)

    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?next=%2Fme%2Fhousehold")
    assert "您现在不属于任何家庭" in alone.text
    assert [(one.status_code, one.headers["location"]) for one in (founded, joined, left)] == [(303, HERE)] * 3
    assert (invitation.status_code, "2026 年 3 月 9 日" in invitation.text) == (200, True)
    assert code_in(invitation.text) not in later.text  # shown this one time
    assert "您 户主" in shown(later.text)
    assert ("成年人 户主" in shown(member.text), 'action="/me/household/invitations"' in member.text) == (True, False)
    assert "2027 年 1 月 1 日" in after.text
    assert 'action="/me/household/joining"' in after.text


@pytest.mark.proves("AWD-1", "UX-1")
def test_what_is_refused_is_said_in_place_with_what_was_typed_and_nothing_changes(
    shared: Database, shop: Shop, browser: TestClient, sign_in: SignIn
) -> None:
    code = invited(browser, sign_in)
    twice = browser.post(HERE)
    sign_in("neighbour")
    wrong = browser.post(f"{HERE}/joining", data={"code": "abcdefgh", "do": "self"})
    empty = browser.post(f"{HERE}/joining", data={"code": " ", "do": "self"})
    foreign = browser.post(f"{HERE}/joining", data={"code": code, "do": shop.consumers[CARDS[2]]})
    nowhere = browser.post(f"{HERE}/leaving", data={"do": "self"})

    assert [one.status_code for one in (twice, wrong, empty, foreign, nowhere)] == [409, 422, 422, 403, 404]
    assert ("已属于一个家庭。" in twice.text, "邀请码无效。" in wrong.text) == (True, True)
    assert ('value="abcdefgh"' in wrong.text, "请填写。" in empty.text) == (True, True)
    with shared.reading() as session:
        found = {card: queries.household_of(session, shop.consumers[card]) for card in CARDS}
    assert [None if one is None else one.members for one in found.values()] == [1, None, None]


@pytest.mark.proves("AWD-1", "SEC-1")
def test_a_guardian_lets_his_child_join_and_leave(
    shared: Database, shop: Shop, browser: TestClient, sign_in: SignIn
) -> None:
    code = invited(browser, sign_in)
    child = shop.consumers["CARD-CHILD"]

    offered = browser.get(HERE).text
    joined = browser.post(f"{HERE}/joining", data={"code": code, "do": child})
    page = browser.get(HERE).text
    left = browser.post(f"{HERE}/leaving", data={"do": child})

    assert "我是监护人，让 示例儿童 加入" in offered
    assert (joined.status_code, left.status_code) == (303, 303)
    assert "未成年人 由监护人加入" in shown(page)
    assert "我是监护人，让 示例儿童 退出" in page
    with shared.reading() as session:
        assert queries.household_of(session, child) is None
        own = queries.household_of(session, shop.consumers[CARDS[0]])
    assert own is not None
    assert own.members == 1


@pytest.mark.proves("AWD-1", "AWD-2", "UX-1")
def test_the_page_says_how_far_the_caps_are_used_and_what_they_did_to_oneself(
    shared: Database, shop: Shop, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    code = invited(browser, sign_in)
    sign_in("neighbour")
    browser.post(f"{HERE}/joining", data={"code": code, "do": "self"})
    till, today = Till(shared, shop, tmp_path), date(2026, 3, 2)
    till.buys((CARDS[0], today, 13))
    till.buys((CARDS[1], today, 15))
    till.buys((CARDS[1], today, 9))
    with shared.reading() as session:
        (own,) = queries.awards_of(session, shop.consumers[CARDS[1]])

    chinese, english = browser.get(HERE), browser.get(f"{HERE}?lang=en")
    sign_in("household")
    other = browser.get(f"{HERE}?lang=zh").text

    said = shown(chinese.text)
    assert "每户每月封顶 20 / 20 分" in said
    assert "每户每年封顶 20 / 60 分" in said
    assert f'href="/awards/{own.award_id}"' in chinese.text
    assert "7 / 15 分" in said
    assert "每户封顶已经用完" in said
    assert "The cap for one household and month 20 / 20 credits" in shown(english.text)
    assert "the household's cap was used up" in shown(english.text).replace("&#39;", "'")
    assert ("封顶对您的影响" in other, "7 / 15" in shown(other)) == (False, False)


def test_an_account_that_is_no_consumer_has_no_household(
    shared: Database, browser: TestClient, sign_in: SignIn
) -> None:
    with shared.writing() as session:
        make_account_with(session, Role.REGULATOR, login="regulator", password=PASSWORD)
    sign_in("regulator")

    assert browser.get(HERE).status_code == 403
