"""What earned nothing stands on the holder's page with the way to its reasons, and nobody else may read them."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from greencredit.awards import jobs
from greencredit.evidence.rules import evidence_id
from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Spent
from greencredit.web import household
from tests.factories.awards import publish_factors, purchase_rule
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv
from tests.factories.people import PASSWORD, make_account_with
from tests.web.conftest import SignIn

NOTHING = evidence_id(1, 3)


@pytest.fixture
def shop(shared: Database, tmp_path: Path) -> Shop:
    """Give a shop with one award and one line that earned nothing, of a household that can sign in."""
    with shared.writing() as session:
        publish_factors(session)
        mine, other = (
            str(make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD).subject_id)
            for login in ("household", "neighbour")
        )
        rule = purchase_rule(conditions=(Spent(least=3000),))
        opened = make_shop(session, rule, consumers={"CARD-0001": mine, "CARD-0002": other})
    lines = [bought(), bought(receipt_no="R2", amount_yuan="17.50")]
    jobs.import_file(shared, opened.receipts, receipt_csv(tmp_path / "r.csv", lines))
    return opened


@pytest.mark.proves("AWD-2", "SUP-6")
def test_evidence_that_earned_nothing_is_listed_beside_what_earned(shared: Database, shop: Shop) -> None:
    with shared.reading() as session:
        page = household.page_of(session, shop.consumers["CARD-0001"])

    assert [(line.event_id, line.credits) for line in page.movements] == [(1, 36)]
    assert [(line.evidence_id, line.what.zh, line.spent_fen) for line in page.unearned] == [
        (NOTHING, "有机农产品", 1750)
    ]


@pytest.mark.proves("AWD-2", "UX-1")
@pytest.mark.usefixtures("shop")
def test_the_holder_reads_why_not_and_what_would_have_been_needed(browser: TestClient, sign_in: SignIn) -> None:
    stranger = browser.get(f"/me/evidence/{NOTHING}")
    sign_in("household")

    listed = browser.get("/me")
    page = browser.get(f"/me/evidence/{NOTHING}")
    english = browser.get(f"/me/evidence/{NOTHING}?lang=en")

    assert stranger.status_code == 303
    assert f'href="/me/evidence/{NOTHING}"' in listed.text
    assert page.status_code == 200
    assert "条件不满足：单行消费金额不少于 30 元；这一行为 17.50 元。" in page.text
    assert "这一行再消费 12.50 元即可。" in page.text
    assert "¥12.50 more on this line would have been enough." in english.text


@pytest.mark.proves("SEC-1")
@pytest.mark.usefixtures("shop")
def test_a_neighbour_may_not_read_it(browser: TestClient, sign_in: SignIn) -> None:
    sign_in("neighbour")

    assert browser.get(f"/me/evidence/{NOTHING}").status_code == 403
