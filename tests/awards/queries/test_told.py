"""Whatever the rules do, it can be told in both languages, and what is told adds up to what was given."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.awards import rules
from greencredit.awards.queries.told.rules import Told, next_window, rules_told
from greencredit.awards.rules import Claim, Plan, State
from greencredit.awards.rules.columns import columns_of
from greencredit.awards.rules.evaluate import evaluate
from greencredit.awards.service.dry_run import _Side
from greencredit.awards.service.scratch import Scratch
from greencredit.schemas.awards import EarningRule
from tests.factories.earning import claims, earning_rules, numbered, plans

some_rules = st.lists(earning_rules(), min_size=1, max_size=6, unique_by=lambda one: one.name)


@pytest.mark.proves("AWD-2")
@settings(max_examples=80, deadline=None)
@given(some_rules, plans(), claims())
def test_everything_that_is_looked_at_is_told_and_adds_up(
    on_file: list[EarningRule], plan: Plan, some: list[Claim]
) -> None:
    compiled, state = rules.compile_rules(numbered(on_file), plan), rules.nothing_before()
    for claim in some:
        before = State(dict(state.usage), dict(state.occasions))
        considered = rules.consider(compiled, claim, before)

        told = rules_told(Told(claim, before), considered)
        given_ = rules.decide(compiled, claim, state)

        assert {one.name: one.credits for one in told if one.outcome == "granted"} == {
            one.filed.rule.name: one.credits for one in given_
        }
        assert [one.credits for one in told if one.outcome in {"before", "after", "unmet", "threshold", "capped"}] == [
            0 for one in told if one.outcome in {"before", "after", "unmet", "threshold", "capped"}
        ]
        for one in told:
            held = {condition.held for condition in one.conditions}
            assert (False in held) == (one.outcome == "unmet") or one.outcome in {"before", "after"}
            assert all(sentence.zh and sentence.en for sentence in (*one.sentences, *one.needed))
            assert one.needed or one.outcome in {"granted", "rounded", "unmet"}
        assert rules_told(Told(claim, before), considered) == told


@pytest.mark.proves("AWD-1")
@settings(max_examples=40, deadline=None)
@given(some_rules, plans(), claims())
def test_a_dry_run_judges_as_the_real_run_does(on_file: list[EarningRule], plan: Plan, some: list[Claim]) -> None:
    compiled = rules.compile_rules(numbered(on_file), plan)
    columns = columns_of(some)
    real = evaluate(compiled, columns, rules.nothing_before()).grants(columns)
    side = _Side(0, None, compiled)

    with Scratch() as scratch:
        dry = [(row, grant) for row, claim in enumerate(some) for grant in side.judge(claim, scratch)]

    assert dry == real


@pytest.mark.parametrize(
    ("step", "day"),
    [
        ("cap_day", date(2026, 12, 31)),
        ("issuer_person_month", date(2026, 12, 31)),
        ("household_year", date(2026, 12, 31)),
    ],
)
def test_a_cap_counts_anew_with_its_next_window(step: str, day: date) -> None:
    assert next_window(step, day) == date(2027, 1, 1)


@pytest.mark.parametrize("step", ["budget", "cap_person", "household", "issuer_person", "cap_award", "funder"])
def test_a_limit_without_a_window_never_counts_anew(step: str) -> None:
    assert next_window(step, date(2026, 1, 5)) is None
