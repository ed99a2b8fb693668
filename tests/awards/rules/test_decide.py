"""How many credits a claim earns, step by step: tables of cases, and what must hold whatever comes."""

import itertools
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from greencredit.awards import rules
from greencredit.awards.rules import EVER, EVERYONE, Claim, Filed, Grant, State, UsageKey
from greencredit.schemas.awards import Caps, Ground, PerAction, PerKilogram, PerYuan
from tests.factories.awards import action_rule, claim, filed, purchase_rule

DAY = date(2026, 1, 5)


def grant_for(one: Claim, on_file: Sequence[Filed], usage: dict[UsageKey, int]) -> Grant | None:
    """Give what a claim earned, or how it came to nothing; nothing at all if no rule holds."""
    compiled, state = rules.compile_rules(on_file), State(usage, {})
    looked_at = [found for found in rules.consider(compiled, one, state) if found.in_force]
    granted = rules.decide(compiled, one, state)
    if granted:
        return granted[0]
    return Grant(looked_at[0].filed, looked_at[0].credits, looked_at[0].steps) if looked_at else None


def keys_of(rule: Filed) -> list[UsageKey]:
    """List the counters of a rule for holder 7 on the day."""
    return [key for _, _, key in rules.limits(rule, 7, DAY)]


def credits_of(one: Claim, *on_file: Filed, usage: dict[UsageKey, int] | None = None) -> int | None:
    """Give the credits of a claim, or nothing if no rule holds."""
    grant = grant_for(one, on_file, {} if usage is None else usage)
    return None if grant is None else grant.credits


# ---- Rate, multiplier, rounding ------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-1")
@pytest.mark.parametrize(
    ("rate", "fen", "percent", "credits_"),
    [
        (PerYuan(credits=1), 3650, 100, 36),
        (PerYuan(credits=1), 99, 100, 0),
        (PerYuan(credits=1), 100, 100, 1),
        (PerYuan(credits=3), 3650, 100, 109),
        (PerYuan(credits=1, per_yuan=10), 3650, 100, 3),
        (PerYuan(credits=1, per_yuan=10), 3650, 200, 7),
        # Rounded once: half a credit of the rate is not lost before it is doubled.
        (PerYuan(credits=1), 150, 200, 3),
        (PerYuan(credits=1), 199, 150, 2),
        (PerYuan(credits=1), 3650, 1, 0),
        (PerAction(credits=5), 3650, 100, 5),
        (PerAction(credits=5), 3650, 150, 7),
    ],
)
def test_a_purchase_earns_rate_times_multiplier_rounded_down_once(
    rate: PerYuan | PerAction, fen: int, percent: int, credits_: int
) -> None:
    rule = filed(purchase_rule(rate=rate, multiplier_percent=percent))

    assert credits_of(claim(spent_fen=fen), rule) == credits_


@pytest.mark.proves("AWD-1")
@pytest.mark.parametrize(
    ("rate", "grams", "credits_"),
    [
        (PerKilogram(credits=100), 684, 68),
        (PerKilogram(credits=100), 9, 0),
        (PerKilogram(credits=1), 1999, 1),
        (PerAction(credits=5), 684, 5),
        (PerAction(credits=5), 0, 5),
    ],
)
def test_an_action_earns_by_kilogram_or_by_time(rate: PerKilogram | PerAction, grams: int, credits_: int) -> None:
    one = claim(ground=Ground.ACTION, subject="metro_trip_km", grams=grams, spent_fen=0)

    assert credits_of(one, filed(action_rule(rate=rate))) == credits_


@pytest.mark.parametrize("rate", [PerKilogram(credits=100), PerAction(credits=5)])
def test_what_emitted_more_than_its_baseline_earns_nothing_however_it_is_rated(
    rate: PerKilogram | PerAction,
) -> None:
    one = claim(ground=Ground.ACTION, subject="metro_trip_km", grams=-1, spent_fen=0)

    assert credits_of(one, filed(action_rule(rate=rate))) is None


