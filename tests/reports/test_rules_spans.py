"""Months, quarters, years and other periods; illustrations only of what somebody saw."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

from greencredit.actions import queries as actions
from greencredit.kernel.database import Database
from greencredit.reports import rules
from greencredit.reports.catalogue import consumer
from greencredit.reports.render import words
from greencredit.schemas.actions import Factor, Gas, Tier
from greencredit.schemas.reports import EquivalentBasis, Lang, Span
from greencredit.schemas.values import Grams, Period, Words
from tests.factories import reports
from tests.factories.awards import publish_factors
from tests.reports.paper import page_of, words_of


def period(since: str, until: str) -> Period:
    """Write a period shortly."""
    return Period(since=date.fromisoformat(since), until=date.fromisoformat(until))


@pytest.mark.parametrize(
    ("found", "kind", "before", "zh", "en"),
    [
        (
            period("2026-03-01", "2026-04-01"),
            Span.MONTH,
            period("2026-02-01", "2026-03-01"),
            "2026 年 3 月",
            "March 2026",
        ),
        (
            period("2026-01-01", "2026-04-01"),
            Span.QUARTER,
            period("2025-10-01", "2026-01-01"),
            "2026 年第 1 季度",
            "quarter 1 of 2026",
        ),
        (period("2026-01-01", "2027-01-01"), Span.YEAR, period("2025-01-01", "2026-01-01"), "2026 年", "2026"),
        (
            period("2026-02-01", "2026-05-01"),
            Span.DAYS,
            period("2025-11-04", "2026-02-01"),
            "2026 年 2 月 1 日 — 2026 年 4 月 30 日",
            "1 February 2026 — 30 April 2026",
        ),
        (
            period("2026-03-09", "2026-03-10"),
            Span.DAYS,
            period("2026-03-08", "2026-03-09"),
            "2026 年 3 月 9 日 — 2026 年 3 月 9 日",
            "9 March 2026 — 9 March 2026",
        ),
    ],
)
def test_a_period_has_a_kind_a_name_and_one_before_it(
    found: Period, kind: Span, before: Period, zh: str, en: str
) -> None:
    assert rules.span_of(found) is kind
    assert rules.before(found) == before
    assert (words.period_title(found, "zh"), words.period_title(found, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("found", "count"),
    [(reports.MONTH, 12), (reports.QUARTER, 8), (reports.YEAR, 5), (reports.DAYS, 2)],
)
def test_a_trend_is_made_of_periods_of_one_kind_without_a_gap(found: Period, count: int) -> None:
    trend = rules.trend_of(found)

    assert (len(trend), trend[-1]) == (count, found)
    assert [one.until for one in trend[:-1]] == [one.since for one in trend[1:]]
    assert {rules.span_of(one) for one in trend} == {rules.span_of(found)}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("found", [reports.MONTH, reports.QUARTER, reports.DAYS])
@pytest.mark.proves("REP-1")
def test_a_report_is_compared_with_the_period_before(found: Period, lang: Lang) -> None:
    report = reports.consumer_report(120, period=found)
    assert report.before is not None
    more = report.totals.credits - report.before.credits

    said = words_of(page_of(report, lang))

    change = f"+{more:,}" if more > 0 else f"{more:,}".replace("-", "\u2212")
    name = words.period_title(report.before.period, lang)
    assert (f"与 {name}相比：积分 {change} 分" if lang == "zh" else f"Against {name}: {change} credits") in said


def test_where_nothing_was_on_record_before_nothing_is_compared() -> None:
    report = reports.consumer_report(60)

    assert report.before is None
    assert "2024 年没有计入的记录，不作比较。" in words_of(page_of(report, "zh"))


def factor(**changes: Any) -> Factor:  # noqa: ANN401 - any field of a factor
    """Describe a factor of an illustration."""
    facts: dict[str, Any] = {
        "id": "car",
        "version": 1,
        "series": "car",
        "selection": "latest",
        "category": "vehicle_km",
        "title": Words(zh="示例", en="Example"),
        "value": Decimal("0.2"),
        "unit": "kgCO2e/km",
        "gas": Gas.CO2E,
        "region": "CN",
        "valid_from": None,
        "valid_to": None,
        "tier": Tier.B,
        "verification": "verified",
        "publisher": "示例",
        "document": "示例",
        "source_url": "",
        "notes": "",
    }
    return Factor(**(facts | changes))


KM: Final = EquivalentBasis(
    name="km", factor="car", title=Words(zh="行驶", en="driven"), unit=Words(zh="公里", en="km")
)


@pytest.mark.parametrize(
    ("changes", "kept"),
    [({}, 1), ({"tier": Tier.D}, 0), ({"verification": "recalled"}, 0), ({"gas": Gas.CO2}, 0)],
)
def test_only_a_factor_of_co2e_that_somebody_saw_illustrates(changes: dict[str, Any], kept: int) -> None:
    assert len(rules.equivalent_bases([KM], {"car": factor(**changes)})) == kept
    assert rules.equivalent_bases([KM], {}) == ()


@pytest.mark.parametrize(("grams", "amounts"), [(0, []), (199, []), (200, [1]), (1_999, [9]), (-5_000, [])])
def test_an_illustration_is_rounded_down_and_left_out_below_one(grams: int, amounts: list[int]) -> None:
    bases = rules.equivalent_bases([KM], {"car": factor()})

    assert [one.amount for one in rules.equivalents_of(Grams(grams), bases)] == amounts


def test_every_illustration_of_the_house_has_a_published_factor(database: Database) -> None:
    with database.writing() as session:
        publish_factors(session)
    with database.reading() as session:
        shared = consumer.background(session, reports.YEAR)
        published = {one.id for one in actions.factor_versions(session)}

    assert {basis.name for basis, _factor in shared.equivalents} == {"car_km", "electricity_kwh"}
    assert {basis.factor for basis, _factor in shared.equivalents} <= published
