"""A batch earns what its claims earn one after the other, and no limit is ever exceeded, whatever comes."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.awards import rules
from greencredit.awards.rules import Claim, Grant, Plan, State, UsageKey
from greencredit.awards.rules import evaluate as many
from greencredit.awards.rules.columns import columns_of
from greencredit.schemas.awards import EarningRule
from tests.factories.earning import claims, earning_rules, numbered, plans, used_before

some_rules = st.lists(earning_rules(), min_size=1, max_size=6, unique_by=lambda one: one.name)


def one_by_one(compiled: rules.Compiled, some: list[Claim], state: State) -> list[tuple[int, Grant]]:
    """Judge claims in turn."""
    return [(row, grant) for row, claim in enumerate(some) for grant in rules.decide(compiled, claim, state)]


def copied(state: State) -> State:
    """Give the same state again."""
    return State(dict(state.usage), dict(state.occasions))


def moved(state: State, decided: many.Decisions) -> State:
    """Give the state after a batch."""
    usage = Counter(state.usage)
    moves = decided.usage()
    assert len({move[:3] for move in moves}) == len(moves)
    for lineage, whose, window, credits_ in moves:
        usage[lineage, whose, window] += credits_
    return State(dict(usage), state.occasions | decided.occasions)


@pytest.fixture(autouse=True)
def _arrays_from_the_first_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches go through arrays, too."""
    monkeypatch.setattr(many, "_FEW", 0)


@pytest.mark.proves("AWD-1", "AWD-2")
@settings(max_examples=150, deadline=None)
@given(some_rules, plans(), claims(), st.lists(st.integers(0, 90), max_size=8))
def test_a_batch_earns_what_its_claims_earn_in_turn(
    on_file: list[EarningRule], plan: Plan, some: list[Claim], used: list[int]
) -> None:
    filed = numbered(on_file)
    compiled = rules.compile_rules(filed, plan)
    before = used_before(filed, plan, some, used)
    in_turn = copied(before)
    wanted = one_by_one(compiled, some, in_turn)
    columns = columns_of(some)

    decided = many.evaluate(compiled, columns, before)

    assert decided.grants(columns) == wanted
    after = moved(before, decided)
    assert {key: used for key, used in after.usage.items() if used} == {k: u for k, u in in_turn.usage.items() if u}
    assert after.occasions == in_turn.occasions
    assert decided.credits == sum(grant.credits for _, grant in wanted)


@pytest.mark.proves("AWD-1")
@settings(max_examples=60, deadline=None)
@given(some_rules, plans(), claims(), st.lists(st.integers(1, 5), max_size=6))
def test_a_batch_cut_into_pieces_earns_the_same(
    on_file: list[EarningRule], plan: Plan, some: list[Claim], cuts: list[int]
) -> None:
    compiled = rules.compile_rules(numbered(on_file), plan)
    columns = columns_of(some)
    whole = many.evaluate(compiled, columns, rules.nothing_before())

    state, grants, place = rules.nothing_before(), list[tuple[int, Grant]](), 0
    for size in [*cuts, len(some)]:
        piece = some[place : place + size]
        if piece:
            decided = many.evaluate(compiled, columns_of(piece), state)
            grants += [(place + row, grant) for row, grant in decided.grants(columns_of(piece))]
            state = moved(state, decided)
        place += size

    assert grants == whole.grants(columns)
    assert {key: used for key, used in state.usage.items() if used} == {
        (lineage, whose, window): used for lineage, whose, window, used in whole.usage()
    }


