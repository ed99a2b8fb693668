"""Any rules, claims and use of caps: what the properties of earning are tried on."""

from datetime import date, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from greencredit.awards import rules
from greencredit.awards.rules import Claim, Filed, Payer, Plan, State, UsageKey
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.awards import (
    BASE,
    Avoided,
    CalendarDays,
    Caps,
    Certificate,
    Condition,
    Count,
    EarningRule,
    EnergyGrade,
    FirstTime,
    Ground,
    Hours,
    LunarDays,
    Member,
    OneOf,
    PerAction,
    PercentOfGiven,
    PerKilogram,
    PerUnit,
    PerYuan,
    ProductAttribute,
    Quantity,
    Receipt,
    Region,
    RuleGroup,
    Spent,
    Streak,
    Tier,
    Tiered,
    Weekday,
)
from greencredit.schemas.values import Fen, Words

FIRST_DAY: Final = date(2026, 1, 30)
PRODUCTS: Final = ("organic_produce", "soy_drinks", "led_lamps")
ACTIONS: Final = ("metro_trip_km", "recycle_pet")
GROUPS: Final = (
    RuleGroup(name="bonus", title=Words(zh="加成", en="Bonus"), choice="all"),
    RuleGroup(name="extra", title=Words(zh="另加", en="Extra")),
)
KNOWN: Final = (
    Attributes(),
    Attributes(merchant="mer_a", store="1", region="CN-SH", channel="online", brand="甲", energy_grade=1),
    Attributes(merchant="mer_b", store="2", region="CN-SH-PD", channel="store", brand="乙", energy_grade=3),
    Attributes(region="CN-BJ", product="p1", certificates=("ccc", "green"), more=(("material", "竹"),)),
)

_small = st.integers(1, 60)

amounts: Final[st.SearchStrategy[Condition]] = st.one_of(
    st.builds(Spent, least=st.integers(0, 3_000)),
    st.builds(Spent, most=st.integers(0, 3_000)),
    st.builds(Receipt, least=st.integers(0, 6_000)),
    st.builds(Quantity, least=st.integers(0, 3_000), most=st.integers(3_000, 9_000)),
    st.builds(Avoided, least=st.integers(0, 900)),
)
moments: Final[st.SearchStrategy[Condition]] = st.one_of(
    st.builds(Weekday, any_of=st.sampled_from([(1,), (5, 6), (6, 7)])),
    st.builds(Hours, since=st.just(22), until=st.integers(1, 20)),
    st.builds(Hours, since=st.integers(0, 8), until=st.integers(9, 24)),
    st.builds(CalendarDays, days=st.sampled_from([(1,), (30, 31)]), month=st.sampled_from([None, 1])),
    st.builds(LunarDays, days=st.sampled_from([(12, 13), (15,)]), month=st.sampled_from([None, 12])),
)
facts: Final[st.SearchStrategy[Condition]] = st.one_of(
    st.builds(EnergyGrade, worst=st.integers(1, 3)),
    st.builds(Certificate, any_of=st.just(("green",))),
    st.builds(OneOf, kind=st.just("brand"), any_of=st.just(("甲",)), not_one_of=st.booleans()),
    st.builds(OneOf, kind=st.just("store"), any_of=st.just(("mer_a/1",))),
    st.builds(ProductAttribute, name=st.just("material"), any_of=st.just(("竹",))),
    st.builds(Region, any_of=st.just(("CN-SH",))),
    st.builds(Member, least_days=st.integers(0, 40)),
    st.builds(Member, levels=st.just(("gold",))),
)
before: Final[st.SearchStrategy[Condition]] = st.one_of(
    st.builds(FirstTime, span=st.sampled_from(["day", "month", "year", "ever"])),
    st.builds(Count, span=st.sampled_from(["day", "month", "ever"]), first=st.integers(1, 3), every=st.integers(1, 3)),
    st.builds(Streak, days=st.integers(2, 3)),
)
caps: Final = st.builds(
    Caps,
    **{
        name: st.one_of(st.none(), st.none(), st.none(), _small)
        for name in (
            *("per_award", "per_day", "per_month", "per_year", "per_person"),
            *("household_per_day", "household_in_all", "everyone_per_day", "everyone_per_month"),
        )
    },
)


