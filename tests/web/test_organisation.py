"""An organisation's pages: its published figures with what is withheld, and an enterprise's account."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from greencredit.awards import service as awards
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.organisations import service
from greencredit.reports.jobs import issue_one
from greencredit.reports.queries import PDF
from greencredit.schemas.awards import FundingOrder, PassingOrder
from greencredit.schemas.ledger import Reason
from greencredit.schemas.organisations import OrganisationKind
from greencredit.schemas.values import Period
from tests.factories.direct import make_funder
from tests.factories.issuers import synthetic_code
from tests.factories.organisations import JANUARY, add, make_organisation
from tests.factories.people import PASSWORD, make_account_with
from tests.web.conftest import ORIGIN, SignIn


@pytest.mark.proves("ORG-3", "UX-1")
def test_the_administrator_sees_his_organisation_and_its_figures_in_both_languages(
    shared: Database, browser: TestClient, sign_in: SignIn, clock: StandingClock
) -> None:
    with shared.writing() as session:
        whole = make_organisation(session, OrganisationKind.COMMUNITY, name="示例<社区>")
        add(session, whole.organisation_id, whole.units[0].unit_id, "1 号楼")
        other = make_organisation(session, name="示例小学")
        here = Scope(ScopeKind.ORGANISATION, whole.organisation_id)
        make_account_with(session, Role.ORGANISATION_ADMIN, here, login="admin", password=PASSWORD)
    sign_in("admin")
    before = browser.get(f"/organisations/{whole.organisation_id}")
    clock.move(timedelta(hours=1))
    with shared.writing() as session:
        since = clock.at.date().replace(day=1)
        january = Period(since=since.replace(month=1), until=since.replace(month=2))
        service.publish(session, whole.organisation_id, january)

    listed = browser.get("/organisations")
    page = browser.get(f"/organisations/{whole.organisation_id}")
    english = browser.get(f"/organisations/{whole.organisation_id}?lang=en")
    refused = browser.get(f"/organisations/{other.organisation_id}")

    assert (listed.status_code, "示例&lt;社区&gt;" in listed.text, "示例小学" in listed.text) == (200, True, False)
    assert "还没有发布过群体数据" in before.text
    assert (page.status_code, "1 号楼" in page.text, "还没有发布过群体数据" in page.text) == (200, True, False)
    assert ("Took part" in english.text, "not an inventory" in english.text) == (True, True)
    assert refused.status_code == 403


@pytest.mark.proves("AWD-5", "UX-1")
def test_an_enterprise_sees_its_account_and_with_whom_it_exchanged(
    shared: Database, browser: TestClient, sign_in: SignIn
) -> None:
    with shared.writing() as session:
        issuer = make_funder(session)
        mill, shop = (
            make_organisation(session, OrganisationKind.ENTERPRISE, name=name, code=synthetic_code(number))
            for name, number in (("示例纺织厂", 81), ("示例商店", 82))
        )
        assert mill.enterprise_id is not None
        assert shop.enterprise_id is not None
        orders: list[FundingOrder | PassingOrder] = [
            FundingOrder(enterprise=mill.enterprise_id, credits=500, reason="示例：年度合作"),
            PassingOrder(giver=mill.enterprise_id, receiver=shop.enterprise_id, credits=40, reason="示例：<共享班车>"),
        ]
        reason = Reason("acc_example", "示例：<共享班车>", None)
        awards.carry_out_each(
            session, [awards.OfIssuer(issuer, order, reason, f"k{place}") for place, order in enumerate(orders)]
        )
        here = Scope(ScopeKind.ORGANISATION, mill.organisation_id)
        make_account_with(session, Role.ORGANISATION_ADMIN, here, login="admin", password=PASSWORD)
    sign_in("admin")

    front = browser.get(f"/organisations/{mill.organisation_id}")
    page = browser.get(f"/organisations/{mill.organisation_id}/account")
    refused = browser.get(f"/organisations/{shop.organisation_id}/account")

    assert f"/organisations/{mill.organisation_id}/account" in front.text
    assert (page.status_code, refused.status_code) == (200, 403)
    assert [part in page.text for part in ("460", "给予合作企业", "示例商店", "示例：&lt;共享班车&gt;")] == [True] * 4


@pytest.mark.proves("REP-2", "REP-10", "UX-1")
def test_the_administrator_has_a_report_of_a_published_period_made_and_takes_it_out(
    shared: Database, browser: TestClient, sign_in: SignIn, clock: StandingClock, settings: Settings
) -> None:
    with shared.writing() as session:
        whole = make_organisation(session, name="示例小学")
        other = make_organisation(session, name="示例中学")
        here = Scope(ScopeKind.ORGANISATION, whole.organisation_id)
        make_account_with(session, Role.ORGANISATION_ADMIN, here, login="admin", password=PASSWORD)
        make_account_with(
            session, Role.UNIT_KEEPER, Scope(ScopeKind.ORGANISATION, other.organisation_id), login="keeper"
        )
    clock.move(timedelta(hours=1))
    with shared.writing() as session:
        for one in (whole, other):
            service.publish(session, one.organisation_id, JANUARY)
    sign_in("admin")
    path = f"/organisations/{whole.organisation_id}"
    form = {"since": "2026-01-01", "until": "2026-02-01", "report_lang": "zh"}

    asked = browser.post(f"{path}/reports", data=form, headers={"origin": ORIGIN})
    again = browser.post(f"{path}/reports", data=form, headers={"origin": ORIGIN})
    waiting = browser.get(path)
    unpublished = browser.post(f"{path}/reports", data=form | {"until": "2026-03-01"}, headers={"origin": ORIGIN})
    elsewhere = browser.post(f"/organisations/{other.organisation_id}/reports", data=form, headers={"origin": ORIGIN})
    made = issue_one(shared, settings, "school", whole.organisation_id, JANUARY, "zh")
    strange = issue_one(shared, settings, "school", other.organisation_id, JANUARY, "zh")
    listed = browser.get(path)
    file = browser.get(f"{path}/reports/{made.number}")
    foreign = browser.get(f"{path}/reports/{strange.number}")
    phone = browser.get(f"{path}/reports/{made.number}/page")
    foreign_phone = browser.get(f"{path}/reports/{strange.number}/page")

    assert [one.status_code for one in (asked, again, unpublished, elsewhere)] == [303, 303, 404, 403]
    assert waiting.text.count("正在生成中文报告") == 1
    assert (made.number in listed.text, file.status_code, foreign.status_code) == (True, 200, 404)
    assert file.headers["content-type"].split(";")[0] == made.media_type
    assert 'href="/organisations"' in listed.text
    assert [f'href="{path}/reports/{made.number}/{dress}"' in listed.text for dress in ("page", "large")] == [
        made.media_type == PDF
    ] * 2
    assert (phone.status_code, phone.headers["content-type"], made.number in phone.text) == (
        200,
        "text/html; charset=utf-8",
        True,
    )
    assert phone.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert (foreign_phone.status_code, "reports.unknown_number" in foreign_phone.text) == (404, True)
