"""A household's page: what it shows is what the ledger, the awards and the filing say."""

from datetime import date
from pathlib import Path

import pytest

from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.database import Database
from greencredit.schemas.awards import ConsumerTotals, Ground, MonthTotal, SubjectTotal
from greencredit.schemas.values import Credits, Fen, Grams, Words
from greencredit.schemas.web import OwedLine, YearLink
from greencredit.web import household
from tests.factories.issuers import owed_up_to
from tests.factories.ledger import redeem, reverse
from tests.factories.web import make_filed_issuer, make_household


def _subject(family: str, grams: int | None, credits_: int = 10, count: int = 1) -> SubjectTotal:
    return SubjectTotal(
        ground=Ground.ACTION,
        subject=family,
        title=Words(zh=family, en=family),
        family=family,
        count=count,
        credits=Credits(credits_),
        spent_fen=Fen(0),
        grams=None if grams is None else Grams(grams),
        tier="B",
    )


def _totals(*subjects: SubjectTotal) -> ConsumerTotals:
    return ConsumerTotals(
        count=sum(one.count for one in subjects),
        credits=Credits(sum(one.credits for one in subjects)),
        spent_fen=Fen(0),
        grams=Grams(sum(one.grams or 0 for one in subjects)),
        unquantified_count=sum(one.count for one in subjects if one.grams is None),
        by_subject=subjects,
        by_month=(),
    )


def _month(month: str, credits_: int) -> MonthTotal:
    return MonthTotal(month=month, count=1, credits=Credits(credits_), spent_fen=Fen(0), grams=Grams(0))


@pytest.mark.proves("SUP-6")
def test_a_household_sees_its_balance_its_worth_and_every_award(shared: Database, tmp_path: Path) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))

    with shared.reading() as session:
        page = household.page_of(session, consumer_id)

    assert (page.name, page.balance, page.held, page.worth_fen) == ("示例住户", 416, 0, 416)
    assert (page.year, page.years) == (2026, (YearLink(year=2026, chosen=True),))
    assert (page.month_label.zh, page.earned_month, page.earned_year) == ("2026 年 3 月", 0, 416)
    assert (page.count_year, page.unquantified_count, page.is_empty) == (4, 2, False)
    assert [(line.occurred_on, line.what.zh, line.amount.zh, line.credits, line.tier) for line in page.movements] == [
        (date(2026, 2, 28), "地铁出行（按里程）", "200 人公里", 300, "B"),
        (date(2026, 2, 20), "地铁出行（按里程）", "12 人公里", 68, "B"),
        (date(2026, 2, 14), "有机农产品", "¥12.90", 12, None),
        (date(2026, 1, 5), "有机农产品", "¥36.50", 36, None),
    ]
    assert sum(line.grams or 0 for line in page.movements) == page.grams_year


@pytest.mark.proves("SUP-6", "AWD-2")
def test_every_award_says_in_sentences_how_it_was_reckoned(shared: Database, tmp_path: Path) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))

    with shared.reading() as session:
        lines = household.page_of(session, consumer_id).movements

    assert [sentence.zh for sentence in lines[3].why.sentences] == [
        "绿色商品金额 ¥36.50，每 1 元 1 分，不足 1 分的舍去，得 36 分。",
        "这类商品没有适用的核算方法，减排量写作“未量化”，不影响得分。",
    ]
    assert [sentence.en for sentence in lines[0].why.sentences] == [
        "11.4 kg CO2e avoided, 100 credits for each kilogram, rounded down: 1,139 credits.",
        "The cap for one person and day still allowed 300: cut from 1,139 to 300 credits.",
        "11.4 kg CO2e avoided, quality B; method and factors stand in the personal report.",
    ]
    assert (lines[0].why.rule_title.zh, lines[0].why.rule_version, lines[0].issuer_name) == (
        "绿色出行",
        1,
        "示例零售有限公司",
    )


@pytest.mark.proves("SUP-6")
def test_what_was_taken_back_is_shown_with_its_reason(shared: Database, tmp_path: Path) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    with shared.writing() as session:
        ride = awards.awards_of(session, consumer_id, limit=1)[0]
        awarding.take_back(session, ride.award_id, credits_=300, actor_id="acc_example", reason="行程撤销（示例）")

    with shared.reading() as session:
        page = household.page_of(session, consumer_id)

    assert (page.balance, page.worth_fen) == (116, 116)
    assert [(line.credits, line.reversed_credits, line.reason) for line in page.movements[:2]] == [
        (300, 300, "行程撤销（示例）"),
        (68, 0, None),
    ]


