"""A region's report ties to the ledger, keeps to its region, and counts nobody out in groups of fewer than ten."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.testclient import TestClient

from greencredit.actions import queries as actions
from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.messages.tables import State
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.people import service as people
from greencredit.reports import queries as reports
from greencredit.reports.catalogue import region
from greencredit.reports.rules import effect
from greencredit.schemas.people import NewApiKey, NewConsumer
from greencredit.schemas.reports import Tier
from greencredit.schemas.reports.region import LabelLine, RegionReport, SourceLine, UptakeMonth
from greencredit.schemas.values import Fen, Period, Words
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.doors import make_app
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv
from tests.factories.issuers import owed_up_to
from tests.factories.ledger import redeem
from tests.factories.people import make_account_with
from tests.factories.region_reports import empty_region, region_report
from tests.reports.paper import page_of, words_of

SPRING = Period(since=date(2026, 1, 1), until=date(2026, 4, 1))
TWELVE = tuple(f"CARD-{number:04}" for number in range(1, 13))


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Take in receipts of twelve people in January, of three in February, and two rides."""
    with database.writing() as session:
        publish_factors(session)
        ids = people.register_consumers(session, [NewConsumer(display_name=f"示例住户 {card}") for card in TWELVE])
        known = dict(zip(TWELVE, ids, strict=True))
        shop = make_shop(session, purchase_rule(), action_rule(), clawback=owed_up_to(30), consumers=known)
    lines = [bought(receipt_no=f"R{number}", card_no=card) for number, card in enumerate(TWELVE)]
    lines += [
        bought(receipt_no=f"F{number}", card_no=card, sold_at="2026-02-07T18:00:00")
        for number, card in enumerate(TWELVE[:3])
    ]
    lines += [bought(receipt_no="B1", product_code="bread"), bought(receipt_no="B2", amount_yuan="-1.00")]
    take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", lines))
    rides = [did(), did(record_no="T2", quantity="3", card_no="CARD-0002")]
    take_in(database, shop.activities, activities_csv(tmp_path / "rides.csv", rides))
    return shop


@pytest.mark.proves("REP-5", "LED-1")
def test_the_report_of_a_region_ties_to_the_ledger_to_the_unit(database: Database, shop: Shop) -> None:
    with database.writing() as session:
        redeem(session, 10, holder=shop.consumers["CARD-0003"], key="r")
        redeem(session, 36, holder=shop.consumers["CARD-0004"], key="s")
    with database.reading() as session:
        found = region.gather(session, "CN-SH", SPRING)
        position = ledger.position_of(session, shop.issuer_id)
        owed = sum(one.credits for one in ledger.outstanding(session))

    (issuer,) = found.issuers
    assert found.outstanding == issuer.closing == position.outstanding == owed
    assert (issuer.granted, issuer.redeemed) == (position.issued, 46)
    assert [(line.opening, line.closing) for line in found.liability] == [
        (0, 0),
        (0, 0),
        (0, owed),
        (owed, owed),
    ]
    assert (found.registered, found.active, [one.issuers for one in found.states]) == (1, 1, [1])
    assert issuer.filing_number is not None


@pytest.mark.proves("REP-5", "ORG-3")
def test_uptake_names_no_group_of_fewer_than_ten(database: Database, shop: Shop) -> None:
    del shop
    with database.reading() as session:
        found = region.gather(session, "CN-SH", SPRING)

    assert found.participants == 12
    assert [(line.month.month, line.participants, line.newcomers, line.awards) for line in found.uptake] == [
        (1, 12, 12, 14),
        (2, None, None, 3),
        (3, 0, 0, 0),
    ]
    assert sum(line.granted for line in found.uptake) == sum(one.granted for one in found.issuers)
    said = words_of(page_of(found, "zh"))
    assert ("少于 10 人" in said, "首次参与" in said) == (True, True)


