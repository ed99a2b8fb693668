"""Credits that are kept back, in the portal: the holder reads why, appeals once, and reads what was decided."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.awards import jobs, queries, service
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.notices import catalogue
from greencredit.schemas.holds import AwardHold, HoldDecision, HoldOutcome
from tests.factories.awards import purchase_rule
from tests.factories.evidence import bought, make_shop, receipt_csv
from tests.factories.people import PASSWORD, make_account_with
from tests.web.conftest import SignIn

HERE = "/me/holds"


@pytest.fixture
def hold(shared: Database, tmp_path: Path) -> AwardHold:
    """Hand sixteen receipts of one day in for somebody who can sign in; the last is kept back."""
    with shared.writing() as session:
        mine, other = (
            str(make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD).subject_id)
            for login in ("household", "neighbour")
        )
        shop = make_shop(session, purchase_rule(), consumers={"CARD-0001": mine, "CARD-0002": other})
    rows = [bought(receipt_no=f"R{number:02}", amount_yuan="10") for number in range(16)]
    jobs.import_file(shared, shop.receipts, receipt_csv(tmp_path / "r.csv", rows))
    with shared.reading() as session:
        (found,) = queries.holds_at(session, shop.issuer_id)
    return found


def shown(text: str) -> str:
    """Give what a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


@pytest.mark.proves("ACT-5", "UX-1")
def test_the_holder_reads_why_credits_are_kept_back_and_appeals_once(
    shared: Database, hold: AwardHold, browser: TestClient, sign_in: SignIn
) -> None:
    address = f"{HERE}/{hold.hold_id}/appeal"
    stranger = browser.get(HERE)
    sign_in("household")
    page, english = browser.get(HERE), browser.get(f"{HERE}?lang=en")
    browser.get(f"{HERE}?lang=zh")
    wordless = browser.post(address, data={"words": " "})
    appealed = browser.post(address, data={"words": "当天是<家庭聚会>"})
    after = browser.get(HERE).text
    again = browser.post(address, data={"words": "再说一次"})

    assert (stranger.status_code, stranger.headers["location"]) == (303, "/sign-in?next=%2Fme%2Fholds")
    said = shown(page.text)
    assert [words in said for words in ("现在冻结 10 分", "单日次数异常", "同一天 16 次", "至多 15 次")] == [True] * 4
    assert [words in shown(english.text) for words in ("16 on one day", "at most 15", "Appeal")] == [True] * 3
    assert f'href="/awards/{hold.awards[0]}"' in page.text
    assert (wordless.status_code, "请填写。" in wordless.text) == (422, True)
    assert (appealed.status_code, appealed.headers["location"]) == (303, f"{HERE}#appeal-{hold.hold_id}")
    assert ("当天是&lt;家庭聚会&gt;" in after, f'action="{address}"' in after) == (True, False)
    assert (again.status_code, "已提出申诉。" in again.text) == (409, True)
    with shared.reading() as session:
        kept = queries.hold(session, hold.hold_id).appeal
    assert kept is not None
    assert kept.words == "当天是<家庭聚会>"


@pytest.mark.proves("ACT-5")
def test_what_was_decided_stands_on_the_page(
    shared: Database, hold: AwardHold, browser: TestClient, sign_in: SignIn
) -> None:
    with shared.writing() as session:
        decision = HoldDecision(outcome=HoldOutcome.RELEASED, reason="示例：已核实")
        service.decide_hold(session, hold.hold_id, decision, by="acc_somebody")
    sign_in("household")

    said = shown(browser.get(HERE).text)

    assert ("已解除，积分可用" in said, "示例：已核实" in said, "现在冻结 0 分" in said) == (True, True, True)


@pytest.mark.proves("ACT-5", "SEC-1")
def test_nobody_else_reads_of_it_or_appeals(
    shared: Database, hold: AwardHold, browser: TestClient, sign_in: SignIn
) -> None:
    sign_in("neighbour")

    page = browser.get(HERE)
    refused = browser.post(f"{HERE}/{hold.hold_id}/appeal", data={"words": "示例"})
    nothing = browser.post(f"{HERE}/hld_nobody/appeal", data={"words": "示例"})

    assert "没有因异常信号冻结过您的积分。" in page.text
    assert (refused.status_code, nothing.status_code) == (403, 404)
    with shared.reading() as session:
        assert queries.hold(session, hold.hold_id).appeal is None


@pytest.mark.proves("ACT-5", "SEC-1", "UX-1")
def test_the_issuer_looks_at_the_console_and_an_operator_decides_there(
    shared: Database, hold: AwardHold, browser: TestClient, sign_in: SignIn
) -> None:
    with shared.writing() as session:
        here = Scope(ScopeKind.ISSUER, hold.issuer_id)
        make_account_with(session, Role.ISSUER_MANAGER, here, login="manager", password=PASSWORD)
        make_account_with(session, Role.OPERATOR, login="operator", password=PASSWORD)
        service.lodge_appeal(session, hold.hold_id, "当天是家庭聚会", by="acc_holder")
    console = f"/console/issuers/{hold.issuer_id}"
    address, decision = f"{console}/holds/{hold.hold_id}", {"outcome": "released", "reason": "示例：已核实"}

    sign_in("manager")
    led, seen = browser.get(console).text, browser.get(f"{console}/holds").text
    refused = browser.post(address, data=decision)
    sign_in("operator")
    offered = browser.get(f"{console}/holds").text
    wordless = browser.post(address, data={"outcome": "released", "reason": ""})
    decided = browser.post(address, data=decision)
    otherwise = browser.post(address, data={**decision, "outcome": "confirmed"})
    after = browser.get(f"{console}/holds").text
    sign_in("neighbour")

    assert f'href="{console}/holds"' in led
    assert ("当天是家庭聚会" in seen, "示例住户" in seen, f'action="{address}"' in seen) == (True, False, False)
    assert (refused.status_code, f'action="{address}"' in offered) == (403, True)
    assert (wordless.status_code, "请填写。" in wordless.text) == (422, True)
    assert (decided.status_code, decided.headers["location"]) == (303, f"{console}/holds#{hold.hold_id}")
    assert (otherwise.status_code, "冻结已复核。" in otherwise.text) == (409, True)
    assert ("已解除，积分可用" in after, f'action="{address}"' in after) == (True, False)
    assert browser.get(f"{console}/holds").status_code == 403
    with shared.reading() as session:
        found = queries.hold(session, hold.hold_id).decision
    assert found is not None
    assert (found.outcome, found.reason) == (HoldOutcome.RELEASED, "示例：已核实")


def test_the_notice_of_a_freeze_leads_to_the_page_where_one_appeals(hold: AwardHold) -> None:
    del hold

    assert catalogue.for_holders()["freeze"].leads_to == HERE