@st.composite
def earning_rules(draw: Any, *, occasional: bool = True) -> EarningRule:  # noqa: ANN401 - Hypothesis' own
    """Draw a rule."""
    ground = draw(st.sampled_from([Ground.PURCHASE, Ground.PURCHASE, Ground.ACTION]))
    is_purchase = ground is Ground.PURCHASE
    group = draw(st.sampled_from([BASE, BASE, "bonus", "extra"]))
    rates: list[st.SearchStrategy[Any]] = [
        st.builds(PerAction, credits=_small),
        st.builds(PerUnit, credits=_small),
        st.builds(PerYuan, credits=st.integers(1, 3)) if is_purchase else st.builds(PerKilogram, credits=_small),
        st.just(
            Tiered(
                of="fen" if is_purchase else "grams",
                tiers=(Tier(above=0, credits=1, per=100), Tier(above=1_500, credits=2, per=70)),
            )
        ),
    ]
    if group != BASE:
        rates.append(st.builds(PercentOfGiven, percent=st.integers(1, 300)))
    conditions = draw(st.lists(st.one_of(amounts, moments, facts, *([before] if occasional else [])), max_size=2))
    subjects = draw(st.lists(st.sampled_from(PRODUCTS if is_purchase else ACTIONS), min_size=1, unique=True))
    return EarningRule(
        version=1,
        title=Words(zh="示例规则", en="Example rule"),
        ground=ground,
        name=draw(st.sampled_from("abcdefgh")) + "_rule",
        rate=draw(st.one_of(rates)),
        multiplier_percent=draw(st.sampled_from([100, 100, 150, 33])),
        threshold_fen=Fen(draw(st.sampled_from([0, 0, 2_000])) if is_purchase else 0),
        caps=draw(caps),
        budget_credits=draw(st.one_of(st.none(), st.none(), st.integers(1, 300))),
        since=draw(st.sampled_from([date(2024, 1, 1), FIRST_DAY + timedelta(days=1)])),
        conditions=tuple(conditions),
        group=group,
        funding=draw(st.sampled_from([None, None, "shared", "subsidy"])),
        **{"products" if is_purchase else "actions": tuple(subjects)},
    )


def numbered(on_file: list[EarningRule]) -> list[Filed]:
    """Give rules as they stand on file, each of its own lineage."""
    return [Filed(number, number, rule) for number, rule in enumerate(on_file, start=1)]


budgets: Final = st.one_of(st.none(), st.integers(1, 200))


@st.composite
def plans(draw: Any) -> Plan:  # noqa: ANN401 - Hypothesis' own
    """Draw what stands above the rules."""
    splits = {
        "shared": (Payer(-2, "us", 1, draw(budgets)), Payer(-3, "shop", 2, draw(budgets))),
        "subsidy": (Payer(-4, "city", 1, draw(budgets)),),
    }
    return Plan(GROUPS, draw(caps), -1, "issuer", splits)


@st.composite
def claims(draw: Any, *, most: int = 12) -> list[Claim]:  # noqa: ANN401 - Hypothesis' own
    """Draw claims of few people, days and receipts, in any order."""
    found = []
    for number in range(draw(st.integers(1, most))):
        is_purchase = draw(st.booleans())
        fen = draw(st.integers(0, 4_000)) if is_purchase else 0
        subject = draw(st.sampled_from(PRODUCTS if is_purchase else ACTIONS))
        found.append(
            Claim(
                evidence_id=number + 1,
                holder=draw(st.integers(7, 9)),
                on=FIRST_DAY + timedelta(days=draw(st.integers(0, 3))),
                ground=Ground.PURCHASE if is_purchase else Ground.ACTION,
                subject=subject,
                spent_fen=fen,
                grams=0 if is_purchase else draw(st.integers(-100, 2_000)),
                times=1,
                bought={subject: fen + draw(st.sampled_from([0, 1_500]))} if is_purchase else {},
                thousandths=draw(st.sampled_from([1_000, 3_500])),
                hour=draw(st.sampled_from([-1, 3, 12, 23])),
                attributes=draw(st.sampled_from(KNOWN)),
                household=draw(st.sampled_from([0, 7])),
                member_days=draw(st.sampled_from([-1, 0, 30])),
                level=draw(st.sampled_from(["", "gold"])),
            )
        )
    return found


def used_before(draw_from: list[Filed], plan: Plan, some: list[Claim], amounts_: list[int]) -> State:
    """Give a state in which some counters were used before."""
    state = rules.nothing_before()
    keys: list[UsageKey] = [
        key
        for filed in draw_from
        for one in some
        for _, _, key in rules.limits(filed, one.holder, one.on, household=one.household, plan=plan)
    ]
    for key, amount in zip(keys, amounts_, strict=False):
        state.usage[key] = amount
    return state
