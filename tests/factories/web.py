"""Whole pages, obviously synthetic, so that a test names only what it is about."""

from datetime import UTC, date, datetime
from typing import Any

from greencredit.schemas.values import Credits, Fen, Grams, Words
from greencredit.schemas.web import (
    Bar,
    Column,
    ConsumerPage,
    Explanation,
    Liable,
    MovementLine,
    ReportLink,
    YearLink,
)

AS_OF = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def make_movement(event_id: int = 1, **changes: Any) -> MovementLine:  # noqa: ANN401 - any field of the page
    """Give one award of a purchase, not quantified, with its explanation."""
    facts: dict[str, Any] = {
        "event_id": event_id,
        "occurred_on": date(2025, 12, 21),
        "posted_at": AS_OF,
        "what": Words(zh="有机蔬菜", en="Organic vegetables"),
        "amount": Words(zh="¥36.50", en="¥36.50"),
        "issuer_name": "示例绿色商超（虚构）",
        "credits": 36,
        "grams": None,
        "tier": None,
        "reason": None,
        "why": Explanation(
            rule_title=Words(zh="绿色商品消费", en="Green purchases"),
            rule_version=1,
            sentences=(
                Words(
                    zh="绿色商品金额 ¥36.50，按每 1 元 1 分，不足部分舍去，得 36 分。",
                    en="Green goods for ¥36.50 at 1 credit for each ¥1, rounded down: 36 credits.",
                ),
                Words(
                    zh="当日封顶还余 200 分，没有削减，仍为 36 分。",
                    en="The day’s cap still allowed 200: nothing was cut, 36 credits.",
                ),
            ),
        ),
    }
    return MovementLine(**{**facts, **changes})


def make_bars() -> tuple[Bar, ...]:
    """Give three families of actions."""
    return (
        Bar(
            label=Words(zh="绿色出行", en="Green travel"),
            count=48,
            credits=Credits(620),
            grams=Grams(84_312),
            length_permille=1000,
            share_percent=74,
            shade=0,
        ),
        Bar(
            label=Words(zh="循环回收", en="Recycling"),
            count=6,
            credits=Credits(140),
            grams=Grams(23_400),
            length_permille=278,
            share_percent=20,
            shade=1,
        ),
        Bar(
            label=Words(zh="居家节能", en="Saving at home"),
            count=1,
            credits=Credits(80),
            grams=Grams(6_120),
            length_permille=73,
            share_percent=5,
            shade=2,
        ),
    )


def make_columns() -> tuple[Column, ...]:
    """Give twelve months of which December is the highest."""
    heights = (20, 31, 27, 44, 52, 48, 61, 40, 55, 70, 66, 96)
    return tuple(
        Column(
            month=month,
            label=Words(zh=f"{month}月", en=f"M{month}"),
            credits=Credits(height * 3),
            x=6 + 30 * (month - 1),
            y=128 - height,
            height=height,
            highest=height == max(heights),
        )
        for month, height in enumerate(heights, start=1)
    )


def make_liable(**changes: Any) -> Liable:  # noqa: ANN401 - any field of the page
    """Give one filed issuer."""
    facts: dict[str, Any] = {
        "issuer_id": "iss_示例",
        "name": "示例绿色商超（虚构）",
        "filing_number": "示例备字 2026-0001 号",
        "state": "active",
        "state_title": Words(zh="正常发行", en="Active"),
        "balance": Credits(1830),
        "worth_fen": Fen(1830),
        "face_value": Words(zh="每 100 分抵 ¥1.00", en="¥1.00 for each 100 credits"),
        "validity": Words(zh="终身有效", en="Valid for life"),
        "expires_at": None,
    }
    return Liable(**{**facts, **changes})


def make_consumer_page(**changes: Any) -> ConsumerPage:  # noqa: ANN401 - any field of the page
    """Give the page of a household with a year of awards."""
    movements = (
        make_movement(31),
        make_movement(
            30,
            occurred_on=date(2025, 12, 18),
            what=Words(zh="地铁出行", en="Metro ride"),
            amount=Words(zh="14.2 千米", en="14.2 km"),
            credits=14,
            grams=Grams(2094),
            tier="A",
        ),
        make_movement(
            29,
            occurred_on=date(2025, 12, 17),
            what=Words(zh="冲正：豆奶", en="Reversal: soy drink"),
            amount=Words(zh="", en=""),
            credits=-12,
            reason="退货，原凭证撤销",
            why=None,
        ),
        make_movement(
            28,
            occurred_on=date(2025, 12, 12),
            what=Words(zh="旧衣回收", en="Old clothes recycled"),
            amount=Words(zh="4 千克", en="4 kg"),
            credits=40,
            grams=Grams(14_400),
            tier="B",
        ),
        make_movement(27, occurred_on=date(2025, 12, 9)),
    )
    facts: dict[str, Any] = {
        "name": "示例住户 1",
        "as_of": AS_OF,
        "balance": Credits(1830),
        "held": Credits(0),
        "worth_fen": Fen(1830),
        "year": 2025,
        "years": (YearLink(year=2025, chosen=True),),
        "month_label": Words(zh="2025 年 12 月", en="Dec 2025"),
        "earned_month": Credits(288),
        "earned_year": Credits(1842),
        "count_year": 117,
        "grams_year": Grams(113_832),
        "unquantified_count": 62,
        "movements": movements,
        "older": 27,
        "is_first_page": True,
        "bars": make_bars(),
        "columns": make_columns(),
        "highest_label": Words(zh="12 月，288 分", en="December, 288 credits"),
        "liable": (make_liable(),),
        "reports": (
            ReportLink(number="GC-2025-00000001", lang="zh", issued_at=AS_OF, address="/me/report/1", is_pdf=True),
        ),
        "report_waiting": ("en",),
    }
    return ConsumerPage(**{**facts, **changes})


def make_empty_page(**changes: Any) -> ConsumerPage:  # noqa: ANN401 - any field of the page
    """Give the page of a household that never earned anything."""
    nothing: dict[str, Any] = {
        "balance": Credits(0),
        "worth_fen": Fen(0),
        "earned_month": Credits(0),
        "earned_year": Credits(0),
        "count_year": 0,
        "grams_year": Grams(0),
        "unquantified_count": 0,
        "movements": (),
        "older": None,
        "bars": (),
        "columns": (),
        "highest_label": None,
        "liable": (),
        "reports": (),
        "report_waiting": (),
    }
    return make_consumer_page(**{**nothing, **changes})
