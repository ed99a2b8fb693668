"""The life of an issuer over every state, step and role, against a table written by hand."""

from itertools import product

import pytest

from greencredit.issuers import rules
from greencredit.issuers.errors import (
    StepNotAllowed,
)
from greencredit.kernel.policy import POLICY, Role
from greencredit.schemas.issuers import (
    LifeState,
    LifeStep,
)

EXPECTED = """
draft                         amend             issuer_admin                =
returned                      amend             issuer_admin                =
draft returned                submit            issuer_admin                submitted
submitted                     return            certifier regulator         returned
submitted certified assessed  refuse            regulator                   refused
submitted                     certify           certifier                   certified
certified assessed filed active restricted suspended  certify  certifier    =
certified                     assess            assessor                    assessed
assessed filed active restricted suspended  assess           assessor       =
certified assessed filed active restricted suspended  fail_assessment  assessor  =
assessed filed active restricted suspended  meet_condition   assessor       =
certified assessed filed active restricted suspended withdrawing  note_agency  operator  =
assessed                      accept_filing     regulator                   filed
filed active restricted suspended  accept_filing  regulator                 =
filed                         activate          regulator                   active
filed active restricted suspended withdrawing  state_guarantee  issuer_admin  =
active                        restrict          regulator system            restricted
restricted                    restrict          regulator system            =
restricted                    relieve           regulator system            =
active restricted             suspend           regulator issuer_admin      suspended
restricted                    lift              regulator system            active
suspended                     lift              regulator                   active
suspended                     ease              regulator                   restricted
suspended                     withdraw          regulator issuer_admin      withdrawing
withdrawing                   close             regulator                   closed
draft submitted returned certified assessed filed  lapse  regulator issuer_admin  lapsed
"""
"""The life of an issuer written down a second time, by hand: states, step, roles, where it leads (= stays)."""


def expected_life() -> dict[tuple[LifeState, LifeStep, Role], LifeState]:
    """Read the hand-written table."""
    life: dict[tuple[LifeState, LifeStep, Role], LifeState] = {}
    for line in EXPECTED.strip().splitlines():
        words = line.split()
        (at,) = [place for place, word in enumerate(words) if word in set(LifeStep) and place > 0]
        states = [LifeState(word) for word in words[:at]]
        for state, role in product(states, words[at + 1 : -1]):
            to = state if words[-1] == "=" else LifeState(words[-1])
            life[state, LifeStep(words[at]), Role(role)] = to
    return life


@pytest.mark.proves("ISS-5")
def test_the_life_of_an_issuer_is_exactly_the_one_written_by_hand() -> None:
    assert dict(rules.LIFE) == expected_life()


@pytest.mark.proves("ISS-5")
def test_every_other_triple_of_state_step_and_role_is_refused() -> None:
    life = expected_life()
    allowed, refused = 0, 0
    for state, step, role in product(LifeState, LifeStep, Role):
        if (state, step, role) in life:
            assert rules.next_state(state, step, role) is life[state, step, role]
            allowed += 1
            continue
        with pytest.raises(StepNotAllowed) as no:
            rules.next_state(state, step, role)
        wanted = sorted(known for at, known, who in life if (at, who) == (state, role))
        assert no.value.facts == {"state": state, "step": step, "role": role, "wanted": wanted}
        refused += 1

    assert (allowed, refused) == (len(life), len(LifeState) * len(LifeStep) * len(Role) - len(life))


def test_there_is_no_way_to_active_that_leaves_out_certificate_assessment_or_filing() -> None:
    ways = {LifeState.DRAFT: {frozenset[LifeState]()}}
    queue = [(LifeState.DRAFT, frozenset({LifeState.DRAFT}))]
    while queue:
        state, passed = queue.pop()
        for (at, _, _), to in rules.LIFE.items():
            if at is state and passed not in ways.setdefault(to, set()):
                ways[to].add(passed)
                queue.append((to, passed | {to}))

    must = {LifeState.SUBMITTED, LifeState.CERTIFIED, LifeState.ASSESSED, LifeState.FILED}
    assert [way for way in ways[LifeState.ACTIVE] if not must <= way] == []


def test_ended_states_have_no_way_out_and_every_other_state_has_one() -> None:
    assert {state for state in LifeState if not any(at is state for at, _, _ in rules.LIFE)} == rules.ENDED


def test_every_step_is_carried_by_actions_of_the_policy_for_exactly_its_roles() -> None:
    def roles_of(actions: tuple[str, ...]) -> set[Role]:
        return {role for action in actions for role, _ in POLICY[action].holders}

    taken = {step: {role for _, known, role in rules.LIFE if known is step} for step in rules.ACTIONS}
    assert {step: roles_of(actions) for step, actions in rules.ACTIONS.items()} == taken
