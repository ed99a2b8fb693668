"""Totals agree with the lines they add up, to the unit, for a holder, an issuer and a rule."""

from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from greencredit.awards import queries
from greencredit.kernel.database import Database
from greencredit.schemas.awards import AwardLine, ConsumerTotals, Ground, RuleTotal
from greencredit.schemas.values import Credits, Fen, Grams, Period
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import Shop, activities_csv, bought, did, make_shop, receipt_csv

SOY = purchase_rule(name="soy", products=("soy_drinks",))
RULES = (purchase_rule(), SOY, action_rule(), purchase_rule(name="unused", version=3))
PERIODS = (
    None,
    Period(since=date(2026, 1, 1), until=date(2026, 2, 1)),
    Period(since=date(2030, 1, 1), until=date(2031, 1, 1)),
)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    """Give a shop where two households bought and rode in three months."""
    with database.writing() as session:
        publish_factors(session)
        made = make_shop(session, *RULES)
    rows = [
        bought(
            receipt_no=f"R{number}",
            card_no=f"CARD-000{number % 2 + 1}",
            sold_at=f"{month}-15T10:00",
            product_code=("carrots", "soy")[number % 3 == 0],
            amount_yuan=f"{number}.{number:02d}",
        )
        for number, month in enumerate(["2025-12", "2026-01", "2026-02"] * 5, start=10)
    ]
    take_in(database, made.receipts, receipt_csv(tmp_path / "receipts.csv", rows))
    rides = [
        did(
            record_no=f"T{number}",
            card_no="CARD-0001",
            done_at=f"2026-0{number % 2 + 1}-10T08:00",
            quantity=str(number),
        )
        for number in range(5, 15)
    ]
    take_in(database, made.activities, activities_csv(tmp_path / "activities.csv", rides))
    return made


def lines_of(database: Database, consumer: str, period: Period | None) -> list[AwardLine]:
    """Give every award of a consumer."""
    with database.reading() as session:
        return queries.awards_of(session, consumer, period, limit=1_000)


def test_a_holders_totals_agree_with_the_lines_to_the_unit(database: Database, shop: Shop) -> None:
    for card, period in product(shop.consumers, PERIODS):
        _require_agreement(database, shop.consumers[card], period)


def _require_agreement(database: Database, consumer_id: str, period: Period | None) -> None:
    lines = lines_of(database, consumer_id, period)

    with database.reading() as session:
        totals = queries.totals_of(session, consumer_id, period)

    assert (totals.count, totals.credits, totals.spent_fen, totals.grams, totals.unquantified_count) == (
        len(lines),
        sum(line.credits for line in lines),
        sum(line.spent_fen or 0 for line in lines),
        sum(line.grams or 0 for line in lines),
        sum(line.grams is None for line in lines),
    )
    subjects = Counter((line.ground, line.subject) for line in lines)
    assert {(one.ground, one.subject): one.count for one in totals.by_subject} == subjects
    for one in totals.by_subject:
        of = [line for line in lines if line.subject == one.subject]
        grams = [line.grams for line in of if line.grams is not None]
        assert (one.credits, one.spent_fen, one.grams, one.title) == (
            sum(line.credits for line in of),
            sum(line.spent_fen or 0 for line in of),
            sum(grams) if grams else None,
            of[0].title,
        )
        assert one.family == ("shopping" if one.ground is Ground.PURCHASE else "green_travel")
        assert one.tier == max((line.tier for line in of if line.tier), default=None)
    months = Counter(f"{line.occurred_on:%Y-%m}" for line in lines)
    assert {one.month: one.count for one in totals.by_month} == months
    assert [one.month for one in totals.by_month] == sorted(months)
    for part in (totals.by_subject, totals.by_month):
        assert sum(one.credits for one in part) == totals.credits
        assert sum(one.spent_fen for one in part) == totals.spent_fen
        assert sum(one.grams or 0 for one in part) == totals.grams


def test_who_earned_nothing_has_honest_totals(database: Database) -> None:
    with database.reading() as session:
        assert queries.totals_of(session, "con_nobody") == ConsumerTotals(
            count=0,
            credits=Credits(0),
            spent_fen=Fen(0),
            grams=Grams(0),
            unquantified_count=0,
            by_subject=(),
            by_month=(),
        )


@pytest.mark.parametrize("period", PERIODS)
def test_an_issuers_months_are_those_of_its_holders(database: Database, shop: Shop, period: Period | None) -> None:
    with database.reading() as session:
        totals = [queries.totals_of(session, consumer, period) for consumer in shop.consumers.values()]
        months = queries.issuer_months(session, shop.issuer_id, period)
        people = queries.participants(session, shop.issuer_id, period)

    credits_: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for one in (month for total in totals for month in total.by_month):
        credits_[one.month] += one.credits
        counts[one.month] += one.count
    assert {one.month: one.credits for one in months} == credits_
    assert {one.month: one.count for one in months} == counts
    assert sum(one.grams for one in months) == sum(one.grams for one in totals)
    assert sum(one.spent_fen for one in months) == sum(one.spent_fen for one in totals)
    assert people == sum(one.count > 0 for one in totals)


def test_every_rule_says_what_it_gave_also_if_nothing(database: Database, shop: Shop) -> None:
    lines = [line for consumer in shop.consumers.values() for line in lines_of(database, consumer, None)]

    with database.reading() as session:
        totals = queries.rule_totals(session, shop.issuer_id)

    assert totals == [
        RuleTotal(
            name=rule.name,
            version=rule.version,
            title=rule.title,
            count=len(of),
            holders=holders,
            credits=Credits(sum(line.credits for line in of)),
            grams=Grams(sum(line.grams or 0 for line in of)),
        )
        for rule, holders in zip(RULES, (2, 2, 1, 0), strict=True)
        for of in [[line for line in lines if line.rule_name == rule.name]]
    ]
