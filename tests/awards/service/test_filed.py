"""Only what was filed is a rule: brought in word for word, never changed, and ended where a filing ends it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.awards import jobs, queries, service
from greencredit.awards.errors import RuleDiffers, RulesNotInForce
from greencredit.issuers import service as issuing
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.schemas.awards import EarningRule, PerYuan
from greencredit.schemas.issuers import LifeState, Scheme
from greencredit.schemas.values import Credits
from tests.factories.awards import awarded, purchase_rule, state, take_in
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv
from tests.factories.issuers import WHY, make_filing, new_scheme, operator, regulator


def file_again(
    session: Session, shop: Shop, clock: StandingClock, *rules: EarningRule, scheme: Scheme | None = None
) -> date:
    """Let another version of the scheme be accepted, wait until it takes effect, and give its day."""
    filing = make_filing(session, shop.issuer_id, scheme or new_scheme(*rules))
    number = f"示例备2026-{filing.version:04d}-{shop.issuer_id[-6:]}"
    accepted = issuing.accept_filing(session, regulator(), filing.filing_id, number, digest=filing.digest, reason=WHY)
    assert accepted.effective_on is not None
    while date.fromisoformat(f"{clock.now() + timedelta(hours=8):%F}") < accepted.effective_on:
        clock.move(timedelta(days=1))
    issuing.bring_into_effect(session, operator())
    return accepted.effective_on


@pytest.mark.proves("AWD-1")
def test_rules_are_brought_in_as_they_were_filed_and_only_once(session: Session) -> None:
    rules = (purchase_rule(), purchase_rule(name="soy", products=("soy_drinks",), until=date(2027, 1, 1)))
    shop = make_shop(session, *rules)

    first = service.bring_in_rules(session, shop.issuer_id)
    again = service.bring_in_rules(session, shop.issuer_id)

    assert tuple(one.rule for one in first) == rules
    assert again == first
    assert session.scalar(text("SELECT COUNT(*) FROM awards_rule")) == 2


def test_without_a_filing_there_are_no_rules(session: Session) -> None:
    shop = make_shop(session, purchase_rule(), state=LifeState.ASSESSED)

    with pytest.raises(RulesNotInForce) as refusal:
        service.bring_in_rules(session, shop.issuer_id)

    assert (refusal.value.code, refusal.value.facts) == ("awards.no_rules_in_force", {"issuer_id": shop.issuer_id})
    assert session.scalar(text("SELECT COUNT(*) FROM awards_rule")) == 0


@pytest.mark.proves("AWD-1")
def test_a_version_with_another_text_is_refused(database: Database, clock: StandingClock, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
        service.bring_in_rules(session, shop.issuer_id)
        file_again(session, shop, clock, purchase_rule(rate=PerYuan(credits=Credits(2))))
    before = state(database)

    with pytest.raises(RuleDiffers) as refusal:
        jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", [bought()]))

    assert (refusal.value.code, refusal.value.facts) == ("awards.rule_differs", {"name": "organic", "version": 1})
    assert state(database) == before


@pytest.mark.proves("AWD-1")
def test_a_new_version_takes_over_on_its_day_and_caps_run_on(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    caps = {"per_person": 100}
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(caps=caps))
        file_again(
            session,
            shop,
            clock,
            purchase_rule(version=2, since=date(2026, 1, 6), rate=PerYuan(credits=Credits(2)), caps=caps),
        )
    rows = [bought(receipt_no=f"R{day}", sold_at=f"2026-01-{day:02d}T10:00", amount_yuan="30") for day in (5, 6, 7)]

    take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    with database.reading() as session:
        lines = queries.awards_of(session, shop.consumers["CARD-0001"])
    assert [(line.rule_version, line.credits) for line in reversed(lines)] == [(1, 30), (2, 60), (2, 10)]


@pytest.mark.proves("AWD-1")
def test_a_rule_that_the_next_filing_leaves_out_gives_nothing_from_that_day(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    soy = purchase_rule(name="soy", products=("soy_drinks",))
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(), soy)
        ends = file_again(session, shop, clock, purchase_rule())
    clock.move(timedelta(days=3))
    days = (ends - timedelta(days=1), ends)
    rows = [
        bought(receipt_no=f"{product}{day}", product_code=product, sold_at=f"{day}T10:00")
        for day in days
        for product in ("carrots", "soy")
    ]

    take_in(database, shop.receipts, receipt_csv(tmp_path / "receipts.csv", rows))

    with database.reading() as session:
        lines = queries.awards_of(session, shop.consumers["CARD-0001"])
        untils = {one.rule.name: one.rule.until for one in queries.rules_in_force(session, shop.issuer_id)}
    assert sorted((line.occurred_on, line.rule_name) for line in lines) == [
        (days[0], "organic"),
        (days[0], "soy"),
        (days[1], "organic"),
    ]
    assert untils == {"organic": None, "soy": ends}


def test_a_rule_that_is_filed_again_goes_on(session: Session, clock: StandingClock) -> None:
    soy = purchase_rule(name="soy", products=("soy_drinks",))
    shop = make_shop(session, purchase_rule(), soy)
    file_again(session, shop, clock, purchase_rule())
    file_again(session, shop, clock, purchase_rule(), soy)

    found = service.bring_in_rules(session, shop.issuer_id)

    assert {one.rule.name: one.rule.until for one in found} == {"organic": None, "soy": None}


def test_rules_of_different_issuers_with_one_name_are_different_rules(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shops = [make_shop(session, purchase_rule(caps={"per_day": 40}), number=number) for number in (1, 2)]

    for shop in shops:
        path = receipt_csv(tmp_path / "r.csv", [bought(receipt_no=number) for number in (1, 2)])
        take_in(database, shop.receipts, path)

    assert [awarded(database, shop.consumers["CARD-0001"]) for shop in shops] == [[36, 4], [36, 4]]


def test_a_rule_on_file_cannot_be_changed(session: Session) -> None:
    shop = make_shop(session, purchase_rule())
    service.bring_in_rules(session, shop.issuer_id)

    with pytest.raises(DBAPIError, match="awards_rule is append-only"), session.begin_nested():
        session.execute(text("UPDATE awards_rule SET document = '{}'"))
