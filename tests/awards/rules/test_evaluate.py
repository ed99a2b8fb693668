"""A batch earns what its claims earn one after the other, and no limit is ever exceeded, whatever comes."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.awards import rules
from greencredit.awards.rules import Claim, Grant, Plan, State
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
@settings(max_examples=600, deadline=None)
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
