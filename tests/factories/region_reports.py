"""Facts of regional supervision reports, obviously synthetic: a busy region, a rare one, an empty one."""

from datetime import UTC, date, datetime
from typing import Any

from greencredit.issuers import queries as issuers
from greencredit.reports.rules import effect
from greencredit.schemas.reports import LiabilityMonth, RejectLine, Tier
from greencredit.schemas.reports.region import (
    ClaimLine,
    FilingFigures,
    FilingLine,
    HoldLine,
    IssuerCoverage,
    LabelLine,
    NegativeLine,
    NotAwarded,
    RegionReport,
    RegisteredIssuer,
    SourceLine,
    StateLine,
)
from greencredit.schemas.values import Credits, Fen, Grams, Period, Words

YEAR = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))
AS_OF = datetime(2027, 1, 4, 3, 30, tzinfo=UTC)
_NAMES = (
    ("示例绿色商贸有限公司", "Example Green Trading Co., Ltd."),
    ("示例银行股份有限公司", "Example Bank"),
    ("示例航空有限责任公司", "Example Airlines"),
    ("示例通行出行平台", "Example Mobility"),
)
_MONTHS = (82_310, 61_204, 97_455, 118_302, 140_111, 139_870, 151_004, 160_237, 158_020, 171_366, 188_419, 176_002)


def _words(zh: str, en: str) -> Words:
    return Words(zh=zh, en=en)


def liability(granted: tuple[int, ...] = _MONTHS) -> tuple[LiabilityMonth, ...]:
    """Roll forward what was granted; a third of it is redeemed, some is taken back."""
    lines, opening = [], 240_000
    for number, credits_ in enumerate(granted, start=1):
        redeemed, adjusted = credits_ // 3, -credits_ // 40
        closing = opening + credits_ - redeemed + adjusted
        lines.append(_month(date(2026, number, 1), opening, credits_, redeemed, adjusted, closing))
        opening = closing
    return (*lines, _month(date(2027, 1, 1), opening, 1_204, 300, 0, opening + 904, after=True))


def _month(
    month: date, opening: int, granted: int, redeemed: int, adjusted: int, closing: int, *, after: bool = False
) -> LiabilityMonth:
    return LiabilityMonth(
        month=month,
        opening=Credits(opening),
        granted=Credits(granted),
        redeemed=Credits(redeemed),
        expired=Credits(0),
        adjusted=Credits(adjusted),
        closing=Credits(closing),
        after_period=after,
    )


def _issuers(name: str | None) -> tuple[RegisteredIssuer, ...]:
    months = [line for line in liability() if not line.after_period]
    shares = (0.52, 0.31, 0.17)
    kinds = (_words("零售企业", "Retailer"), _words("银行", "Bank"), _words("航空公司", "Airline"))

    def parts(whole: int) -> tuple[int, int, int]:
        first, second = int(whole * shares[0]), int(whole * shares[1])
        return first, second, whole - first - second

    granted, redeemed, adjusted = (
        parts(sum(getattr(line, field) for line in months)) for field in ("granted", "redeemed", "adjusted")
    )
    openings = parts(months[0].opening)
    lines = [
        RegisteredIssuer(
            issuer_id=f"iss_example_{place}",
            name=_words(name, name) if name and not place else _words(*_NAMES[place]),
            kind=kinds[place],
            state=_words("正常发行", "Active") if place < 2 else _words("限制发行", "Restricted"),
            filing_number=f"示例备 2026-{place + 1} 号",
            opening=Credits(openings[place]),
            granted=Credits(granted[place]),
            redeemed=Credits(redeemed[place]),
            expired=Credits(0),
            adjusted=Credits(adjusted[place]),
            closing=Credits(openings[place] + granted[place] - redeemed[place] + adjusted[place]),
        )
        for place in range(3)
    ]
    return (*lines, _newcomer())


