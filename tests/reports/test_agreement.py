"""Whatever happened, every copy of a figure says the same: page, report.json, table, and the ledger's own sums."""

import csv
import io
import itertools
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.reports.catalogue import consumer, statement
from greencredit.reports.catalogue.proof import proof_of
from greencredit.reports.queries import kinds
from greencredit.reports.render.press import sheet_of
from greencredit.reports.rules import facts_json
from greencredit.schemas.reports import Lang, ReportFacts
from greencredit.schemas.values import Period
from tests.factories.awards import action_rule, publish_factors, purchase_rule, take_in
from tests.factories.evidence import activities_csv, bought, did, make_shop, receipt_csv
from tests.factories.issuers import owed_up_to
from tests.factories.ledger import hold, redeem
from tests.reports.paper import page_of, words_of

YEAR: Final = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))
CARD: Final = "CARD-0001"

happenings = st.lists(
    st.one_of(
        st.tuples(st.just("buy"), st.integers(1, 9_000), st.integers(0, 58)),
        st.tuples(st.just("ride"), st.integers(1, 40), st.integers(0, 58)),
        st.tuples(st.just("spend"), st.integers(1, 60), st.just(0)),
        st.tuples(st.just("set aside"), st.integers(1, 20), st.just(0)),
        st.tuples(st.just("take back"), st.integers(1, 100), st.integers(0, 9)),
    ),
    min_size=1,
    max_size=14,
)


def facts_of(facts: ReportFacts) -> tuple[str, dict[str, Any], list[dict[str, str]]]:
    """Give the three copies a reader can hold: the words of the page, the data, the table."""
    [kind] = [kind for kind in kinds().values() if kind.facts is type(facts)]
    table = sheet_of(kind, facts).decode("utf-8-sig")
    return (
        words_of(page_of(facts, "en")),
        json.loads(facts_json(kind.name, facts))["facts"],
        list(csv.DictReader(io.StringIO(table))),
    )


