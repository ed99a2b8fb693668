"""Who pays for an award is filed, exact to the unit, budgeted, recorded, and given back when an award is taken back."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.service.replay import explain_evidence
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import (
    CalendarDays,
    Caps,
    Count,
    EarningRule,
    Funder,
    FunderKind,
    FundingSplit,
    PercentOfGiven,
    PerYuan,
    RuleGroup,
    Share,
    TraceStep,
)
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Credits, Words
from tests.awards.service.test_filed import file_again
from tests.factories.awards import awarded, purchase_rule, require_sound, take_in
from tests.factories.evidence import bought, make_shop, receipt_csv
from tests.factories.issuers import new_scheme

US = Funder(name="us", kind=FunderKind.ISSUER, title=Words(zh="本公司", en="Ourselves"))


def funder(name: str, kind: FunderKind, budget: int | None = None) -> Funder:
    """Describe a funder beside the issuer."""
    return Funder(
        name=name,
        kind=kind,
        title=Words(zh="示例出资方", en="Example funder"),
        party="示例出资单位",
        budget_credits=None if budget is None else Credits(budget),
    )


def scheme_with(*rules: EarningRule, budget: int | None = None, **more: object) -> Scheme:
    """File three splits of a half, a third and a sixth between issuer, brand and city, and what else is named."""
    split = FundingSplit(
        name="shared",
        title=Words(zh="三方出资", en="Three pay"),
        shares=(Share(funder="us", parts=3), Share(funder="brand", parts=2), Share(funder="city", parts=1)),
    )
    filed = {
        "funders": (US, funder("brand", FunderKind.BRAND), funder("city", FunderKind.PUBLIC_SUBSIDY, budget)),
        "fundings": (split,),
        "funding": "shared",
    }
    return Scheme.model_validate(dict(new_scheme()) | {"rules": rules} | filed | more)


def paid(session: Session, award_id: int) -> dict[str, int]:
    """Give what each funder pays of an award."""
    return {one.funder: one.credits for one in queries.paid_by(session, award_id)}


@pytest.mark.proves("AWD-6")
def test_each_funder_pays_his_part_to_the_unit_and_the_series_names_the_split(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, scheme=scheme_with(purchase_rule()))
    consumer = shop.consumers["CARD-0001"]

    take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", [bought(amount_yuan="20.00")]))

    with database.reading() as session:
        (line,) = queries.awards_of(session, consumer)
        (balance,) = ledger.balances_of(session, consumer)
        assert balance.terms.funding == "shared"
        # 20 in sixths: 10, 6 ⅔, 3 ⅓: the largest remainder gets the unit that is left.
        assert paid(session, line.award_id) == {"us": 10, "brand": 7, "city": 3}
        totals = {one.funder: (one.credits, one.left_credits) for one in queries.funder_totals(session, shop.issuer_id)}
    assert totals == {"us": (10, None), "brand": (7, None), "city": (3, None)}


@pytest.mark.proves("AWD-6")
def test_what_is_taken_back_is_given_back_to_whoever_paid(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, scheme=scheme_with(purchase_rule(), budget=3))
    consumer = shop.consumers["CARD-0001"]
    take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", [bought(amount_yuan="20.00")]))
    with database.reading() as session:
        (line,) = queries.awards_of(session, consumer)

    for taken in (7, 13):
        with database.writing() as session:
            service.take_back(session, line.award_id, credits_=Credits(taken), actor_id="acc_example", reason="退货")
        require_sound(database)

    with database.reading() as session:
        assert paid(session, line.award_id) == {"us": 0, "brand": 0, "city": 0}
        city = next(one for one in queries.funder_totals(session, shop.issuer_id) if one.funder == "city")
    assert (city.credits, city.budget_credits, city.left_credits) == (0, 3, 3)


@pytest.mark.proves("AWD-6")
def test_a_funders_budget_stops_what_needs_him_and_the_trace_names_him(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(session, scheme=scheme_with(purchase_rule(), budget=4))
    consumer = shop.consumers["CARD-0001"]

    lines = [bought(receipt_no=f"R{number}", amount_yuan="20.00") for number in range(3)]
    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "three.csv", lines))

    with database.reading() as session:
        second, first = queries.awards_of(session, consumer)
        found = [(one.credits, paid(session, one.award_id)["city"]) for one in (first, second)]
    # Of 9 a sixth is 1½, and the half goes to whoever stands first; of 10 it were 2, and the city has 1 left.
    assert found == [(20, 3), (9, 1)]
    assert second.trace[-1] == TraceStep(step="funder", found=20, limit=1, credits=Credits(9), of="city")
    assert (outcome.awarded, outcome.no_credit) == (2, 1)


@pytest.mark.proves("AWD-1", "AWD-2")
def test_a_bonus_comes_on_top_as_an_award_of_its_own_and_money_is_counted_once(
    database: Database, tmp_path: Path
) -> None:
    bonus = purchase_rule(
        name="bonus_day", group="bonus", rate=PercentOfGiven(percent=50), conditions=(CalendarDays(days=(5,)),)
    )
    group = RuleGroup(name="bonus", title=Words(zh="加成", en="Bonus"), choice="all")
    with database.writing() as session:
        shop = make_shop(session, scheme=scheme_with(purchase_rule(), bonus, groups=(group,), funding="issuer"))
    consumer = shop.consumers["CARD-0001"]

    outcome = take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", [bought()]))

    with database.reading() as session:
        top, base = queries.awards_of(session, consumer)
        totals = queries.totals_of(session, consumer)
    assert [(one.rule_name, one.credits, one.spent_fen) for one in (base, top)] == [
        ("organic", 36, 3650),
        ("bonus_day", 18, None),
    ]
    assert top.trace == (TraceStep(step="rate", found=36, limit=50, credits=Credits(18)),)
    assert (totals.credits, totals.spent_fen, totals.unquantified_count) == (54, 3650, 1)
    assert (outcome.awarded, outcome.credits) == (1, 54)


@pytest.mark.proves("AWD-1")
def test_caps_of_the_issuer_hold_over_all_rules_and_files(database: Database, tmp_path: Path) -> None:
    soy = purchase_rule(name="soy", products=("soy_drinks",), rate=PerYuan(credits=Credits(1)))
    capped = scheme_with(purchase_rule(), soy, caps=Caps(per_day=Credits(50)), funding="issuer")
    with database.writing() as session:
        shop = make_shop(session, scheme=capped)
    consumer = shop.consumers["CARD-0001"]

    take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", [bought()]))
    take_in(database, shop.receipts, receipt_csv(tmp_path / "two.csv", [bought(receipt_no="R2", product_code="soy")]))

    assert awarded(database, consumer) == [36, 14]


@pytest.mark.proves("AWD-1")
def test_occasions_are_counted_across_files(database: Database, tmp_path: Path) -> None:
    every_third = purchase_rule(conditions=(Count(span="month", first=3, every=3),))
    with database.writing() as session:
        shop = make_shop(session, every_third)
    consumer = shop.consumers["CARD-0001"]

    for number in range(7):
        line = bought(receipt_no=f"R{number}", sold_at="2026-01-05T10:00:00" if number < 4 else "2026-01-06T10:00:00")
        take_in(database, shop.receipts, receipt_csv(tmp_path / f"{number}.csv", [line]))

    with database.reading() as session:
        found = queries.awards_of(session, consumer)
    assert [(one.occurred_on, one.credits) for one in found] == [(date(2026, 1, 6), 36), (date(2026, 1, 5), 36)]


@pytest.mark.proves("AWD-6", "AWD-2")
def test_a_filing_with_a_funder_who_never_paid_so_far_breaks_nothing_before_its_first_evidence(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    soy = purchase_rule(name="soy", products=("soy_drinks",), rate=PerYuan(credits=Credits(1)))
    capped = scheme_with(purchase_rule(), soy, caps=Caps(per_day=Credits(36)))
    with database.writing() as session:
        shop = make_shop(session, scheme=capped)
    rows = [bought(), bought(receipt_no="R2", product_code="soy")]
    take_in(database, shop.receipts, receipt_csv(tmp_path / "one.csv", rows))
    with database.reading() as session:
        (line,) = queries.awards_of(session, shop.consumers["CARD-0001"])
        nothing = line.evidence_id + 1
        before = explain_evidence(session, nothing)

    with database.writing() as session:
        four = scheme_with(
            purchase_rule(),
            soy,
            caps=Caps(per_day=Credits(36)),
            funders=(*capped.funders, funder("newcomer", FunderKind.MERCHANT, 100)),
            fundings=(
                FundingSplit(
                    name="shared",
                    title=Words(zh="四方出资", en="Four pay"),
                    shares=tuple(Share(funder=one, parts=1) for one in ("us", "brand", "city", "newcomer")),
                ),
            ),
        )
        file_again(session, shop, clock, scheme=four)
    require_sound(database)
    with database.writing() as session:
        service.take_back(session, line.award_id, credits_=Credits(36), actor_id="acc_example", reason="退货")
        after = explain_evidence(session, nothing)

    require_sound(database)
    assert (before.verdict, before.rules[0].outcome, after) == ("nothing", "capped", before)
