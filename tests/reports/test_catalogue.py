"""Facts are gathered from what really happened: files taken in, awards made, some taken back."""

from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import pytest
from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.issuers import service as issuing
from greencredit.kernel.access import operator_at_the_machine
from greencredit.kernel.clock import StandingClock, start_of
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.reports import queries, rules
from greencredit.reports.catalogue import consumer, issuer_filing
from greencredit.schemas.issuers import LifeState
from greencredit.schemas.reports import (
    CommunityReport,
    ConsumerReport,
    CreditFlow,
    EnterpriseReport,
    Ground,
    IntakeFigures,
    IssuanceFigures,
    IssuerFiling,
    Lang,
    MovementStatement,
    OwedNote,
    ParticipationProof,
    ProjectReport,
    RejectLine,
    RuleFigures,
    SchoolReport,
)
from greencredit.schemas.reports.region import RegionReport
from greencredit.schemas.values import Credits, Grams, Period, Words
from tests.conftest import NOON
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv
from tests.factories.issuers import make_filing, make_issuer, new_issuer, owed_up_to, regulator
from tests.factories.ledger import redeem, reverse
from tests.house.sources import ROOT
from tests.reports.paper import page_of, words_of

PERIOD = Period(since=date(2026, 1, 1), until=date(2026, 3, 1))
LARGEST_PICTURE = 60_000


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Take in a handful of receipts and rides of two of three households."""
    with database.writing() as session:
        publish_factors(session)
        shop = make_shop(session, purchase_rule(), action_rule(), clawback=owed_up_to(30))
    receipts = receipt_csv(
        tmp_path / "receipts.csv",
        [
            bought(),
            bought(receipt_no="R2", sold_at="2026-02-07T18:00:00", amount_yuan="20.99"),
            bought(receipt_no="R3", card_no="CARD-0002", amount_yuan="5.00"),
            bought(receipt_no="R4", product_code="bread"),
            bought(receipt_no="R5", amount_yuan="-1.00"),
        ],
    )
    take_in(database, shop.receipts, receipts)
    take_in(
        database, shop.activities, activities_csv(tmp_path / "rides.csv", [did(), did(record_no="T2", quantity="3")])
    )
    return shop


def of_household(session: Session, shop: Shop, card: str) -> ConsumerReport:
    """Gather the report of the household behind a card."""
    return consumer.gather(session, shop.consumers[card], PERIOD)


@pytest.mark.proves("REP-1")
def test_the_report_of_a_household_agrees_with_its_awards_and_its_balance(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        report = of_household(session, shop, "CARD-0001")
        totals = awards.totals_of(session, shop.consumers["CARD-0001"], PERIOD)

    assert (report.totals.purchases, report.totals.actions) == (2, 2)
    assert report.totals.credits == totals.credits == report.flows[0].balance
    assert report.totals.avoided_g_co2e == totals.grams > 0
    assert report.totals.unquantified_awards == totals.unquantified_count == 2
    assert report.totals.spent_fen == totals.spent_fen == 5749
    assert [(line.month, line.awards) for line in report.months] == [(date(2026, 1, 1), 3), (date(2026, 2, 1), 1)]
    assert {(line.family, line.ground) for line in report.families} == {
        ("shopping", Ground.PURCHASE),
        ("green_travel", Ground.ACTION),
    }
    assert {line.merchant for line in report.awards if line.ground is Ground.ACTION} == {None}
    assert report.participants == 2


@pytest.mark.proves("REP-1", "ACT-2")
def test_every_gram_in_a_report_names_its_method_and_its_factors(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        report = of_household(session, shop, "CARD-0001")

    [method] = report.methods
    assert (method.method_id, method.awards, method.avoided_g_co2e) == (
        "metro_trip_km",
        2,
        report.totals.avoided_g_co2e,
    )
    assert {factor.factor_id for factor in report.factors} == set(method.factor_ids)
    assert {line.method_id for line in report.awards if line.avoided_g_co2e is not None} == {"metro_trip_km"}
    assert [line.avoided_g_co2e for line in report.awards if line.ground is Ground.PURCHASE] == [None, None]
    assert min(len(factor.publisher) * len(factor.document) for factor in report.factors) > 0


@pytest.mark.proves("REP-1")
def test_the_mean_is_taken_over_all_who_took_part(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        first, second = (of_household(session, shop, card) for card in ("CARD-0001", "CARD-0002"))

    for place, line in enumerate(first.months):
        both = first.months[place].credits + second.months[place].credits
        assert line.mean_credits_tenths == both * 10 // 2


def test_the_same_facts_are_gathered_later_and_elsewhere(database: Database, shop: Shop, clock: StandingClock) -> None:
    with database.reading() as session:
        shared = queries.kind_named("consumer").prepare(session, PERIOD)
        before = of_household(session, shop, "CARD-0001")
    clock.move(PERIOD.until - PERIOD.since)
    with database.reading() as session:
        after = consumer.gather(session, shop.consumers["CARD-0001"], PERIOD, shared)

    assert rules.Imprint("consumer", before, "zh").number == rules.Imprint("consumer", after, "zh").number


def test_what_was_taken_back_is_shown_and_not_counted(database: Database, shop: Shop) -> None:
    holder = shop.consumers["CARD-0001"]
    with database.reading() as session:
        before = of_household(session, shop, "CARD-0001")
        lines = awards.awards_of(session, holder, PERIOD)
    [ride] = [line for line in lines if line.quantity == "3"]
    [basket] = [line for line in lines if line.credits == 36]
    with database.writing() as session:
        for line, taken in ((ride, ride.credits), (basket, 6)):
            awarding.take_back(
                session,
                line.award_id,
                credits_=taken,
                actor_id="acc_example",
                reason="示例：退货",
                key=str(line.award_id),
            )
    with database.reading() as session:
        after = of_household(session, shop, "CARD-0001")

    assert (after.totals.awards, after.totals.reversed_awards) == (3, 1)
    assert after.totals.credits == before.totals.credits - ride.credits - 6
    assert after.totals.avoided_g_co2e == before.totals.avoided_g_co2e - (ride.grams or 0)
    assert after.flows == (
        CreditFlow(
            issuer_id=shop.issuer_id,
            outside=Credits(0),
            earned=before.totals.credits,
            reversed=Credits(ride.credits + 6),
            expired=Credits(0),
            used=Credits(0),
            balance=after.totals.credits,
        ),
    )


def test_what_is_owed_after_a_reversal_of_spent_credits_is_in_the_report(database: Database, shop: Shop) -> None:
    holder = shop.consumers["CARD-0001"]
    with database.writing() as session:
        [basket] = [line for line in awards.awards_of(session, holder, PERIOD) if line.credits == 36]
        balance = sum(one.available for one in ledger.balances_of(session, holder))
        redeem(session, balance, holder=holder)
        reverse(session, basket.award_id, 36)

    with database.reading() as session:
        report, other = (of_household(session, shop, card) for card in ("CARD-0001", "CARD-0002"))

    assert report.owed == (OwedNote(issuer_id=shop.issuer_id, credits=Credits(30)),)
    assert other.owed == ()


def test_awards_of_other_days_are_told_apart_from_those_of_the_period(database: Database, shop: Shop) -> None:
    january = Period(since=date(2026, 1, 1), until=date(2026, 2, 1))

    with database.reading() as session:
        report = consumer.gather(session, shop.consumers["CARD-0001"], january)

    [flow] = report.flows
    assert (flow.outside, flow.earned, flow.balance) == (20, report.totals.credits, report.totals.credits + 20)


@pytest.mark.proves("REP-1")
def test_a_household_without_an_award_gets_an_honest_report(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        report = of_household(session, shop, "CARD-0003")

    assert (report.totals.awards, report.flows, report.issuers, report.awards) == (0, (), (), ())
    assert report.as_of == NOON
    assert "平台没有为你记下绿色消费或行动" in words_of(page_of(report, "zh"))


def test_without_any_data_the_facts_end_with_the_period(session: Session) -> None:
    shop = make_shop(session, purchase_rule())

    report = of_household(session, shop, "CARD-0001")

    assert (report.as_of, report.participants) == (start_of(PERIOD.until), 0)
    assert {line.mean_credits_tenths for line in report.months} == {0}


@pytest.mark.proves("REP-4")
def test_the_dossier_agrees_with_ledger_filing_and_feeds(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        report = issuer_filing.gather(session, shop.issuer_id, PERIOD)
        household = of_household(session, shop, "CARD-0001")

    travel = household.totals.credits - 36 - 20
    issued = household.totals.credits + 5
    assert report.figures == IssuanceFigures(
        awards=5,
        holders=2,
        issued=Credits(issued),
        reversed=Credits(0),
        expired=Credits(0),
        used=Credits(0),
        outstanding=Credits(issued),
    )
    assert report.rules == (
        RuleFigures(
            rule_id="organic",
            version=1,
            title=Words(zh="有机农产品", en="Organic produce"),
            ground=Ground.PURCHASE,
            awards=3,
            holders=2,
            credits=Credits(61),
            avoided_g_co2e=None,
        ),
        RuleFigures(
            rule_id="travel",
            version=1,
            title=Words(zh="绿色出行", en="Green travel"),
            ground=Ground.ACTION,
            awards=2,
            holders=1,
            credits=Credits(travel),
            avoided_g_co2e=Grams(household.totals.avoided_g_co2e),
        ),
    )
    assert sum(line.issued for line in report.months) == issued
    assert report.intake == IntakeFigures(lines=7, awarded=5, not_qualifying=1, repeated=0, rejected=1)
    assert report.rejects == (
        RejectLine(
            reason=Words(zh="金额为负；退款须走退款数据", en="a negative amount; refunds come in a feed of their own"),
            lines=1,
        ),
    )
    assert report.coverage is not None
    assert report.coverage.outstanding_value_fen == issued
    assert report.coverage.coverage_basis_points == report.coverage.guarantee_fen * 10_000 // issued


@pytest.mark.proves("REP-4", "ISS-5")
def test_the_dossier_tells_the_whole_life_and_the_filed_words(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        report = issuer_filing.gather(session, shop.issuer_id, PERIOD)

    assert report.scheme is not None
    assert [rule.rate.zh for rule in report.scheme.rules] == [
        "每消费 1 元得 1 分；不足一分的舍去。",
        "每减排 1 千克 CO₂e 得 100 分；不足一分的舍去。",
    ]
    assert report.history[0].from_state is None
    assert report.history[-1].to_state == Words(zh="正常发行", en="Active")
    assert [method.method_id for method in report.methods] == ["metro_trip_km"]
    said = words_of(page_of(report, "zh"))
    assert "编号待核实" in said
    assert "备案承诺" in said


def test_an_issuer_that_only_registered_has_a_dossier_too(session: Session) -> None:
    issuer = make_issuer(session, LifeState.DRAFT)

    report = issuer_filing.gather(session, issuer.issuer_id, PERIOD)

    assert (report.scheme, report.coverage, report.figures.issued, report.months) == (None, None, 0, ())
    assert page_of(report, "en").count("<h1>") == 1


def test_every_kind_of_the_catalogue_is_found_by_its_name() -> None:
    assert {name: (kind.name, kind.facts, kind.template) for name, kind in queries.kinds().items()} == {
        "community": ("community", CommunityReport, "reports/community.html"),
        "consumer": ("consumer", ConsumerReport, "reports/consumer.html"),
        "enterprise": ("enterprise", EnterpriseReport, "reports/enterprise.html"),
        "issuer_filing": ("issuer_filing", IssuerFiling, "reports/issuer_filing.html"),
        "project": ("project", ProjectReport, "reports/project.html"),
        "proof": ("proof", ParticipationProof, "reports/proof.html"),
        "region": ("region", RegionReport, "reports/region.html"),
        "school": ("school", SchoolReport, "reports/school.html"),
        "statement": ("statement", MovementStatement, "reports/statement.html"),
    }


@pytest.mark.proves("REP-9")
def test_every_kind_is_shown_in_the_documents_in_both_languages_and_in_small_files() -> None:
    shown = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    pictures = {f"{kind}-{lang}.png" for kind in queries.kinds() for lang in get_args(Lang)}

    assert {path.name for path in (ROOT / "docs" / "images" / "reports").iterdir()} == pictures
    assert [name for name in pictures if f"](images/reports/{name})" not in shown] == []
    assert [
        path.name for path in (ROOT / "docs" / "images" / "reports").iterdir() if path.stat().st_size > LARGEST_PICTURE
    ] == []


@pytest.mark.proves("REP-1", "REP-4")
def test_names_and_units_come_in_both_languages(database: Database, shop: Shop) -> None:
    with database.reading() as session:
        household = of_household(session, shop, "CARD-0001")
        dossier = issuer_filing.gather(session, shop.issuer_id, PERIOD)

    bought_lines = [line for line in household.awards if line.ground is Ground.PURCHASE]
    assert {(line.merchant, line.unit) for line in bought_lines} == {
        (Words(zh="示例超市", en="Example Market"), Words(zh="件", en="pcs"))
    }
    assert [issuer.name for issuer in household.issuers] == [dossier.registration.name]
    assert dossier.registration.name.en == "Example Retail Co., Ltd."


@pytest.mark.proves("REP-4")
def test_a_step_that_the_calendar_took_names_the_platform_and_no_role(session: Session, clock: StandingClock) -> None:
    issuer_id = make_issuer(session).issuer_id
    change = make_filing(session, issuer_id)
    issuing.accept_filing(session, regulator(), change.filing_id, "N2", digest=change.digest, reason="示例")
    clock.move(timedelta(days=7))
    issuing.bring_into_effect(session, operator_at_the_machine(clock.now()))

    last = issuer_filing.gather(session, issuer_id, PERIOD).history[-1]

    assert (last.by, last.role, last.reason) == (
        Words(zh="平台（按期限自动执行）", en="Platform (by deadline)"),
        None,
        "生效日已到 · its day of effect has come",
    )


def test_a_step_taken_by_command_says_so_and_in_which_role(session: Session, clock: StandingClock) -> None:
    new = new_issuer().model_copy(update={"documents": ()})  # a command has nobody who could have uploaded papers
    issuer = issuing.register(session, operator_at_the_machine(clock.now()), new, reason="示例")

    last = issuer_filing.gather(session, issuer.issuer_id, PERIOD).history[-1]

    assert (last.by, last.role) == (
        Words(zh="平台（命令行）", en="Platform (by command)"),
        Words(zh="发行主体管理员", en="issuer administrator"),
    )