def lived(database: Database, folder: Path, life: list[tuple[str, int, int]], turn: int) -> str:
    """Let a household live one life; give its id."""
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(), action_rule(), number=turn + 1, clawback=owed_up_to(30))
    receipts = [
        bought(receipt_no=f"R{turn}-{place}", sold_at=_at(day), amount_yuan=f"{amount // 100}.{amount % 100:02d}")
        for place, (what, amount, day) in enumerate(life)
        if what == "buy"
    ]
    rides = [
        did(record_no=f"T{turn}-{place}", quantity=str(amount), done_at=_at(day))
        for place, (what, amount, day) in enumerate(life)
        if what == "ride"
    ]
    if receipts:
        take_in(database, shop.receipts, receipt_csv(folder / f"receipts-{turn}.csv", receipts))
    if rides:
        take_in(database, shop.activities, activities_csv(folder / f"rides-{turn}.csv", rides))
    holder = shop.consumers[CARD]
    for place, (what, amount, pick) in enumerate(life):
        with database.writing() as session:
            has = sum(one.available for one in ledger.balances_of(session, holder))
            lines = awards.awards_of(session, holder)
            if what == "spend" and has:
                redeem(session, min(amount, has), holder=holder, merchant="mer_example", key=f"s{turn}-{place}")
            if what == "set aside" and has:
                hold(session, min(amount, has), holder=holder, key=f"h{turn}-{place}")
            if what == "take back" and lines:
                line = lines[pick % len(lines)]
                left = line.credits - line.reversed_credits
                if left:
                    awarding.take_back(
                        session,
                        line.award_id,
                        credits_=max(1, left * amount // 100),
                        actor_id="acc_example",
                        reason="示例：退货",
                        key=f"b{turn}-{place}",
                    )
    return holder


def _at(day: int) -> str:
    return f"{date(2026, 1, 1) + timedelta(days=day)}T10:00:00"


@pytest.mark.proves("REP-1")
def test_page_data_table_and_ledger_agree_after_any_life(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
    turns = itertools.count()

    @settings(
        max_examples=8,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(happenings)
    def agrees(life: list[tuple[str, int, int]]) -> None:
        holder = lived(database, tmp_path, life, next(turns))
        with database.reading() as session:
            report = consumer.gather(session, holder, YEAR)
            moved = statement.gather(session, holder, YEAR)
            total = next(iter(ledger.totals_of(session, holder)), None)
            known = awards.totals_of(session, holder, YEAR)
        said, facts, rows = facts_of(report)
        left = [int(row["credits"]) - int(row["reversed_credits"]) for row in rows]
        whole = [one for one, row in zip(left, rows, strict=True) if one]
        grams = [int(row["avoided_g_co2e"] or 0) for one, row in zip(left, rows, strict=True) if one]

        assert facts["totals"]["credits"] == sum(whole) == known.credits
        assert facts["totals"]["avoided_g_co2e"] == sum(grams) == known.grams
        assert facts["totals"]["awards"] == len(whole) == known.count
        if rows:
            assert f": {sum(whole):,} credits; " in said
            assert f"{sum(grams) / 1000:,.3f} kg CO₂e quantified." in said or known.unquantified_count == known.count
        assert sum(flow["balance"] for flow in facts["flows"]) == (total.balance if total else 0)

        proof = facts_of(proof_of(report))
        assert sum(int(row["awards"]) for row in proof[2]) == proof[1]["awards"] == known.count
        assert sum(int(row["avoided_g_co2e"]) for row in proof[2]) == proof[1]["avoided_g_co2e"] == known.grams

        said, facts, rows = facts_of(moved)
        closing = sum(account["closing"] for account in facts["accounts"])
        assert closing == sum(int(row["change"]) for row in rows) == (total.balance if total else 0)
        assert sum(account["closing_owed"] for account in facts["accounts"]) == (total.owed if total else 0)
        if rows:
            assert f"carried forward {closing:,}" in said
            assert int(rows[-1]["balance"]) == closing

    agrees()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_factor_that_was_replaced_after_the_award_is_shown_as_it_was_used(
    database: Database, tmp_path: Path, lang: Lang
) -> None:
    with database.writing() as session:
        publish_factors(session)
    holder = lived(database, tmp_path, [("ride", 12, 3)], 1)
    with database.reading() as session:
        report = consumer.gather(session, holder, YEAR)
        shared = consumer.background(session, YEAR)
        titles = {**shared.factor_titles}
        [first, *_] = report.factors
        titles[first.factor_id, first.version + 1] = first.title
        later = consumer.gather(
            session, holder, YEAR, consumer.Background(**{**shared.__dict__, "factor_titles": titles})
        )

    assert [one.replaced_by for one in report.factors] == [None] * len(report.factors)
    [marked] = [one for one in later.factors if one.replaced_by]
    assert (marked.factor_id, marked.value, marked.replaced_by) == (first.factor_id, first.value, first.version + 1)
    assert later.totals == report.totals
    said = words_of(page_of(later, lang))
    newer = first.version + 1
    assert (f"此后已发布第 {newer} 版" if lang == "zh" else f"version {newer} has been published since") in said


def test_a_period_across_a_change_of_factors_shows_both_values(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        publish_factors(session)
        shop = make_shop(session, action_rule(actions=("rooftop_pv",)))
    days = ("2025-12-29T10:00:00", "2026-01-03T10:00:00")
    records = [
        did(record_no=f"T{place}", action="rooftop_pv", quantity="100", done_at=day) for place, day in enumerate(days)
    ]
    take_in(database, shop.activities, activities_csv(tmp_path / "roof.csv", records))

    with database.reading() as session:
        report = consumer.gather(session, shop.consumers[CARD], Period(since=date(2025, 12, 1), until=date(2026, 2, 1)))

    grid = [one for one in report.factors if one.factor_id.startswith("elec_co2_")]
    assert len(grid) == 2
    assert len({one.value for one in grid}) == 2
    assert [line.awards for line in report.months] == [1, 1]
    said = words_of(page_of(report, "zh"))
    assert all(f"{one.valid_from} 至" in said and one.document in said for one in grid)
