"""A dry run says what rules would have done to a past period; it writes nothing, and a later real run does the same."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.awards import jobs, queries
from greencredit.awards import service as awarding
from greencredit.awards.service import dry_run as dry_runs
from greencredit.awards.service.dry_run import dry_run
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import (
    Caps,
    Count,
    EarningRule,
    Funder,
    FunderKind,
    FundingSplit,
    Ground,
    NewGift,
    PerAction,
    PercentOfGiven,
    Receipt,
    RuleGroup,
    Share,
    Weekday,
)
from greencredit.schemas.awards.trials import DryRun, TrialLine
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Credits, Period, Words
from tests.awards.service.test_gift import gift_rule
from tests.factories.awards import publish_factors, purchase_rule, state
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv
from tests.factories.issuers import new_scheme

JANUARY = Period(since=date(2026, 1, 1), until=date(2026, 2, 1))
FEBRUARY = Period(since=date(2026, 2, 1), until=date(2026, 3, 1))
TODAY = (purchase_rule(caps=Caps(per_day=60, per_month=150)), purchase_rule(name="soy", products=("soy_drinks",)))
TRIED = (
    purchase_rule(version=2, multiplier_percent=200, caps=Caps(per_day=60, per_month=150), budget_credits=500),
    purchase_rule(name="soy", products=("soy_drinks",), conditions=(Receipt(least=3000),)),
    purchase_rule(
        name="third", products=("soy_drinks",), conditions=(Count(span="month", first=3),), multiplier_percent=300
    ),
    purchase_rule(name="monday", group="bonus", rate=PercentOfGiven(percent=50), conditions=(Weekday(any_of=(1,)),)),
)
BONUS = RuleGroup(name="bonus", title=Words(zh="加成", en="Bonus"), choice="all")


def scheme_of(*rules: EarningRule) -> Scheme:
    """File rules with a bonus group, and a brand that pays a third up to a budget."""
    brand = Funder(
        name="brand_a",
        kind=FunderKind.BRAND,
        title=Words(zh="示例品牌", en="Example brand"),
        party="示例品牌",
        budget_credits=Credits(120),
    )
    issuer = Funder(name="issuer", kind=FunderKind.ISSUER, title=Words(zh="发行主体", en="The issuer"))
    split = FundingSplit(
        name="shared",
        title=Words(zh="共同出资", en="Shared"),
        shares=(Share(funder="issuer", parts=2), Share(funder="brand_a", parts=1)),
    )
    more = {"rules": rules, "groups": (BONUS,), "funders": (issuer, brand), "fundings": (split,), "funding": "shared"}
    plain = new_scheme()
    return Scheme(**({name: getattr(plain, name) for name in type(plain).model_fields} | more))


def lines(count: int = 40) -> list[dict[str, object]]:
    """Give receipts of one or two lines, of three households, over a month."""
    rows: list[dict[str, object]] = []
    for number in range(count):
        facts = {
            "receipt_no": f"R{number:03d}",
            "card_no": f"CARD-000{number % 3 + 1}",
            "sold_at": f"2026-01-{number % 28 + 1:02d}T1{number % 9}:00:00",
        }
        for line, product in enumerate(("carrots", "soy")[: number % 2 + 1], start=1):
            rows.append(bought(**facts, line_no=line, product_code=product, amount_yuan=f"{number + line * 9}.{line}0"))
    return rows


def open_shop(database: Database, scheme: Scheme) -> Shop:
    """Open a shop whose scheme is in force."""
    with database.writing() as session:
        publish_factors(session)
        return make_shop(session, scheme=scheme)


def run_dry(database: Database, shop: Shop, scheme: Scheme) -> tuple[DryRun, list[TrialLine]]:
    """Run a scheme dry on January."""
    found: list[TrialLine] = []
    with database.reading() as session:
        return dry_run(session, shop.issuer_id, scheme, JANUARY, told=found.append), found


def real(database: Database) -> list[tuple[int, str, int]]:
    """Give what was really awarded: evidence, rule, credits."""
    statement = (
        "SELECT a.evidence_id, r.name, a.credits FROM awards_award a JOIN awards_rule r ON r.id = a.rule_id "
        "ORDER BY a.event_id"
    )
    with database.reading() as session:
        return [(int(one), name, int(credits_)) for one, name, credits_ in session.execute(text(statement))]


def everything(database: Database) -> dict[str, object]:
    """Give how many rows every table holds, and all that imports write."""
    with database.reading() as session:
        names = session.execute(
            text(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                if session.get_bind().dialect.name == "sqlite"
                else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ).scalars()
        counts = {name: session.scalar(text(f'SELECT COUNT(*) FROM "{name}"')) for name in sorted(names)}
    return counts | state(database)


@pytest.mark.proves("AWD-1")
def test_a_dry_run_is_what_the_later_real_run_does(twins: tuple[Database, Database], tmp_path: Path) -> None:
    today, tomorrow = twins
    path = receipt_csv(tmp_path / "january.csv", lines())
    shop = open_shop(today, scheme_of(*TODAY))
    jobs.import_file(today, shop.receipts, path)
    found, told = run_dry(today, shop, scheme_of(*TRIED))
    other = open_shop(tomorrow, scheme_of(*TRIED))
    jobs.import_file(tomorrow, other.receipts, path)

    booked = real(tomorrow)

    assert sorted((one.evidence_id, one.rule, one.credits) for one in told) == sorted(booked)
    assert found.credits == sum(credits_ for _, _, credits_ in booked)
    with tomorrow.reading() as session:
        sums = {one.name: (one.count, one.credits) for one in queries.rule_totals(session, other.issuer_id)}
    assert {one.name: (one.count, one.credits) for one in found.rules} == sums
    assert found.credits_in_force == sum(credits_ for _, _, credits_ in real(today))


@pytest.mark.proves("AWD-1")
def test_a_dry_run_leaves_every_row_as_it_was(twins: tuple[Database, Database], tmp_path: Path) -> None:
    database, _ = twins
    shop = open_shop(database, scheme_of(*TODAY))
    jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "january.csv", lines()))
    before = everything(database)

    run_dry(database, shop, scheme_of(*TRIED))

    assert everything(database) == before


@pytest.mark.proves("AWD-1")
def test_a_dry_run_says_cost_caps_and_who_would_get_more_or_less(
    twins: tuple[Database, Database], tmp_path: Path
) -> None:
    database, _ = twins
    shop = open_shop(database, new_scheme(purchase_rule(caps=Caps(per_day=20))))
    rows = [
        bought(receipt_no="A", card_no="CARD-0001", amount_yuan="30.00"),
        bought(receipt_no="B", card_no="CARD-0002", amount_yuan="15.00"),
    ]
    jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "a.csv", rows))

    found, told = run_dry(
        database,
        shop,
        new_scheme(purchase_rule(version=2, caps=Caps(per_day=25), since=date(2027, 1, 1)), fen_per_100=150),
    )

    assert (found.evidence, found.earning, found.holders) == (2, 2, 2)
    assert (found.credits, found.credits_in_force) == (40, 35)
    assert (found.cost_fen, found.cost_in_force_fen) == (60, 35)
    assert [(one.step, one.times, one.cut) for one in found.caps] == [("cap_day", 1, 5)]
    assert [
        (one.name, one.version, one.version_in_force, one.credits, one.credits_in_force) for one in found.rules
    ] == [("organic", 2, 1, 40, 35)]
    assert [(one.least, one.holders, one.more, one.same) for one in found.bands if one.holders] == [(1, 2, 1, 1)]
    with database.reading() as session:
        named = ledger.for_issuer(session, shop.issuer_id)
        first = named(ledger.holder_number(session, shop.consumers["CARD-0001"]))
    assert [(one.holder, one.credits, one.credits_in_force) for one in found.largest][:1] == [(first, 25, 20)]
    assert [one.holder for one in told] == [one.holder for one in found.largest]


@pytest.mark.proves("AWD-1")
def test_rules_that_hold_later_hold_only_then_when_asked_as_filed(
    twins: tuple[Database, Database], tmp_path: Path
) -> None:
    database, _ = twins
    shop = open_shop(database, new_scheme(purchase_rule()))
    jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "a.csv", [bought()]))
    later = new_scheme(purchase_rule(version=2, since=date(2027, 1, 1)))

    with database.reading() as session:
        found = dry_run(session, shop.issuer_id, later, JANUARY, as_filed=True)

    assert (found.evidence, found.credits) == (1, 0)


@pytest.mark.proves("AWD-1")
def test_pages_of_any_size_say_the_same(
    twins: tuple[Database, Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = twins
    shop = open_shop(database, scheme_of(*TODAY))
    jobs.import_file(database, shop.receipts, receipt_csv(tmp_path / "january.csv", lines()))
    whole = run_dry(database, shop, scheme_of(*TRIED))

    monkeypatch.setattr(dry_runs, "_PAGE", 7)

    assert run_dry(database, shop, scheme_of(*TRIED)) == whole


@pytest.mark.proves("AWD-1", "AWD-4")
def test_gifts_are_tried_too_and_come_to_what_the_later_real_run_gives(twins: tuple[Database, Database]) -> None:
    filed = gift_rule(Ground.REVIEW)
    raised = gift_rule(Ground.REVIEW, rate=PerAction(credits=Credits(20)))
    shops = [
        open_shop(database, new_scheme(purchase_rule(), rule))
        for database, rule in zip(twins, (filed, raised), strict=True)
    ]
    sums: list[int] = []
    for database, shop in zip(twins, shops, strict=True):
        for number in range(3):
            told = NewGift(
                ground=Ground.REVIEW,
                consumer=shop.consumers["CARD-0001"],
                happened_on=date(2026, 1, 5),
                reference=f"REV-{number}",
            )
            with database.writing() as session:
                sums.append(awarding.give(session, shop.issuer_id, told).credits)

    with twins[0].reading() as session:
        found, outside = (
            dry_run(session, shops[0].issuer_id, new_scheme(purchase_rule(), raised), period)
            for period in (JANUARY, FEBRUARY)
        )

    assert sums == [10, 10, 10, 20, 10, 0]
    assert (found.credits_in_force, found.credits) == (sum(sums[:3]), sum(sums[3:]))
    assert [(one.step, one.times, one.cut) for one in found.caps] == [("cap_person", 2, 30)]
    assert [(one.name, one.count, one.count_in_force) for one in found.rules] == [
        ("gift_review", 2, 3),
        ("organic", 0, 0),
    ]
    assert (outside.evidence, outside.credits) == (0, 0)