@given(st.integers(0, 10**9), st.integers(1, 100), st.integers(1, 100), st.integers(1, 1000))
def test_rounding_never_gives_more_than_the_rule_and_loses_less_than_one(
    fen: int, credits_: int, per_yuan: int, percent: int
) -> None:
    rule = purchase_rule(rate=PerYuan(credits=credits_, per_yuan=per_yuan), multiplier_percent=percent)

    given_ = credits_of(claim(spent_fen=fen), filed(rule))

    assert given_ is not None
    exact_times = fen * credits_ * percent
    unit = 100 * per_yuan * 100
    assert given_ * unit <= exact_times < (given_ + 1) * unit


# ---- Threshold -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-1", "AWD-2")
@pytest.mark.parametrize(
    ("bought", "credits_"),
    [
        ({"organic_produce": 4999}, 0),
        ({"organic_produce": 5000}, 36),
        # What qualifies under another rule does not count here.
        ({"organic_produce": 3650, "soy_drinks": 9900}, 0),
    ],
)
def test_a_threshold_counts_what_qualifies_under_the_rule_on_one_receipt(bought: dict[str, int], credits_: int) -> None:
    grant = grant_for(claim(bought=bought), [filed(purchase_rule(threshold_fen=5000))], {})

    assert grant is not None
    assert grant.credits == credits_
    assert grant.steps == (("rate", 3650, 1, 36), ("threshold", bought["organic_produce"], 5000, credits_))


def test_a_threshold_of_a_rule_for_two_kinds_counts_both() -> None:
    rule = purchase_rule(products=("organic_produce", "soy_drinks"), threshold_fen=5000)

    assert credits_of(claim(bought={"organic_produce": 3650, "soy_drinks": 1350}), filed(rule)) == 36


# ---- Caps and budget -----------------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-1", "AWD-2")
@pytest.mark.parametrize(
    ("caps", "budget", "used", "credits_", "step"),
    [
        ({"per_day": 20}, None, {}, 20, ("cap_day", 36, 20, 20)),
        ({"per_day": 50}, None, {(1, 7, 20260105): 30}, 20, ("cap_day", 36, 20, 20)),
        ({"per_month": 50}, None, {(1, 7, 202601): 30}, 20, ("cap_month", 36, 20, 20)),
        ({"per_year": 50}, None, {(1, 7, 2026): 30}, 20, ("cap_year", 36, 20, 20)),
        ({"per_person": 50}, None, {(1, 7, EVER): 30}, 20, ("cap_person", 36, 20, 20)),
        ({}, 50, {(1, EVERYONE, EVER): 30}, 20, ("budget", 36, 20, 20)),
        ({"per_day": 50}, None, {(1, 7, 20260105): 50}, 0, ("cap_day", 36, 0, 0)),
        # Lowered below what was given before: nothing more, and nothing is taken.
        ({"per_day": 50}, None, {(1, 7, 20260105): 80}, 0, ("cap_day", 36, 0, 0)),
        # Others' use, other days and other rules don't count.
        ({"per_day": 50}, None, {(1, 8, 20260105): 50, (1, 7, 20260104): 50, (2, 7, 20260105): 50}, 36, None),
    ],
)
def test_each_cap_cuts_to_what_it_leaves_and_says_so(
    caps: dict[str, int],
    budget: int | None,
    used: dict[UsageKey, int],
    credits_: int,
    step: rules.Step | None,
) -> None:
    rule = filed(purchase_rule(caps=Caps.model_validate(caps), budget_credits=budget))
    usage = dict(used)

    grant = grant_for(claim(), [rule], usage)

    assert grant is not None
    assert (grant.credits, grant.steps) == (credits_, (("rate", 3650, 1, 36), *([step] if step else [])))
    moved = {key: usage.get(key, 0) - used.get(key, 0) for key in keys_of(rule)}
    assert moved == dict.fromkeys(keys_of(rule), credits_)


