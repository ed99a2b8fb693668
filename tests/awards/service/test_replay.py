"""What earned nothing is replayed as things stood then: the conditions, the caps, and what would have been needed."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest

from greencredit.awards import jobs
from greencredit.awards.service.replay import explain_evidence
from greencredit.evidence import rules as evidence
from greencredit.evidence.errors import NoSuchEvidence
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.schemas.awards import Caps, Count, FirstTime, Ground, PerYuan, Spent, Weekday
from greencredit.schemas.awards.explained import EvidenceExplained
from tests.awards.service.test_filed import file_again
from tests.awards.service.test_gift import gift_rule, given, opened
from tests.factories.awards import awarded, purchase_rule
from tests.factories.evidence import Shop, bought, make_shop, receipt_csv

SOY = purchase_rule(name="soy", products=("soy_drinks",), rate=PerYuan(credits=1, per_yuan=10))


def told(database: Database, batch: int, line: int) -> EvidenceExplained:
    """Explain a line of a file."""
    with database.reading() as session:
        return explain_evidence(session, evidence.evidence_id(batch, line + 1))  # the header is a line, too


def zh(found: EvidenceExplained) -> list[str]:
    """Give everything that is said, in Chinese."""
    return [one.zh for one in found.sentences]


def take(database: Database, shop: Shop, path: Path, *lines: Mapping[str, object]) -> int:
    """Import lines, each a receipt of its own unless it says otherwise, and give the number of the file."""
    rows = [bought(**({"receipt_no": f"{path.stem}-{number}"} | dict(line))) for number, line in enumerate(lines)]
    return jobs.import_file(database, shop.receipts, receipt_csv(path, rows)).batch_id


@pytest.mark.proves("AWD-2")
def test_a_line_below_a_condition_is_told_how_much_more_would_have_been_enough(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(conditions=(Spent(least=5000),)))
    batch = take(database, shop, tmp_path / "a.csv", {"amount_yuan": "37.50"})

    found = told(database, batch, 1)

    assert (found.verdict, found.awards, [one.outcome for one in found.rules]) == ("nothing", (), ["unmet"])
    assert zh(found)[2:] == [
        "规则“有机农产品”（organic 第 1 版）不给分：1 项条件不满足。",
        "条件不满足：单行消费金额不少于 50 元；这一行为 37.50 元。",
        "这一行再消费 12.50 元即可。",
    ]
    assert [one.en for one in found.rules[0].needed] == ["¥12.50 more on this line would have been enough."]


@pytest.mark.proves("AWD-2")
def test_the_cap_that_bit_is_told_as_it_stood_then_and_not_as_it_stands_now(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(caps=Caps(per_day=30)))
    batch = take(
        database,
        shop,
        tmp_path / "a.csv",
        {"amount_yuan": "20.00"},
        {"amount_yuan": "25.00"},
        {"amount_yuan": "9.00"},
    )
    before = [told(database, batch, line) for line in (1, 2, 3)]
    clock.move(timedelta(days=20))
    take(database, shop, tmp_path / "b.csv", {"amount_yuan": "8.00", "sold_at": "2026-01-06T10:00:00"})

    assert [told(database, batch, line) for line in (1, 2, 3)] == before
    assert [one.verdict for one in before] == ["awarded", "awarded", "nothing"]
    assert [[step.limit for step in one.rules[0].steps if step.step == "cap_day"] for one in before] == [[], [10], [0]]
    assert before[2].rules[0].outcome == "capped"
    assert [one.zh for one in before[2].rules[0].needed] == ["这项上限从 2026-01-06 起重新计算。"]


@pytest.mark.proves("AWD-2")
def test_the_same_is_said_years_later_after_newer_versions_of_the_rule(
    database: Database, clock: StandingClock, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule(threshold_fen=5000), SOY)
    batch = take(
        database, shop, tmp_path / "a.csv", {"amount_yuan": "12.00"}, {"product_code": "soy", "amount_yuan": "4.00"}
    )
    before = [told(database, batch, line) for line in (1, 2)]
    with database.writing() as session:
        file_again(session, shop, clock, purchase_rule(version=2, since=date(2026, 1, 1)), SOY)
    take(database, shop, tmp_path / "b.csv", {"amount_yuan": "12.00"})
    clock.move(timedelta(days=3 * 365))

    after = [told(database, batch, line) for line in (1, 2)]

    assert after == before
    assert [[rule.outcome for rule in one.rules] for one in after] == [["threshold"], ["rounded"]]
    assert [one.rules[0].needed[0].zh for one in after] == [
        "同一张小票再消费 38.00 元的合格商品即可。",
        "再消费 6.00 元即可得 1 分。",
    ]


@pytest.mark.proves("AWD-2")
def test_occasions_are_counted_as_they_were_then(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(
            session,
            purchase_rule(conditions=(FirstTime(span="month"),)),
            purchase_rule(name="third", conditions=(Count(span="month", first=3),)),
        )
    batch = take(database, shop, tmp_path / "a.csv", *({"amount_yuan": "20.00"},) * 4)

    found = [told(database, batch, line) for line in (1, 2, 3)]

    assert [[rule.outcome for rule in one.rules] for one in found] == [
        ["granted", "unmet"],
        ["unmet", "unmet"],
        ["unmet", "granted"],
    ]
    assert zh(found[1])[2:] == [
        "规则“有机农产品”（organic 第 1 版）不给分：1 项条件不满足。",
        "条件不满足：本人当月首次；这是当月第 2 次。",
        "到下一月，首次即可再得。",
        "规则“有机农产品”（third 第 1 版）不给分：1 项条件不满足。",
        "条件不满足：本人当月第 3 次起；这是当月第 2 次。",
        "再有 1 次，到第 3 次即可。",
    ]


@pytest.mark.proves("AWD-2")
def test_what_is_replayed_of_awarded_evidence_is_what_was_booked(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        shop = make_shop(
            session,
            purchase_rule(caps=Caps(per_day=90, per_month=120), budget_credits=150),
            purchase_rule(name="monday", conditions=(Weekday(any_of=(1,)),), multiplier_percent=200),
        )
    lines = [{"amount_yuan": f"{20 + number}.00", "card_no": f"CARD-000{number % 3 + 1}"} for number in range(12)]
    batch = take(database, shop, tmp_path / "a.csv", *lines)

    replayed = [
        sum(rule.credits for rule in told(database, batch, line).rules if rule.outcome == "granted")
        for line in range(1, 13)
    ]
    booked = sum(sum(awarded(database, consumer)) for consumer in shop.consumers.values())

    assert sum(replayed) == booked
    with database.reading() as session:
        given = {
            line: explain_evidence(session, evidence.evidence_id(batch, line + 1)).verdict for line in range(1, 13)
        }
    assert {line for line, verdict in given.items() if verdict == "awarded"} == {
        line for line, credits_ in enumerate(replayed, start=1) if credits_
    }


@pytest.mark.proves("AWD-2")
def test_a_line_that_was_sent_back_says_why_and_one_that_never_came_is_refused(
    database: Database, tmp_path: Path
) -> None:
    with database.writing() as session:
        shop = make_shop(session, purchase_rule())
    batch = take(database, shop, tmp_path / "a.csv", {"product_code": "mystery"}, {"amount_yuan": "20.00"})

    found = told(database, batch, 1)

    assert (found.verdict, found.rules) == ("sent_back", ())
    assert zh(found) == [
        "这一行被退回，没有作为凭证：商品未登记品类，无法判断是否绿色。",
        "退回的字段：product_code；读到：mystery。",
    ]
    with pytest.raises(NoSuchEvidence) as no:
        told(database, batch, 77)
    assert no.value.code == "evidence.no_such_evidence"


@pytest.mark.proves("AWD-2", "AWD-4")
def test_a_gift_that_was_not_given_says_which_cap_bit(database: Database) -> None:
    shop, consumer, _ = opened(database, gift_rule(Ground.SHARING, caps=Caps(per_year=10)))
    given(database, shop, Ground.SHARING, consumer, reference="示例帖子一")
    given(database, shop, Ground.SHARING, consumer, reference="示例帖子二")

    with database.reading() as session:
        first, second = (explain_evidence(session, -gift) for gift in (1, 2))

    assert (first.verdict, second.verdict, second.rules[0].outcome) == ("awarded", "nothing", "capped")
    assert second.title.zh == "分享"
    assert [one.zh for one in second.rules[0].needed] == ["这项上限从 2027-01-01 起重新计算。"]
