"""Whole pages, obviously synthetic, so that a test names only what it is about."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pikepdf
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import jobs as awarding
from greencredit.evidence import service as evidence
from greencredit.kernel.clock import civil_date
from greencredit.kernel.database import Database
from greencredit.people import service as people
from greencredit.reports import rules
from greencredit.reports import service as reporting
from greencredit.schemas.awards import Caps, EarningRule, Ground, PerKilogram
from greencredit.schemas.evidence import FeedKind, NewFeed
from greencredit.schemas.issuers import ClawbackTerms, Issuer
from greencredit.schemas.people import CardLink
from greencredit.schemas.report_pages import AskedReport, ReportLink
from greencredit.schemas.reports import IssuedReport, Lang
from greencredit.schemas.values import Credits, Fen, Grams, Words
from greencredit.schemas.web import (
    Bar,
    Column,
    ConsumerPage,
    Explanation,
    Liable,
    MovementLine,
    YearLink,
)
from greencredit.web import own_reports
from tests.factories.issuers import example_rule, make_issuer, new_scheme
from tests.factories.merchants import make_merchant, make_products, make_store, new_product
from tests.factories.people import PASSWORD, make_account, make_consumer
from tests.factories.reports import consumer_report

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
        "credits": Credits(36),
        "reversed_credits": Credits(0),
        "reason": None,
        "grams": None,
        "tier": None,
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
            note=Words(zh="48 次 · 620 分", en="48 times · 620 credits"),
            grams=Grams(84_312),
            length_permille=1000,
            share_percent=74,
            shade=0,
        ),
        Bar(
            label=Words(zh="循环回收", en="Recycling"),
            note=Words(zh="6 次 · 140 分", en="6 times · 140 credits"),
            grams=Grams(23_400),
            length_permille=278,
            share_percent=20,
            shade=1,
        ),
        Bar(
            label=Words(zh="居家节能", en="Saving at home"),
            note=Words(zh="1 次 · 80 分", en="1 times · 80 credits"),
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
        "state_title": Words(zh="正常发行", en="Active"),
        "balance": Credits(1830),
        "worth_fen": Fen(1830),
        "face_value": Words(zh="每 100 分抵 ¥1.00", en="¥1.00 for each 100 credits"),
        "validity": Words(zh="终身有效", en="Valid for life"),
        "complaints": "400-000-0000（示例）",
        "expires_at": None,
    }
    return Liable(**{**facts, **changes})


def make_movements() -> tuple[MovementLine, ...]:
    """Give five awards: bought, ridden, taken back, recycled, bought."""
    return (
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
            what=Words(zh="豆奶", en="Soy drink"),
            amount=Words(zh="¥12.90", en="¥12.90"),
            credits=12,
            reversed_credits=12,
            reason="退货，原凭证撤销",
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


def make_consumer_page(**changes: Any) -> ConsumerPage:  # noqa: ANN401 - any field of the page
    """Give the page of a household with a year of awards."""
    facts: dict[str, Any] = {
        "name": "示例住户 1",
        "unread": 2,
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
        "movements": make_movements(),
        "older": 27,
        "is_first_page": True,
        "is_empty": False,
        "bars": make_bars(),
        "columns": make_columns(),
        "highest_label": Words(zh="12 月，288 分", en="December, 288 credits"),
        "liable": (make_liable(),),
        "owed": (),
        "validity": Words(zh="终身有效", en="Valid for life"),
        "report_title": Words(zh="个人环境贡献报告", en="Personal contribution report"),
        "reports": (
            ReportLink(
                number="GC-26-000000-000000-00",
                title=Words(zh="个人环境贡献报告", en="Personal contribution report"),
                lang="zh",
                since=date(2025, 1, 1),
                last_day=date(2025, 12, 31),
                issued_at=AS_OF,
                address="/me/reports/GC-26-000000-000000-00",
                is_pdf=True,
            ),
        ),
        "report_kinds": own_reports.kinds(),
        "report_spans": own_reports.spans(),
        "report_waiting": (
            AskedReport(
                title=Words(zh="个人环境贡献报告", en="Personal contribution report"),
                lang="en",
                since=date(2025, 1, 1),
                last_day=date(2025, 12, 31),
            ),
        ),
        "report_failed": (
            AskedReport(
                title=Words(zh="环保行动证明", en="Proof of participation"),
                lang="zh",
                since=date(2025, 1, 1),
                last_day=date(2025, 1, 31),
            ),
        ),
    }
    return ConsumerPage(**{**facts, **changes})


def make_empty_page(**changes: Any) -> ConsumerPage:  # noqa: ANN401 - any field of the page
    """Give the page of a household that never earned anything."""
    nothing: dict[str, Any] = {
        "is_empty": True,
        "years": (),
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
        "validity": None,
        "reports": (),
        "report_waiting": (),
        "report_failed": (),
    }
    return make_consumer_page(**{**nothing, **changes})


RIDES_RULE: Final = EarningRule(
    name="green_travel",
    version=1,
    title=Words(zh="绿色出行", en="Green travel"),
    ground=Ground.ACTION,
    actions=("metro_trip_km",),
    rate=PerKilogram(credits=Credits(100)),
    caps=Caps(per_day=Credits(300)),
    since=date(2024, 1, 1),
)
"""A hundred credits for every kilogram, three hundred a day at most."""

RECEIPTS: Final = """receipt_no,line_no,card_no,store_code,sold_at,product_code,quantity,amount_yuan
R1,1,CARD,406,2026-01-05 10:00:00,p1,1,36.50
R1,2,CARD,406,2026-01-05 10:00:00,p2,1,80.00
R2,1,CARD,406,2026-02-14 18:30:00,p1,2,12.90
"""
RIDES: Final = """record_no,card_no,action,done_at,quantity,inputs
T1,CARD,metro_trip_km,2026-02-20 08:10:00,12,
T2,CARD,metro_trip_km,2026-02-28 08:10:00,200,
"""


def make_filed_issuer(
    database: Database, *, name: str = "示例零售有限公司", clawback: ClawbackTerms | None = None
) -> Issuer:
    """Lead an issuer to the state in which it issues, with a rule for purchases and one for rides; publish factors."""
    with database.writing() as session:
        acting.publish_factors(session, actions.shipped_factor_file(), by="示例")
        return make_issuer(session, name=name, scheme=new_scheme(example_rule(), RIDES_RULE, clawback=clawback))


def make_household(
    database: Database, folder: Path, issuer: Issuer | None = None, *, name: str = "示例住户", login: str = "household"
) -> str:
    """Register a household that signs in; with an issuer it also bought and rode something. Gives its id."""
    with database.writing() as session:
        account = make_account(session, login=login, display_name=name, password=PASSWORD)
        consumer_id = make_consumer(session, display_name=name, account_id=account.id).id
    if issuer is not None:
        _live(database, folder, issuer, consumer_id)
    return consumer_id


def _live(database: Database, folder: Path, issuer: Issuer, consumer_id: str) -> None:
    with database.writing() as session:
        merchant = make_merchant(session, issuer_id=issuer.issuer_id)
        make_store(session, merchant.merchant_id)
        make_products(session, merchant.merchant_id, new_product("p1", green=True), new_product("p2"))
        for owner in (issuer.issuer_id, merchant.merchant_id):
            people.link_cards(session, owner, [CardLink(card_ref="CARD", consumer_id=consumer_id)])
        for name, kind in (("receipts", FeedKind.RECEIPTS), ("rides", FeedKind.ACTIVITIES)):
            at = merchant.merchant_id if kind is FeedKind.RECEIPTS else None
            feed = NewFeed(name=name, kind=kind, issuer_id=issuer.issuer_id, merchant_id=at, region="CN-SH")
            evidence.open_feed(session, feed)
    for name, content in (("receipts", RECEIPTS), ("rides", RIDES)):
        path = folder / f"{name}.csv"
        path.write_text(content, encoding="utf-8")
        awarding.import_file(database, name, path)


def make_report(
    session: Session, folder: Path, consumer_id: str, *, lang: Lang = "zh", kind: str = "consumer"
) -> IssuedReport:
    """Enter a report in the register whose PDF is one blank page with the facts attached: real facts, quickly made."""
    record = consumer_report(4)
    holder = record.holder.model_copy(update={"holder_id": consumer_id})
    facts = rules.facts_json(kind, record.model_copy(update={"holder": holder}))
    digest = rules.digest_of(facts)
    drawing = reporting.Drawing(
        number=rules.number_of(digest, lang, civil_date(record.as_of).year),
        kind=kind,
        lang=lang,
        subject_id=consumer_id,
        period=record.period,
        facts_sha256=digest,
        media_type="application/pdf",
        renderer="示例",
        content=make_pdf({"report.json": facts}),
    )
    return reporting.register(session, drawing, folder / "reports")


def make_pdf(attached: dict[str, bytes]) -> bytes:
    """Give a PDF of one blank page with these attachments."""
    written = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, content in attached.items():
            pdf.attachments[name] = content
        pdf.save(written)
    return written.getvalue()