@pytest.mark.proves("AWD-1", "AWD-6")
@settings(max_examples=60, deadline=None)
@given(some_rules, plans(), claims(), st.lists(st.integers(0, 90), max_size=8), st.randoms(use_true_random=False))
def test_no_cap_and_no_budget_is_ever_exceeded_in_any_order(
    on_file: list[EarningRule],
    plan: Plan,
    some: list[Claim],
    used: list[int],
    chance: Any,  # noqa: ANN401 - Hypothesis' generator
) -> None:
    filed = numbered(on_file)
    compiled = rules.compile_rules(filed, plan)
    before = used_before(filed, plan, some, used)
    shuffled = chance.sample(some, len(some))
    columns = columns_of(shuffled)

    decided = many.evaluate(compiled, columns, before)

    given_: Counter[UsageKey] = Counter(before.usage)
    paid: Counter[int] = Counter()
    for row, grant in decided.grants(columns):
        claim = shuffled[row]
        assert grant.credits > 0
        most = grant.filed.rule.caps.per_award
        assert most is None or grant.credits <= most
        for _, limit, key in rules.limits(grant.filed, claim.holder, claim.on, household=claim.household, plan=plan):
            given_[key] += grant.credits
            assert given_[key] <= limit
        assert sum(part.credits for part in grant.parts) == (grant.credits if grant.parts else 0)
        for part in grant.parts:
            paid[part.counter] += part.credits
    for payer in (payer for split in plan.splits.values() for payer in split):
        assert payer.budget is None or paid[payer.counter] <= payer.budget


@pytest.mark.proves("AWD-1")
@settings(max_examples=80, deadline=None)
@given(some_rules, plans(), claims(most=1), st.lists(st.integers(0, 90), max_size=8), st.integers(1, 50))
def test_a_higher_rate_never_lowers_what_its_rule_gives(
    on_file: list[EarningRule], plan: Plan, some: list[Claim], used: list[int], more: int
) -> None:
    filed = numbered(on_file)
    before = used_before(filed, plan, some, used)
    for place, one in enumerate(filed):
        raised = one._replace(rule=with_higher_rate(one.rule, more))
        others = [*filed[:place], raised, *filed[place + 1 :]]
        told = [
            sum(
                found.credits
                for found in rules.consider(rules.compile_rules(on, plan), some[0], copied(before))
                if found.filed.rule_id == one.rule_id
            )
            for on in (filed, others)
        ]

        assert told[1] >= told[0]


def with_higher_rate(rule: EarningRule, more: int) -> EarningRule:
    """Give the same rule with a higher rate."""
    rate = rule.rate
    if rate.kind == "tiered":
        tiers = tuple(one.model_copy(update={"credits": one.credits + more}) for one in rate.tiers)
        return rule.model_copy(update={"rate": rate.model_copy(update={"tiers": tiers})})
    field = "percent" if rate.kind == "percent_of_given" else "credits"
    return rule.model_copy(update={"rate": rate.model_copy(update={field: getattr(rate, field) + more})})


@pytest.mark.proves("AWD-6")
@given(st.integers(0, 10**9), st.lists(st.integers(1, 10_000), min_size=1, max_size=8))
def test_shares_are_exact_and_within_one_of_their_part(credits_: int, parts: list[int]) -> None:
    shares = rules.shares_of(credits_, parts)

    whole = sum(parts)
    assert sum(shares) == credits_
    for share, part in zip(shares, parts, strict=True):
        assert credits_ * part // whole <= share <= -(-credits_ * part // whole)


@pytest.mark.proves("AWD-6")
@given(
    st.integers(1, 300), st.lists(st.tuples(st.integers(1, 50), st.none() | st.integers(0, 80)), min_size=1, max_size=4)
)
def test_what_is_paid_is_the_most_that_every_budget_holds(wanted: int, funders: list[tuple[int, int | None]]) -> None:
    split = tuple(rules.Payer(-place, f"f{place}", parts, most) for place, (parts, most) in enumerate(funders, start=1))
    left = [most for _, most in funders]

    paid, short = rules.most_paid(wanted, split, left)

    def holds(credits_: int) -> bool:
        shares = rules.shares_of(credits_, [payer.parts for payer in split])
        return not credits_ or (
            0 not in left and all(most is None or share <= most for share, most in zip(shares, left, strict=True))
        )

    assert paid == max(credits_ for credits_ in range(wanted + 1) if holds(credits_))
    assert (short < 0) is (paid == wanted)
