"""Over HTTP: the consumer himself and the issuer ask why; the issuer tries rules; worked cases stop a filing."""

from pathlib import Path

import pytest

from greencredit.awards import jobs
from greencredit.evidence.rules import evidence_id
from greencredit.issuers import service as issuing
from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Spent
from tests.awards.routes.conftest import People
from tests.awards.service.test_cases import a_case
from tests.factories.awards import publish_factors, purchase_rule
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv
from tests.factories.issuers import WHY, admin_of, new_scheme
from tests.factories.people import PASSWORD, make_account_with

NOTHING = evidence_id(1, 3)
JANUARY = {"since": "2026-01-01", "until": "2026-02-01"}


@pytest.fixture
def shop(shared: Database, tmp_path: Path) -> Shop:
    """Give a shop with one award and one line that earned nothing, and those who ask."""
    with shared.writing() as session:
        publish_factors(session)
        mine, other = (
            str(make_account_with(session, Role.CONSUMER, login=login, password=PASSWORD).subject_id)
            for login in ("himself", "neighbour")
        )
        rule = purchase_rule(conditions=(Spent(least=3000),))
        made = make_shop(session, rule, consumers={"CARD-0001": mine, "CARD-0002": other})
        for login, role, scope in (
            ("admin", Role.ISSUER_ADMIN, Scope(ScopeKind.ISSUER, made.issuer_id)),
            ("elsewhere", Role.ISSUER_ADMIN, Scope(ScopeKind.ISSUER, "iss_elsewhere")),
            ("regulator", Role.REGULATOR, PLATFORM),
        ):
            make_account_with(session, role, scope, login=login, password=PASSWORD)
    lines = [bought(), bought(receipt_no="R2", amount_yuan="17.50")]
    jobs.import_file(shared, made.receipts, receipt_csv(tmp_path / "r.csv", lines))
    return made


@pytest.mark.proves("AWD-2")
@pytest.mark.usefixtures("shop")
def test_the_consumer_himself_and_his_issuer_learn_why_nothing_was_given_and_nobody_else(
    people: People,
) -> None:
    path = f"/api/v1/evidence/{NOTHING}/why"
    found = {
        login: people(login).get(path) for login in (None, "himself", "admin", "regulator", "neighbour", "elsewhere")
    }

    assert {login: answer.status_code for login, answer in found.items()} == {
        None: 401,
        "himself": 200,
        "admin": 200,
        "regulator": 200,
        "neighbour": 403,
        "elsewhere": 403,
    }
    told = found["himself"].json()
    assert (told["verdict"], told["awards"], told["rules"][0]["outcome"]) == ("nothing", [], "unmet")
    assert told["rules"][0]["needed"] == [
        {"zh": "这一行再消费 12.50 元即可。", "en": "¥12.50 more on this line would have been enough."}
    ]
    assert found["admin"].json() == told


@pytest.mark.proves("AWD-2")
@pytest.mark.usefixtures("shop")
def test_an_award_says_why_it_is_what_it_is(people: People) -> None:
    answer = people("himself").get("/api/v1/awards/1/why")

    assert answer.status_code == 200
    assert [one["zh"] for one in (answer.json()["by"], *answer.json()["sentences"])] == [
        "依据规则“有机农产品”（organic 第 1 版）。",
        "绿色商品金额 ¥36.50，每 1 元 1 分，不足 1 分的舍去，得 36 分。",
        "这类商品没有适用的核算方法，减排量写作“未量化”，不影响得分。",
    ]
    assert people("neighbour").get("/api/v1/awards/1/why").status_code == 403


@pytest.mark.proves("AWD-1")
def test_an_issuer_runs_rules_dry_and_lives_a_scheme(shop: Shop, people: People) -> None:
    tried = new_scheme(purchase_rule(version=2, multiplier_percent=200)).model_dump(mode="json")
    facts = [{"holder": "示例甲", "on": "2026-01-05", "subject": "organic_produce", "spent_fen": 3650}]
    at = f"/api/v1/issuers/{shop.issuer_id}"

    dry = people("admin").post(f"{at}/dry-runs", json={"scheme": tried, "period": JANUARY})
    lived = people("admin").post(f"{at}/simulations", json={"scheme": tried, "period": JANUARY, "facts": facts})

    assert (dry.status_code, dry.json()["credits"], dry.json()["credits_in_force"]) == (200, 108, 36)
    assert all(one["holder"].startswith("p_") for one in dry.json()["largest"])
    assert (lived.status_code, lived.json()["credits"]) == (200, 73)
    refused = people("elsewhere").post(f"{at}/dry-runs", json={"scheme": tried, "period": JANUARY})
    assert refused.status_code == 403


@pytest.mark.proves("ISS-4", "AWD-2")
def test_worked_cases_are_stored_replayed_and_stop_a_filing_by_name(
    shared: Database, shop: Shop, people: People
) -> None:
    with shared.writing() as session:
        scheme = new_scheme(purchase_rule(version=2, multiplier_percent=200))
        draft = issuing.draft_filing(session, admin_of(shop.issuer_id), shop.issuer_id, scheme, reason=WHY)
    path = f"/api/v1/filings/{draft.filing_id}"
    wrong, right = a_case(36).model_dump(mode="json"), a_case(73).model_dump(mode="json")
    admin = people("admin")

    failed = admin.put(f"{path}/cases", json=[wrong])
    stopped = admin.post(f"{path}/submit", json={"reason": WHY})
    passed = admin.put(f"{path}/cases", json=[right])
    again = admin.post(f"{path}/cases/check")

    assert (failed.status_code, failed.json()["passed"], passed.json()["passed"]) == (200, False, True)
    assert (stopped.status_code, stopped.json()["code"]) == (422, "issuers.section_failed")
    assert "plain_purchase" in stopped.json()["detail"]
    assert again.json() == passed.json()
    assert admin.get(f"{path}/cases").json() == [right]
    assert people("elsewhere").put(f"{path}/cases", json=[right]).status_code == 403
    assert people("regulator").get(f"{path}/cases").status_code == 200