@pytest.mark.proves("AWD-2")
def test_caps_cut_from_the_shortest_to_the_longest_and_the_budget_last() -> None:
    caps = Caps(per_day=30, per_month=25, per_year=20, per_person=15)
    rule = filed(purchase_rule(caps=caps, budget_credits=10, multiplier_percent=200, threshold_fen=100))

    grant = grant_for(claim(), [rule], {})

    assert grant is not None
    assert grant.steps == (
        ("rate", 3650, 1, 36),
        ("multiplier", 36, 200, 73),
        ("threshold", 3650, 100, 73),
        ("cap_day", 73, 30, 30),
        ("cap_month", 30, 25, 25),
        ("cap_year", 25, 20, 20),
        ("cap_person", 20, 15, 15),
        ("budget", 15, 10, 10),
    )


# ---- Which rule ----------------------------------------------------------------------------------------------------


@pytest.mark.proves("AWD-1")
def test_the_rule_that_gives_most_is_taken_and_only_its_caps_are_used() -> None:
    one = filed(purchase_rule(name="a_single", caps=Caps(per_day=100)))
    double = filed(purchase_rule(name="b_double", multiplier_percent=200, caps=Caps(per_day=50)), rule_id=2, lineage=2)
    usage: dict[UsageKey, int] = {}

    grants = [grant_for(claim(), [double, one], usage) for _ in range(2)]

    assert [(one.filed.rule.name, one.credits) for one in grants if one] == [("b_double", 50), ("a_single", 36)]
    assert usage == {(2, 7, 20260105): 50, (1, 7, 20260105): 36}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_tie_goes_to_the_first_name_in_whatever_order_the_rules_are_kept(order: tuple[int, ...]) -> None:
    on_file = [
        filed(purchase_rule(name=name), rule_id=number, lineage=number)
        for number, name in enumerate(("c_1", "a_1", "b_1"), 1)
    ]

    grant = grant_for(claim(), [on_file[place] for place in order], {})

    assert grant is not None
    assert grant.filed.rule.name == "a_1"


@pytest.mark.parametrize(
    ("on", "holds"),
    [(date(2025, 12, 31), False), (date(2026, 1, 1), True), (date(2026, 1, 31), True), (date(2026, 2, 1), False)],
)
def test_a_rule_holds_from_its_first_day_and_no_longer_on_its_last(on: date, *, holds: bool) -> None:
    rule = purchase_rule(since=date(2026, 1, 1), until=date(2026, 2, 1))

    assert rules.holds(rule, on) is holds
    assert (credits_of(claim(on=on), filed(rule)) is not None) is holds


def test_a_rule_for_other_goods_gives_nothing() -> None:
    assert credits_of(claim(subject="soy_drinks"), filed(purchase_rule())) is None


@pytest.mark.proves("AWD-1")
def test_a_version_ends_where_the_next_one_begins() -> None:
    first = filed(purchase_rule(since=date(2025, 1, 1), until=date(2027, 1, 1)))
    second = filed(purchase_rule(version=2, since=date(2026, 1, 1)), rule_id=2)
    third = filed(purchase_rule(version=3, since=date(2026, 3, 1)), rule_id=3)
    other = filed(purchase_rule(name="other", since=date(2025, 1, 1)), rule_id=4, lineage=4)

    ended = rules.ended([first, second, third, other], {})

    assert [one.rule.until for one in ended] == [date(2026, 1, 1), date(2026, 3, 1), None, None]
    assert [credits_of(claim(on=date(2026, 2, 28)), one) for one in ended] == [None, 36, None, 36]