@pytest.mark.proves("REP-5")
def test_the_effect_tells_shares_labels_and_co2e_by_tier(database: Database, shop: Shop) -> None:
    del shop
    with database.reading() as session:
        found = region.gather(session, "CN-SH", SPRING.model_copy(update={"until": date(2026, 5, 1)}))

    assert [(line.sees_all, line.lines, line.green, line.rejected) for line in found.sources] == [
        (False, 2, 2, 0),
        (True, 17, 15, 1),
    ]
    assert [(line.lines, line.spent_fen) for line in found.labels] == [(15, 15 * 3650)]
    (family,) = found.families
    assert (family.title, family.awards) == (Words(zh="行", en="Travel"), 2)
    assert family.avoided_g_co2e == found.avoided_g_co2e == sum(line.avoided_g_co2e for line in found.uptake) > 0
    method = actions.action("metro_trip_km")
    assert [(line.action, line.avoided_g_co2e, line.method_version, line.source) for line in found.actions] == [
        ("metro_trip_km", family.avoided_g_co2e, str(method.version), method.source)
    ]
    assert (found.purchases, found.purchases_spent_fen) == (15, 15 * 3650)
    assert (found.not_awarded.not_green, found.not_awarded.rejected, found.not_awarded.repeated) == (1, 1, 0)
    assert sum(line.lines for line in found.rejects) == 1


def test_an_award_that_was_taken_back_whole_counts_for_nobody(database: Database, shop: Shop) -> None:
    with database.writing() as session:
        for line in awards.awards_of(session, shop.consumers["CARD-0012"]):
            awarding.take_back(
                session, line.award_id, credits_=line.credits, actor_id="acc_example", reason="示例退货", key="b"
            )
    with database.reading() as session:
        found = region.gather(session, "CN-SH", SPRING)

    assert (found.participants, found.uptake[0].participants, found.uptake[0].awards) == (11, 11, 13)
    assert found.outstanding == sum(one.closing for one in found.issuers)


@pytest.mark.proves("REP-5", "SEC-1")
def test_a_regulator_of_another_region_is_refused(shared: Database, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, public_url="https://credits.example")
    regions = {"CN-SH": "shanghai", "CN-BJ": "beijing", "CN": "country", "CN-SH-PD": "pudong"}
    keys = {region: _key_of_regulator(shared, region, login) for region, login in regions.items()}
    wanted = {"kind": "region", "subject_id": "CN-SH", "period": {"since": "2026-01-01", "until": "2026-02-01"}}

    with TestClient(make_app(shared, settings), base_url="https://credits.example/api/v1/") as client:
        asked = {region: client.post("reports", json=wanted, headers=key) for region, key in keys.items()}
        request = asked["CN-SH"].json()["request_id"]
        told = {region: client.get(f"reports/requests/{request}", headers=key) for region, key in keys.items()}

    assert {region: answer.status_code for region, answer in asked.items()} == {
        "CN-SH": 202,
        "CN-BJ": 403,
        "CN": 202,
        "CN-SH-PD": 403,
    }
    assert asked["CN-BJ"].json()["code"] == "access.denied"
    assert {region: answer.status_code for region, answer in told.items()} == {
        "CN-SH": 200,
        "CN-BJ": 404,
        "CN": 200,
        "CN-SH-PD": 404,
    }
    with shared.reading() as session:
        assert [one.subject_id for one in reports.requests_of(session, "CN-SH", *State)] == ["CN-SH"]


def _key_of_regulator(database: Database, region: str, login: str) -> dict[str, str]:
    with database.writing() as session:
        actor = make_account_with(session, Role.REGULATOR, Scope(ScopeKind.REGION, region), login=login)
        scopes = NewApiKey(name="示例", scopes=("report.issue", "report.read"))
        made = people.make_api_key(session, actor, scopes, environment="demo")
    return {"Authorization": f"Bearer {made.text}"}


