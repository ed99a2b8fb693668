"""Twenty rules over purchases in columns, against a plain loop that only adds the amounts; and a single purchase."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final

from benchmarks import Asked, Row
from greencredit.actions import queries as actions
from greencredit.actions import rules as quantification
from greencredit.awards import rules
from greencredit.awards.rules import Claim, Filed, Plan, State
from greencredit.awards.rules.columns import Columns, columns_of
from greencredit.awards.rules.evaluate import evaluate
from greencredit.awards.rules.traced import traced
from greencredit.schemas.attributes import Attributes
from greencredit.schemas.awards import (
    BASE,
    CalendarDays,
    Caps,
    Condition,
    EarningRule,
    EnergyGrade,
    Ground,
    Hours,
    OneOf,
    PerAction,
    PercentOfGiven,
    PerYuan,
    Rate,
    Region,
    RuleGroup,
    Spent,
    Tier,
    Tiered,
    Weekday,
)
from greencredit.schemas.values import Credits, Fen, Words

_LINES: Final = 500_000
_QUICK_LINES: Final = 20_000
_MUST_LINES_A_SECOND: Final = 500_000
_MUST_MICROS: Final = 100
_KINDS: Final = 12
_PEOPLE: Final = 40_000
_DAYS: Final = 30
_SINGLES: Final = 2_000
_FIRST: Final = date(2026, 3, 1)
_TITLE: Final = Words(zh="示例规则", en="Example rule")


def measure(asked: Asked) -> list[Row]:
    """Measure batches in which no limit bites, batches in which one does, and single purchases."""
    lines = _QUICK_LINES if asked.quick else _LINES
    compiled = rules.compile_rules(
        [Filed(number, number, rule) for number, rule in enumerate(_rules(), start=1)], Plan(groups=_groups())
    )
    claims = _claims(lines)
    columns = columns_of(claims)
    columns.bought = None
    fen = columns.spent_fen.tolist()
    plain = _best(lambda: _added(fen))
    free = _best(lambda: _decided(compiled, columns))
    decided = evaluate(compiled, _again(columns), rules.nothing_before())
    _require_same(compiled, claims, decided.credits)
    kept = _best(lambda: traced(decided, columns))
    few = claims[: max(lines // 10, 1)]
    full = _full(compiled, few)
    tight = _best(lambda: evaluate(compiled, columns_of(few), full))
    must = f"≥ {_MUST_LINES_A_SECOND:,}"
    return [
        _row(
            f"purchase lines/s through {len(compiled.rules)} rules ({lines:,} lines)", lines / free, lines / plain, must
        ),
        _row("the same with every award's trace written", lines / (free + kept), lines / plain, "–"),
        _row("purchase lines/s where caps bite for everybody", len(few) / tight, lines / plain, "–"),
        _single(compiled, claims),
    ]


def _row(what: str, ours: float, limit: float, must: str) -> Row:
    return Row(what, ours, limit, ours / limit, must, "–", must == "–" or ours >= _MUST_LINES_A_SECOND)


def _best(work: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def _added(fen: list[int]) -> int:
    total = 0
    for one in fen:
        total += one
    return total


def _again(columns: Columns) -> Columns:
    """Give the same columns with nothing worked out yet."""
    facts = {name: getattr(columns, name) for name in columns.__dataclass_fields__ if not name.startswith("_")}
    return Columns(**facts)


def _decided(compiled: rules.Compiled, columns: Columns) -> int:
    return evaluate(compiled, _again(columns), rules.nothing_before()).credits


def _require_same(compiled: rules.Compiled, claims: list[Claim], credits_: int) -> None:
    """Require that a batch came to what its claims come to in turn, for the first few and for all by the sum."""
    first, state = claims[:_SINGLES], rules.nothing_before()
    columns = columns_of(first)
    in_turn = [(row, grant) for row, one in enumerate(first) for grant in rules.decide(compiled, one, state)]
    assert evaluate(compiled, columns, rules.nothing_before()).grants(columns) == in_turn
    state = rules.nothing_before()
    assert credits_ == sum(grant.credits for one in claims for grant in rules.decide(compiled, one, state))


def _full(compiled: rules.Compiled, claims: list[Claim]) -> State:
    """Fill every cap but one credit, so that no claim can be decided at once."""
    state = rules.nothing_before()
    for one in claims:
        for ready in compiled.rules:
            for limit in ready.limits:
                state.usage[limit.key(one.holder, 0, rules.windows(one.on))] = limit.most - 1
    return state


def _single(compiled: rules.Compiled, claims: list[Claim]) -> Row:
    """Time one purchase in all rules, and one measured trip: what a request for a single award spends on them."""
    some = claims[:_SINGLES]
    state = rules.nothing_before()
    began = time.perf_counter()
    for one in some:
        rules.decide(compiled, one, state)
    in_rules = (time.perf_counter() - began) / len(some)
    trip = next(one for one in actions.actions() if one.name == "metro_trip_km")
    read = quantification.read_factor_file(actions.shipped_factor_file(), actions.units())
    book = quantification.FactorBook(row.factor for row in read)
    began = time.perf_counter()
    for _ in some:
        quantification.quantify(trip, inputs={"quantity": "12.5"}, region="CN-SH", on=_FIRST, book=book)
    measured = (time.perf_counter() - began) / len(some)
    micros = (in_rules + measured) * 1e6
    what = f"µs for one award in rules ({in_rules * 1e6:.1f}) and quantification ({measured * 1e6:.1f})"
    return Row(what, micros, None, None, f"< {_MUST_MICROS}", "–", micros < _MUST_MICROS)


def _groups() -> tuple[RuleGroup, ...]:
    return (RuleGroup(name="bonus", title=_TITLE, choice="all"),)


def _rules() -> list[EarningRule]:
    """Give twenty rules as a large shop might file them: by kind, with conditions, caps, steps and a bonus on top."""
    found = [
        _rule(f"kind_{number}", (number, (number + 1) % _KINDS), PerYuan(credits=Credits(1))) for number in range(8)
    ]
    found += [
        _rule("steps", (0, 1, 2), Tiered(of="fen", tiers=_tiers())),
        _rule("large", (3, 4), PerYuan(credits=Credits(2)), Spent(least=2_000)),
        _rule("evenings", (5,), PerYuan(credits=Credits(2)), Hours(since=20, until=2)),
        _rule("weekend", (6, 7), PerYuan(credits=Credits(2)), Weekday(any_of=(6, 7))),
        _rule("grade_one", (8, 9), PerYuan(credits=Credits(3)), EnergyGrade(worst=1)),
        _rule("shanghai", (9, 10), PerYuan(credits=Credits(2)), Region(any_of=("CN-SH",))),
        _rule("brands", (11,), PerYuan(credits=Credits(2)), OneOf(kind="brand", any_of=("b1", "b2"))),
        _rule("market_day", (0, 5, 10), PerYuan(credits=Credits(3)), CalendarDays(days=(1, 15))),
        _rule("each_time", (2, 3), PerAction(credits=Credits(5)), caps=Caps(per_day=Credits(500))),
        _rule("half_more", (4,), PerYuan(credits=Credits(1)), percent=150),
        _rule("over_fifty", (1,), PerYuan(credits=Credits(2)), threshold=5_000),
        _rule("bonus_day", tuple(range(_KINDS)), PercentOfGiven(percent=50), CalendarDays(days=(15,)), group="bonus"),
    ]
    return found


def _tiers() -> tuple[Tier, ...]:
    return (
        Tier(above=0, credits=1, per=100),
        Tier(above=3_000, credits=2, per=100),
        Tier(above=9_000, credits=3, per=100),
    )


def _rule(
    name: str,
    kinds: tuple[int, ...],
    rate: Rate,
    *conditions: Condition,
    caps: Caps | None = None,
    percent: int = 100,
    threshold: int = 0,
    group: str = BASE,
) -> EarningRule:
    limits = caps or Caps(per_day=Credits(100_000), per_month=Credits(2_000_000))
    return EarningRule(
        name=name,
        version=1,
        title=_TITLE,
        ground=Ground.PURCHASE,
        products=tuple(f"kind_{number}" for number in kinds),
        rate=rate,
        multiplier_percent=percent,
        threshold_fen=Fen(threshold),
        caps=limits,
        since=date(2026, 1, 1),
        conditions=conditions,
        group=group,
    )


def _claims(lines: int) -> list[Claim]:
    chance = random.Random(7)
    known = [
        Attributes(
            merchant=f"mer_{number % 3}",
            store=str(number % 40),
            region=("CN-SH", "CN-BJ", "CN-ZJ-HZ")[number % 3],
            channel=("store", "online")[number % 2],
            brand=f"b{number % 20}",
            energy_grade=number % 4,
        )
        for number in range(1_000)
    ]
    found: list[Claim] = []
    for number in range(lines):
        kind, fen = f"kind_{chance.randrange(_KINDS)}", chance.randrange(100, 12_000)
        facts: dict[str, Any] = {"spent_fen": fen, "grams": 0, "times": 1, "bought": {kind: fen}}
        found.append(
            Claim(
                number + 1,
                chance.randrange(1, _PEOPLE),
                _FIRST + timedelta(days=chance.randrange(_DAYS)),
                Ground.PURCHASE,
                kind,
                **facts,
                hour=chance.randrange(24),
                attributes=known[chance.randrange(len(known))],
            )
        )
    return found