def _newcomer() -> RegisteredIssuer:
    nothing = dict.fromkeys(("opening", "granted", "redeemed", "expired", "adjusted", "closing"), Credits(0))
    return RegisteredIssuer(
        issuer_id="iss_example_3",
        name=_words(*_NAMES[3]),
        kind=_words("平台", "Platform"),
        state=_words("已通过信用评价", "Evaluated"),
        filing_number=None,
        **nothing,
    )


def _filings(name: str | None) -> tuple[FilingLine, ...]:
    first = _words(name, name) if name else _words(*_NAMES[0])
    accepted, returned = _words("准予备案", "Accepted"), _words("退回补正", "Returned")
    return (
        FilingLine(
            issuer=first,
            version=2,
            outcome=returned,
            number=None,
            submitted_on=date(2026, 3, 2),
            due_on=date(2026, 3, 24),
            decided_on=date(2026, 3, 20),
            kept=True,
        ),
        FilingLine(
            issuer=first,
            version=3,
            outcome=accepted,
            number="示例备 2026-1 号",
            submitted_on=date(2026, 4, 7),
            due_on=date(2026, 4, 29),
            decided_on=date(2026, 5, 6),
            kept=False,
        ),
        FilingLine(
            issuer=_words(*_NAMES[2]),
            version=1,
            outcome=_words("已提交", "Submitted"),
            number=None,
            submitted_on=date(2026, 12, 21),
            due_on=None,
            decided_on=None,
            kept=None,
        ),
    )


def _coverage() -> tuple[IssuerCoverage, ...]:
    rows = ((2, 365, 9, 9_120, date(2026, 8, 14), 10_240), (0, 365, 0, 10_610, date(2026, 11, 30), 10_820))
    measured = [
        IssuerCoverage(
            name=_words(*_NAMES[place]),
            days=days,
            days_short=short,
            lowest_basis_points=lowest,
            lowest_on=on,
            last_basis_points=last,
            filed_basis_points=10_000,
        )
        for place, days, short, lowest, on, last in rows
    ]
    untouched = IssuerCoverage(
        name=_words(*_NAMES[1]),
        days=41,
        days_short=0,
        lowest_basis_points=None,
        lowest_on=None,
        last_basis_points=None,
        filed_basis_points=10_000,
    )
    return (*measured, untouched)


