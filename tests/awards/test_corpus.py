"""Every case of the corpus comes out to the credit and to the word; together they cover all that rules can say."""

from typing import Any, Final, get_args

import pytest

from greencredit.awards import rules
from greencredit.awards.queries.trials import replay_case, try_claim
from greencredit.awards.rules.facts import claims_of
from greencredit.awards.rules.scheme import compile_scheme
from greencredit.schemas.awards import Condition, FunderKind, Ground, StepName
from greencredit.schemas.awards.explained import Outcome, RuleTold
from greencredit.schemas.awards.rates import Rate
from greencredit.schemas.issuers import Scheme
from tests.awards.corpus import Entry, entries

ALL: Final = tuple(entries())
_LEAST: Final = 80


def _kinds_of(union: Any) -> set[str]:  # noqa: ANN401 - a union of shapes
    found: set[str] = set()
    for shape in get_args(get_args(union)[0]):
        found |= set(get_args(shape.model_fields["kind"].annotation))
    return found


@pytest.mark.proves("AWD-1", "AWD-2")
@pytest.mark.parametrize("entry", ALL, ids=lambda one: f"{one.family}-{one.case.name}")
def test_a_case_comes_out_to_the_credit_and_to_the_word(entry: Entry) -> None:
    found = replay_case(entry.scheme, entry.case)

    assert found.found == entry.case.expected
    assert (found.passed, found.faults) == (True, ())


def test_the_names_of_cases_are_their_own() -> None:
    names = [one.case.name for one in ALL]

    assert len(names) >= _LEAST
    assert sorted(names) == sorted(set(names))


def _conditions(scheme: Scheme) -> set[str]:
    return {condition.kind for rule in scheme.rules for condition in rule.conditions}


@pytest.mark.proves("AWD-1")
def test_every_condition_is_in_a_case_that_earns_and_in_one_that_does_not() -> None:
    held = {kind for one in ALL if one.case.expected.credits for kind in _conditions(one.scheme)}
    missed = {kind for one in ALL if not one.case.expected.credits for kind in _conditions(one.scheme)}

    assert (held, missed) == (_kinds_of(Condition), _kinds_of(Condition))


@pytest.mark.proves("AWD-1", "AWD-4", "AWD-6")
def test_every_rate_step_outcome_group_gift_and_funder_is_in_a_case() -> None:
    steps = {step.step for one in ALL for rule in _told(one) for step in rule.steps}
    rates = {rule.rate.kind for one in ALL for rule in one.scheme.rules}
    outcomes = {outcome for one in ALL for outcome in (one.case.expected.outcomes or {}).values()}
    funders = {funder.kind for one in ALL for funder in one.scheme.funders}

    assert steps == set(get_args(StepName))
    assert rates == _kinds_of(Rate)
    assert outcomes == set(get_args(Outcome))
    assert {group.choice for one in ALL for group in one.scheme.groups} == {"best", "all"}
    assert {rule.ground for one in ALL for rule in one.scheme.rules} == set(Ground)
    assert funders == set(FunderKind)


def _told(entry: Entry) -> tuple[RuleTold, ...]:
    """Say what became of each rule."""
    compiled, state = compile_scheme(entry.scheme), rules.nothing_before()
    *before, claim = claims_of([*entry.case.before, entry.case.fact])
    for one in before:
        rules.decide(compiled, one, state)
    return try_claim(compiled, claim, state, entry.scheme).told