@pytest.mark.proves("SUP-6")
def test_what_is_owed_after_a_reversal_of_spent_credits_is_shown_with_the_issuer(
    shared: Database, tmp_path: Path
) -> None:
    issuer = make_filed_issuer(shared, clawback=owed_up_to(120))
    consumer_id = make_household(shared, tmp_path, issuer)
    with shared.writing() as session:
        ride = awards.awards_of(session, consumer_id, limit=1)[0]
        redeem(session, 416, holder=consumer_id)
        reverse(session, ride.award_id, 300)

    with shared.reading() as session:
        page = household.page_of(session, consumer_id)

    assert (page.balance, page.owed) == (
        0,
        (OwedLine(issuer_id=issuer.issuer_id, issuer_name=issuer.name, credits=Credits(120)),),
    )


def test_whoever_owes_nothing_is_told_nothing_of_it(shared: Database, tmp_path: Path) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))

    with shared.reading() as session:
        assert household.page_of(session, consumer_id).owed == ()


@pytest.mark.proves("SUP-6", "LIF-1")
def test_who_owes_the_credits_is_named_with_filing_and_validity(shared: Database, tmp_path: Path) -> None:
    issuer = make_filed_issuer(shared)
    consumer_id = make_household(shared, tmp_path, issuer)

    with shared.reading() as session:
        page = household.page_of(session, consumer_id)

    (liable,) = page.liable
    assert (liable.issuer_id, liable.name, liable.balance, liable.worth_fen) == (
        issuer.issuer_id,
        issuer.name,
        416,
        416,
    )
    assert (liable.face_value.zh, liable.validity.zh, liable.expires_at) == ("每 100 分抵 ¥1.00", "终身有效", None)
    assert page.validity == Words(zh="终身有效", en="Valid for life")
    assert liable.filing_number is not None


def test_a_page_of_movements_goes_on_where_the_one_before_ended(
    shared: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(household, "PAGE_LINES", 3)
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))

    with shared.reading() as session:
        first = household.page_of(session, consumer_id)
        second = household.page_of(session, consumer_id, before=first.older)

    assert [line.credits for line in first.movements] == [300, 68, 12]
    assert (first.is_first_page, first.older) == (True, first.movements[-1].event_id)
    assert [line.credits for line in second.movements] == [36]
    assert (second.is_first_page, second.older) == (False, None)


def test_a_household_without_an_award_has_an_honest_page(shared: Database, tmp_path: Path) -> None:
    consumer_id = make_household(shared, tmp_path, name="示例住户（空）")

    with shared.reading() as session:
        page = household.page_of(session, consumer_id)

    assert (page.is_empty, page.balance, page.worth_fen, page.grams_year) == (True, 0, 0, 0)
    assert (page.movements, page.bars, page.liable, page.years, page.highest_label) == ((), (), (), (), None)
    assert {column.height for column in page.columns} == {0}


def test_bars_add_up_categories_and_leave_out_what_is_not_quantified() -> None:
    totals = _totals(
        _subject("recycling", 1_000), _subject("green_travel", 3_000, count=2), _subject("shopping", None, count=9)
    )

    bars = household.bars_of(totals)

    assert [(bar.label.zh, bar.grams, bar.note.en, bar.length_permille, bar.share_percent) for bar in bars] == [
        ("绿色出行", 3_000, "2 times · 10 credits", 1000, 75),
        ("资源回收", 1_000, "once · 10 credits", 333, 25),
    ]


def test_a_category_that_emitted_more_than_its_baseline_has_no_length_and_no_share() -> None:
    bars = household.bars_of(_totals(_subject("green_travel", 500), _subject("energy_saving", -200)))

    assert [(bar.grams, bar.length_permille, bar.share_percent) for bar in bars] == [(500, 1000, 167), (-200, 0, None)]


@pytest.mark.parametrize(
    ("grams", "shares"),
    [
        ((676, 176, 148), [68, 17, 15]),  # rounded one by one: 68 + 18 + 15
        ((1, 1, 1), [34, 33, 33]),
        ((334, 333, 333), [34, 33, 33]),
        ((1_000,), [100]),
        ((999, 1, 0), [100, 0, 0]),
    ],
)
def test_the_shares_of_all_categories_add_up_to_a_hundred(grams: tuple[int, ...], shares: list[int]) -> None:
    bars = household.bars_of(_totals(*(_subject(f"category_{place}", one) for place, one in enumerate(grams))))

    assert [bar.share_percent for bar in bars] == shares
    assert sum(shares) == 100


def test_twelve_columns_share_one_scale_and_the_first_of_the_highest_is_marked() -> None:
    columns = household.columns_of([_month("2025-02", 50), _month("2025-03", 100), _month("2025-11", 100)])

    assert [(one.month, one.height, one.highest) for one in columns if one.height] == [
        (2, 54, False),
        (3, 108, True),
        (11, 108, False),
    ]
    assert [one.y + one.height for one in columns] == [128] * 12