def _effects() -> dict[str, Any]:
    travel, goods = _words("行", "Travel"), _words("用", "Goods")
    lines = [
        effect.Quantified("metro_trip_km", _words("地铁出行", "Metro rides"), travel, Tier.B, 61_204, 42_118_900),
        effect.Quantified("bike_trip_km", _words("骑行", "Cycling"), travel, Tier.C, 22_310, 3_204_511),
        effect.Quantified("clothes", _words("旧衣回收", "Clothes recycled"), goods, Tier.C, 910, 8_911_004),
        effect.Quantified("bottles", _words("饮料瓶回收", "Bottles recycled"), goods, Tier.A, 4_120, 1_204_118),
    ]
    source = _words("示例机构，示例核算方法第 3 页", "Example body, example method, page 3")
    families, actions = effect.effects_of(one._replace(method_version="1", source=source) for one in lines)
    people = (812, 640, 905, 1_130, 1_322, 1_299, 1_401, 1_455, 1_390, 1_502, 1_640, 1_588)
    months = [line.month for line in liability() if not line.after_period]
    return {
        "participants": 3_918,
        "uptake": effect.uptake_months(
            months,
            {
                month: effect.Took(count, 7 if place == 3 else count // (2 + place))
                for place, (month, count) in enumerate(zip(months, people, strict=True))
            },
            {
                month: effect.Came(count * 21, granted, count * 9_731)
                for month, count, granted in zip(months, people, _MONTHS, strict=True)
            },
        ),
        "families": families,
        "actions": actions,
        "purchases": 211_409,
        "purchases_spent_fen": Fen(8_912_443_10),
    }


def _sources() -> tuple[SourceLine, ...]:
    return (
        SourceLine(
            title=_words("商户小票明细", "Receipts of a merchant"),
            is_purchase=True,
            sees_all=True,
            lines=2_304_118,
            green=204_310,
            repeated=1_204,
            rejected=310,
        ),
        SourceLine(
            title=_words("认证绿色产品购买明细", "Purchases of certified green products"),
            is_purchase=True,
            sees_all=False,
            lines=7_120,
            green=7_099,
            repeated=12,
            rejected=9,
        ),
        SourceLine(
            title=_words("公交地铁行程", "Trips"),
            is_purchase=False,
            sees_all=False,
            lines=88_410,
            green=88_402,
            repeated=0,
            rejected=8,
        ),
    )


def region_report(*, name: str | None = None) -> RegionReport:
    """Make the report of a region with three issuers at work and one that is only beginning."""
    lines = liability()
    return RegionReport(
        region="CN-SH",
        region_title=issuers.region_title("CN-SH"),
        period=YEAR,
        as_of=AS_OF,
        registered=1,
        active=2,
        states=(
            StateLine(state=_words("已通过信用评价", "Evaluated"), issuers=1),
            StateLine(state=_words("正常发行", "Active"), issuers=2),
            StateLine(state=_words("限制发行", "Restricted"), issuers=1),
        ),
        issuers=_issuers(name),
        filing_figures=FilingFigures(
            submitted=3, accepted=1, returned=1, refused=0, otherwise=0, waiting=1, on_time=1, late=1
        ),
        filings=_filings(name),
        liability=lines,
        outstanding=lines[-1].closing,
        coverage=_coverage(),
        **_effects(),
        sources=_sources(),
        labels=(
            LabelLine(
                title=_words("商户绿色商品清单，无认证记录", "On the merchant's green list, no certificate on record"),
                lines=204_310,
                spent_fen=Fen(7_610_002_40),
            ),
            LabelLine(
                title=_words("绿色产品认证（路径一）", "Green product certification, route 1"),
                lines=5_210,
                spent_fen=Fen(902_113_70),
            ),
            LabelLine(title=_words("能效标识", "Energy label"), lines=1_889, spent_fen=Fen(400_327_00)),
        ),
        negatives=(
            NegativeLine(title=_words("旧衣回收", "Clothes recycled"), count=14, avoided_g_co2e=Grams(-20_411)),
        ),
        not_awarded=NotAwarded(repeated=1_216, aside=3, not_green=2_098_296, no_credit=12_004, rejected=327),
        rejects=(
            RejectLine(reason=_words("金额不为正", "Not above zero"), lines=301),
            RejectLine(reason=_words("证书已过期", "Certificate out of date"), lines=26),
        ),
        claims=(
            ClaimLine(
                scheme=_words("地方碳普惠", "Local carbon inclusion scheme"), count=88, avoided_g_co2e=Grams(410_220)
            ),
        ),
        holds=(
            HoldLine(
                signal=_words("一日内次数异常", "Too much on one day"), cases=4, credits=Credits(1_290), decided=3
            ),
        ),
        notices=(),
        legal=issuers.legal_basis("region", YEAR.last_day),
    )


def empty_region() -> RegionReport:
    """Make the report of a region in which nobody registered yet."""
    months = [date(2026, number, 1) for number in range(1, 13)]
    return RegionReport(
        region="CN-XZ",
        region_title=issuers.region_title("CN-XZ"),
        period=YEAR,
        as_of=AS_OF,
        registered=0,
        active=0,
        states=(),
        issuers=(),
        filing_figures=FilingFigures(
            submitted=0, accepted=0, returned=0, refused=0, otherwise=0, waiting=0, on_time=0, late=0
        ),
        filings=(),
        liability=tuple(_month(month, 0, 0, 0, 0, 0) for month in months),
        outstanding=Credits(0),
        coverage=(),
        participants=0,
        uptake=effect.uptake_months(months, {}, {}),
        sources=(),
        labels=(),
        families=(),
        actions=(),
        purchases=0,
        purchases_spent_fen=Fen(0),
        negatives=(),
        not_awarded=NotAwarded(repeated=0, aside=0, not_green=0, no_credit=0, rejected=0),
        rejects=(),
        claims=(),
        holds=(),
        notices=(),
        legal=(),
    )