@pytest.mark.proves("REP-5")
def test_a_region_tells_nothing_of_its_neighbour(database: Database, shop: Shop) -> None:
    del shop
    with database.reading() as session:
        found = region.gather(session, "CN-BJ", SPRING)

    assert (found.issuers, found.families, found.sources, found.labels) == ((), (), (), ())
    assert (found.outstanding, found.participants, found.purchases) == (0, 0, 0)
    assert "尚无登记的发行主体" in words_of(page_of(found, "zh"))


@pytest.mark.proves("REP-5")
def test_the_country_is_all_its_regions(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        shanghai, country = (region.gather(session, code, SPRING) for code in ("CN-SH", "CN"))

    assert [one.issuer_id for one in country.issuers] == [shop.issuer_id]
    assert country.liability == shanghai.liability


def test_a_report_that_does_not_tie_to_the_balances_is_no_report() -> None:
    facts = region_report()

    with pytest.raises(ValidationError, match="the balances of the ledger say"):
        RegionReport.model_validate(facts.model_dump() | {"outstanding": facts.outstanding + 1})


def test_a_month_that_counts_out_nine_people_is_no_month() -> None:
    month = region_report().uptake[0]
    assert month.participants is not None

    for update in ({"participants": 9}, {"newcomers": 9}, {"newcomers": month.participants - 9}):
        with pytest.raises(ValidationError, match="fewer than 10 people would be counted out"):
            UptakeMonth.model_validate(month.model_dump() | update)


@given(st.integers(0, 40), st.integers(0, 40))
def test_whatever_the_numbers_no_group_of_one_to_nine_can_be_read(people: int, newcomers: int) -> None:
    month = date(2026, 1, 1)

    (line,) = effect.uptake_months([month], {month: effect.Took(people, min(newcomers, people))}, {})

    told = [line.participants, line.newcomers]
    if line.participants is not None and line.newcomers is not None:
        told.append(line.participants - line.newcomers)
    assert [one for one in told if one is not None and 0 < one < 10] == []
    assert (line.participants is None) == (0 < people < 10)


def test_families_and_actions_come_to_the_same_and_the_weakest_source_decides() -> None:
    travel = Words(zh="行", en="Travel")
    lines = [
        effect.Quantified("metro", Words(zh="地铁", en="Metro"), travel, Tier.A, 2, 100, "3", travel),
        effect.Quantified("metro", Words(zh="地铁", en="Metro"), travel, Tier.C, 1, 7),
        effect.Quantified("bike", Words(zh="骑行", en="Cycling"), travel, Tier.B, 1, 60),
    ]

    families, actions = effect.effects_of(lines)

    assert [(one.avoided_g_co2e, one.tier_a, one.tier_b, one.tier_c) for one in families] == [(167, 100, 60, 7)]
    assert [
        (one.action, one.tier, one.awards, one.avoided_g_co2e, one.method_version, one.source) for one in actions
    ] == [("metro", Tier.C, 3, 107, "3", travel), ("bike", Tier.B, 1, 60, None, None)]


def test_what_is_not_covered_is_said_and_what_is_only_recalled_is_not() -> None:
    for facts in (region_report(), empty_region()):
        zh, en = words_of(page_of(facts, "zh")), words_of(page_of(facts, "en"))
        assert ("不含监管预警、案件与整改" in zh, "supervisory alerts, cases" in en) == (True, True)
        assert [law for law in ("规范促销行为", "绿色消费推进行动") if law in zh] == []
    assert "《生态环境法典》第九百四十八条" in words_of(page_of(region_report(), "zh"))


def test_shares_are_told_only_of_sources_that_see_everything() -> None:
    source = SourceLine(
        title=Words(zh="小票", en="Receipts"),
        is_purchase=True,
        sees_all=True,
        lines=100,
        green=20,
        repeated=10,
        rejected=10,
    )
    facts = region_report().model_copy(
        update={
            "sources": (source, source.model_copy(update={"sees_all": False})),
            "labels": (LabelLine(title=Words(zh="标识", en="Label"), lines=1, spent_fen=Fen(0)),),
        }
    )

    assert words_of(page_of(facts, "en")).count("25.0%") == 1
