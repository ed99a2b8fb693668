"""Facts of reports, obviously synthetic: a household as full, as rare or as empty as a test wants it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from greencredit.issuers.queries import legal_basis
from greencredit.kernel.clock import civil_date
from greencredit.reports import rules
from greencredit.schemas.ledger import Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS
from greencredit.schemas.reports import (
    AwardLine,
    ConsumerReport,
    CreditFlow,
    EquivalentNote,
    FactorNote,
    FamilyTitle,
    Ground,
    IssuerNote,
    MethodNote,
    MovementStatement,
    NotCountedLine,
    Notice,
    OwedNote,
    ParticipantMean,
    PeriodFigures,
    ReportHolder,
    StandardNote,
    StatementAccount,
    StatementLine,
    Tier,
    VerbSum,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

YEAR: Final = Period(since=date(2025, 1, 1), until=date(2026, 1, 1))
QUARTER: Final = Period(since=date(2025, 4, 1), until=date(2025, 7, 1))
MONTH: Final = Period(since=date(2025, 9, 1), until=date(2025, 10, 1))
DAYS: Final = Period(since=date(2025, 3, 9), until=date(2025, 6, 21))
AS_OF: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

FAMILIES: Final = (
    FamilyTitle(family="organic", title=Words(zh="有机食品", en="Organic food")),
    FamilyTitle(family="plant_protein", title=Words(zh="植物蛋白", en="Plant-based protein")),
    FamilyTitle(family="refill", title=Words(zh="补充装", en="Refills")),
    FamilyTitle(family="travel", title=Words(zh="绿色出行", en="Green travel")),
    FamilyTitle(family="recycling", title=Words(zh="回收利用", en="Recycling")),
)

# subject, family, ground, zh, en, unit zh, unit en, merchant, credits, grams, method, tier
_KINDS: Final = (
    ("organic_produce", "organic", "有机蔬果", "Organic produce", "示例生鲜超市", None),
    ("soy_drink", "plant_protein", "豆奶与豆浆", "Soy drinks", "示例生鲜超市", None),
    ("tofu", "plant_protein", "豆腐与豆制品", "Tofu and soy products", "示例生鲜超市", None),
    ("refill_detergent", "refill", "洗衣液补充装", "Detergent refills", "示例生鲜超市", None),
    ("organic_milk", "organic", "有机牛奶", "Organic milk", "示例生鲜超市", None),
    ("metro_ride", "travel", "地铁出行", "Metro ride", "示例轨道交通", 1236),
    ("shared_bike", "travel", "共享单车骑行", "Shared bicycle ride", "示例单车", 187),
    ("used_clothes", "recycling", "旧衣回收", "Used clothes handed in", "示例回收站", 3600),
)

_ENGLISH: Final = {
    "示例生鲜超市": "Example Fresh Market",
    "示例轨道交通": "Example Metro",
    "示例单车": "Example Bicycles",
    "示例回收站": "Example Recycling Station",
}


def awards(count: int, *, reversed_every: int = 37) -> tuple[AwardLine, ...]:
    """Make award lines over the year; every eighth kind in turn, some reversed."""
    made = []
    for index in range(count):
        subject, family, zh, en, merchant, grams = _KINDS[(index * 5 + index // 7) % len(_KINDS)]
        on = YEAR.since + timedelta(days=(index * 11 + (index * index) % 17) % 365)
        purchase = grams is None
        amount = 1 + index % 4
        made.append(
            AwardLine(
                award_id=f"awd_{index:06d}",
                on=on,
                ground=Ground.PURCHASE if purchase else Ground.ACTION,
                subject=subject,
                title=Words(zh=zh, en=en),
                family=family,
                quantity=Decimal(amount) if purchase else Decimal(amount) * Decimal("2.5"),
                unit=Words(zh="件", en="pcs")
                if purchase
                else Words(zh="千克", en="kg")
                if subject == "used_clothes"
                else Words(zh="公里", en="km"),
                merchant=Words(zh=merchant, en=_ENGLISH[merchant]),
                spent_fen=Fen(399 + index * 97 % 4000) if purchase else None,
                credits=Credits(granted := 3 + index * 7 % 25),
                reversed_credits=Credits(granted if index % reversed_every == reversed_every - 1 else 0),
                avoided_g_co2e=None if grams is None else Grams(grams * amount),
                method_id=None if purchase else subject,
                tier=None if purchase else Tier.C if subject == "used_clothes" else Tier.B,
                evidence_id=f"evd_{index * 7919:012x}",
                issuer_id="iss_example",
                rule_id="green_basket_v1" if purchase else "green_action_v1",
            )
        )
    return tuple(sorted(made, key=lambda line: (line.on, line.award_id)))


def means() -> tuple[ParticipantMean, ...]:
    """Give what the mean participant earned, month by month."""
    return tuple(
        ParticipantMean(
            month=month,
            credits_tenths=620 + 190 * (index % 4) + 13 * index,
            avoided_g_co2e=Grams(5200 + 700 * (index % 5)),
        )
        for index, month in enumerate(rules.months_in(YEAR))
    )


def issuer_note() -> IssuerNote:
    """Give the issuer of the examples."""
    return IssuerNote(
        issuer_id="iss_example",
        name=Words(zh="示例绿色商贸有限公司", en="Example Green Trading Co., Ltd."),
        filing_number="GCF-DEMO-2026-0001",
        standards=(StandardNote(title="绿色消费积分技术规范", publisher="示例协会"),),
        face_value=Words(zh="面值：100 分折合 1.00 元。", en="Face value: 100 credits are worth CNY 1.00."),
        validity=Words(zh="终身有效。", en="Valid for life."),
        complaint_channel="400-000-0000（示例）",
    )


def factor_note(factor_id: str = "cn_metro_pkm") -> FactorNote:
    """Give an emission factor of the examples."""
    return FactorNote(
        factor_id=factor_id,
        title=Words(zh="地铁，每人公里", en="Metro, per passenger-km"),
        value=Decimal("0.0431"),
        unit="kgCO2e/pkm",
        region="CN",
        valid_from=date(2023, 1, 1),
        valid_to=None,
        publisher="示例因子库",
        document="示例记录 2023",
        tier=Tier.B,
    )


def method_notes(lines: tuple[AwardLine, ...]) -> tuple[MethodNote, ...]:
    """Give the method of every quantified kind among award lines."""
    kept = rules.granted(lines)
    found = []
    for subject, _family, zh, en, _merchant, grams in _KINDS:
        mine = [line for line in kept if line.method_id == subject]
        if grams is None or not mine:
            continue
        found.append(
            MethodNote(
                method_id=subject,
                title=Words(zh=zh, en=en),
                version="1",
                formula="ride_km * (car_pkm - metro_pkm)",
                baseline=Words(
                    zh="同一里程由小客车完成时的人均排放。",
                    en="The same distance travelled by passenger car, per person.",
                ),
                behaviour=Words(zh="乘坐轨道交通。", en="Riding the metro."),
                caveat=Words(
                    zh="示例方法，仅供测试；引用前须核对原文。",
                    en="An example method for tests; check the original before use.",
                ),
                tier=Tier.C if subject == "used_clothes" else Tier.B,
                factor_ids=("cn_metro_pkm",),
                source=Words(zh="示例机构，示例核算方法第 3 页", en="Example body, example method, page 3"),
                awards=len(mine),
                avoided_g_co2e=Grams(sum(line.avoided_g_co2e or 0 for line in mine)),
            )
        )
    return tuple(found)


def not_counted() -> tuple[NotCountedLine, ...]:
    """Give what was left out."""
    return (
        NotCountedLine(
            title=Words(zh="普通商品", en="Ordinary products"),
            reason=Words(zh="不在绿色商品对照表内。", en="Not on the list of green products."),
            lines=873,
        ),
        NotCountedLine(
            title=Words(zh="重复的小票行", en="Repeated receipt lines"),
            reason=Words(zh="同一凭证只计一次。", en="The same evidence counts once."),
            lines=2,
        ),
    )


def notices() -> tuple[Notice, ...]:
    """Give what must be said about the data."""
    return (
        Notice(
            name="real_purchases",
            text=Words(
                zh="消费记录来自一份公开的真实零售数据，日期整体后移 417 周，美元数值按人民币元计。",
                en="Purchases are real, from public retail data; dates shifted by 417 weeks, dollars read as yuan.",
            ),
        ),
        Notice(
            name="demonstration",
            text=Words(
                zh="发行主体、姓名、出行与回收记录以及绿色商品对照表仅供演示。",
                en="Issuer, names, travel and recycling feeds and green list are for demonstration.",
            ),
        ),
    )


def trend(lines: tuple[AwardLine, ...], period: Period) -> tuple[PeriodFigures, ...]:
    """Give what award lines came to in the periods that lead up to one."""
    return tuple(
        rules.figures_of(one, rules.totals_of(line for line in lines if line.on in one))
        for one in rules.trend_of(period)
    )


def equivalents(grams: int) -> tuple[EquivalentNote, ...]:
    """Give the illustration of the examples."""
    factor = factor_note("ex_car_km").model_copy(
        update={"title": Words(zh="示例轿车", en="Example car"), "value": Decimal("0.2"), "unit": "kgCO2e/km"}
    )
    unit, title = Words(zh="公里", en="km"), Words(zh="示例轿车行驶", en="driven by an example car")
    amount = grams // 200
    return (EquivalentNote(name="car_km", title=title, unit=unit, amount=amount, factor=factor),) if amount else ()


def consumer_report(
    count: int = 60,
    *,
    name: str = "示例家庭 0042",
    purchases_only: bool = False,
    owed: int = 0,
    period: Period = YEAR,
) -> ConsumerReport:
    """Make the report of a household with that many award lines in a year, or of a part of that year."""
    every = awards(count)
    if purchases_only:
        every = tuple(line for line in every if line.ground is Ground.PURCHASE)
    lines = tuple(line for line in every if line.on in period)
    kept = rules.granted(lines)
    earned = sum(line.credits for line in lines)
    taken_back = earned - sum(line.credits for line in kept)
    methods = method_notes(lines)
    totals = rules.totals_of(lines)
    return ConsumerReport(
        holder=ReportHolder(
            holder_id="per_0042",
            name=name,
            region="CN-SH",
            region_title=Words(zh="上海市（假定）", en="Shanghai (assumed)"),
        ),
        period=period,
        as_of=AS_OF,
        legal=legal_basis("consumer", period.last_day),
        totals=totals,
        trend=trend(every, period),
        months=rules.months_of(lines, period, means()),
        families=rules.families_of(lines, FAMILIES),
        kinds=rules.kinds_of(lines),
        participants=2469,
        flows=(
            CreditFlow(
                issuer_id="iss_example",
                outside=Credits(0),
                earned=Credits(earned),
                reversed=Credits(taken_back),
                expired=Credits(0),
                used=Credits(0),
                balance=Credits(earned - taken_back),
            ),
        )
        if lines
        else (),
        owed=(OwedNote(issuer_id="iss_example", credits=Credits(owed)),) if owed else (),
        issuers=(issuer_note(),) if lines else (),
        methods=methods,
        factors=(factor_note(),) if methods else (),
        equivalents=equivalents(totals.avoided_g_co2e),
        not_counted=not_counted() if lines else (),
        notices=notices(),
        awards=lines,
    )


def movements(count: int, *, opening: int = 120) -> tuple[StatementLine, ...]:
    """Make movements over the year: awards, redemptions at a merchant, holds, a reversal now and then."""
    turn = (Verb.EARN, Verb.EARN, Verb.REDEEM, Verb.EARN, Verb.HOLD, Verb.RELEASE, Verb.EARN, Verb.REVERSE)
    balance, made = opening, []
    for index in range(count):
        verb = turn[index % len(turn)]
        moved = 4 + index * 7 % 19 if verb is Verb.EARN else 3
        change = {Verb.EARN: moved, Verb.REDEEM: -moved, Verb.REVERSE: -moved}.get(verb, 0)
        balance += change
        _subject, _family, zh, en, merchant, _grams = _KINDS[index % len(_KINDS)]
        at = datetime(2025, 1, 1, 2, 30, tzinfo=UTC) + timedelta(minutes=index * 525_000 // max(count, 1))
        awarded = verb in (Verb.EARN, Verb.REVERSE)
        made.append(
            StatementLine(
                event_id=str(4_000 + index),
                on=civil_date(at),
                posted_at=at,
                verb=verb.name.lower(),
                verb_title=VERB_WORDS[verb],
                subject=Words(zh=zh, en=en) if awarded else None,
                rule_id="green_basket v1" if awarded else None,
                party=Words(zh=merchant, en=_ENGLISH[merchant]) if verb in (Verb.EARN, Verb.REDEEM) else None,
                reason="示例：退货" if verb is Verb.REVERSE else None,
                document=f"{index:064x}"[::-1] if verb is Verb.REVERSE else None,
                cause=str(3_993 + index) if verb in (Verb.REVERSE, Verb.RELEASE) else None,
                credits=Credits(moved),
                change=Credits(change),
                balance=Credits(balance),
            )
        )
    return tuple(made)


def statement(count: int = 30, *, name: str = "示例家庭 0042", opening: int = 120) -> MovementStatement:
    """Make a statement of that many movements of one issuer; none without movements."""
    lines = movements(count, opening=opening)
    verbs = sorted({line.verb for line in lines})
    issuer = issuer_note()
    account = StatementAccount(
        issuer_id=issuer.issuer_id,
        issuer_name=issuer.name,
        filing_number=issuer.filing_number,
        complaint_channel=issuer.complaint_channel,
        opening=Credits(opening),
        closing=lines[-1].balance if lines else Credits(opening),
        opening_owed=Credits(0),
        closing_owed=Credits(0),
        sums=tuple(
            VerbSum(
                verb=verb,
                title=VERB_WORDS[Verb[verb.upper()]],
                movements=sum(line.verb == verb for line in lines),
                credits=Credits(sum(line.credits for line in lines if line.verb == verb)),
                change=Credits(sum(line.change for line in lines if line.verb == verb)),
            )
            for verb in verbs
        ),
        movements=lines,
    )
    return MovementStatement(
        holder=ReportHolder(holder_id="per_0042", name=name),
        period=YEAR,
        as_of=AS_OF,
        legal=legal_basis("statement", YEAR.last_day),
        accounts=(account,) if lines else (),
    )