@pytest.mark.proves("AWD-1")
def test_a_rule_that_a_filing_leaves_out_ends_on_that_day() -> None:
    kept, dropped = filed(purchase_rule()), filed(purchase_rule(name="dropped"), rule_id=2, lineage=2)

    ended = rules.ended([kept, dropped], {"dropped": date(2026, 1, 5)})

    assert [one.rule.until for one in ended] == [None, date(2026, 1, 5)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"products": ()}, "names what qualifies"),
        ({"actions": ("metro_trip_km",)}, "names what qualifies"),
        ({"rate": PerKilogram(credits=1)}, "only as a quantified action"),
        ({"until": date(2024, 1, 1)}, "ends after it begins"),
        ({"multiplier_percent": 0}, "greater than or equal to 1"),
        ({"caps": {"per_day": 0}}, "greater than 0"),
        ({"ground": Ground.ACTION, "products": (), "actions": ("walk_trip",)}, "never per yuan"),
        (
            {
                "ground": Ground.ACTION,
                "products": (),
                "actions": ("walk_trip",),
                "rate": PerAction(credits=1),
                "threshold_fen": 100,
            },
            "an action has no threshold",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_cannot_be_written(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        purchase_rule(**changes)


# ---- What always holds ---------------------------------------------------------------------------------------------

limit = st.none() | st.integers(1, 200)
some_rules = st.lists(
    st.builds(
        lambda caps, budget, percent, name: purchase_rule(
            caps=Caps(**caps), budget_credits=budget, multiplier_percent=percent, name=f"rule_{name}"
        ),
        st.fixed_dictionaries({"per_day": limit, "per_month": limit, "per_year": limit, "per_person": limit}),
        limit,
        st.integers(1, 300),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda rule: rule.name,
)
some_claims = st.lists(
    st.builds(
        lambda holder, days, fen: claim(holder=holder, on=date(2025, 12, 25) + timedelta(days), spent_fen=fen),
        st.integers(1, 3),
        st.integers(0, 20),
        st.integers(0, 20_000),
    ),
    max_size=40,
)


def _lived(on_file: list[Filed], claims: list[Claim]) -> tuple[dict[UsageKey, int], list[tuple[Claim, rules.Grant]]]:
    compiled, state = rules.compile_rules(on_file), rules.nothing_before()
    return state.usage, [(one, grant) for one in claims for grant in rules.decide(compiled, one, state)]


@pytest.mark.proves("AWD-1")
@given(some_rules, some_claims)
def test_use_is_what_was_given_and_never_above_any_cap(on_file: list[Any], claims: list[Claim]) -> None:
    numbered = [filed(rule, rule_id=number, lineage=number) for number, rule in enumerate(on_file, start=1)]

    usage, grants = _lived(numbered, claims)

    given_: Counter[UsageKey] = Counter()
    for one, grant in grants:
        for _, most, key in rules.limits(grant.filed, one.holder, one.on):
            given_[key] += grant.credits
            assert given_[key] <= most
    assert usage == dict(given_)


@pytest.mark.proves("AWD-2")
@given(some_rules, some_claims)
def test_the_steps_lead_from_what_was_spent_to_what_was_given(on_file: list[Any], claims: list[Claim]) -> None:
    numbered = [filed(rule, rule_id=number, lineage=number) for number, rule in enumerate(on_file, start=1)]

    for one, grant in _lived(numbered, claims)[1]:
        first, *others = grant.steps
        assert first == ("rate", one.spent_fen, 1, one.spent_fen // 100)
        for before, after in itertools.pairwise(grant.steps):
            assert after[1] == before[3]
        assert (others or [first])[-1][3] == grant.credits


@given(some_rules.filter(lambda found: len(found) == 1), st.lists(st.integers(0, 5_000), max_size=6), st.randoms())
def test_within_a_day_the_order_of_lines_does_not_change_what_one_person_gets(
    on_file: list[Any],
    amounts: list[int],
    chance: Any,  # noqa: ANN401 - Hypothesis' generator
) -> None:
    one = filed(on_file[0])
    claims = [claim(spent_fen=fen) for fen in amounts]
    shuffled = chance.sample(claims, len(claims))

    totals = [sum(grant.credits for _, grant in _lived([one], order)[1]) for order in (claims, shuffled)]

    assert totals[0] == totals[1]
    most = min((most for _, most, _ in rules.limits(one, 7, DAY)), default=None)
    assert most is None or totals[0] <= most


def test_windows_name_day_month_year_and_ever() -> None:
    assert rules.windows(DAY) == (20260105, 202601, 2026, EVER)
