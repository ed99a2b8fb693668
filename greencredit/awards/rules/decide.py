"""What one claim earns, judged in turn: the exact way, against which every faster one is held."""

from collections.abc import Callable
from typing import NamedTuple

from greencredit.awards.rules import occasions
from greencredit.awards.rules.amounts import before_limits
from greencredit.awards.rules.claims import Claim, Filed, Grant, State, Step, UsageKey, windows
from greencredit.awards.rules.compiled import Compiled, Group, Ready
from greencredit.awards.rules.plan import most_paid, parts_of
from greencredit.schemas.awards import Condition


class Unmet(NamedTuple):
    """A condition that did not hold."""

    condition: Condition
    number: int | None = None
    """What number the occasion had, for conditions on what was before."""


class Considered(NamedTuple):
    """A rule that was looked at for a claim, and what became of it."""

    filed: Filed
    in_force: bool
    unmet: tuple[Unmet, ...]
    """The conditions that did not hold."""
    credits: int
    """What it came to after its limits; 0 where something was not met."""
    steps: tuple[Step, ...]
    """How that came about; empty where something was not met."""
    granted: bool
    """Whether it was given: credits came out, and no rule of its group gave more."""


class _Day(NamedTuple):
    """A claim with the windows of its day."""

    claim: Claim
    windows: tuple[int, int, int, int]
    ordinal: int


_Told = Callable[[Considered], None]


def decide(rules: Compiled, claim: Claim, state: State) -> list[Grant]:
    """Give what a claim earns, group by group, and count it in `state`; no grant: nothing.

    `state` must hold what `wanted_usage` and `wanted_occasions` ask for. An action that emitted more than its baseline
    earns nothing, however it is rated.
    """
    if claim.grams < 0:
        return []
    day = _Day(claim, windows(claim.on), claim.on.toordinal())
    granted: list[Grant] = []
    given = 0
    for group in rules.by_subject.get((claim.ground, claim.subject), ()):
        found = _in_group(group, day, given, state)
        given += sum(one.credits for one in found)
        granted += found
    return granted


def consider(rules: Compiled, claim: Claim, state: State) -> list[Considered]:
    """Say of every rule for what was bought or done what became of it; `state` is left as it is."""
    if claim.grams < 0:
        return []
    before = State(dict(state.usage), dict(state.occasions))
    grants = {one.filed.rule_id: one for one in decide(rules, claim, before)}
    now = State(dict(state.usage), dict(state.occasions))
    day = _Day(claim, windows(claim.on), claim.on.toordinal())
    told: list[Considered] = []
    given = 0
    for group in rules.by_subject.get((claim.ground, claim.subject), ()):
        here = 0
        for one in group.rules:
            in_force = one.since <= day.ordinal < one.until
            unmet = _unmet(one, day, state)
            grant = grants.get(one.filed.rule_id)
            worked = _worked_out(one, day, given, now) if in_force and not unmet else None
            credits_, steps = (0, ()) if worked is None else (worked.credits, worked.steps)
            told.append(Considered(one.filed, in_force, tuple(unmet), credits_, steps, grant is not None))
            if grant is not None:
                here += grant.credits
                if group.all_count:
                    _count(one, grant, day, now)
        if not group.all_count:
            for one in group.rules:
                if (grant := grants.get(one.filed.rule_id)) is not None:
                    _count(one, grant, day, now)
        given += here
    return told


def _in_group(group: Group, day: _Day, given: int, state: State) -> list[Grant]:
    best: tuple[Ready, Grant] | None = None
    granted: list[Grant] = []
    for one in group.rules:
        if not one.since <= day.ordinal < one.until or not all(test(day.claim) for _, test in one.tests):
            continue
        if one.occasional and not _is_its_turn(one, day, state):
            continue
        grant = _worked_out(one, day, given, state)
        if grant.credits and group.all_count:
            _count(one, grant, day, state)
            granted.append(grant)
        elif grant.credits and (best is None or grant.credits > best[1].credits):
            best = one, grant
    if best is not None:
        _count(*best, day, state)
        granted.append(best[1])
    return granted


def _is_its_turn(one: Ready, day: _Day, state: State) -> bool:
    """Tell whether this occasion is one that counts, and count it as an occasion either way."""
    lineage, holder = one.filed.lineage, day.claim.holder
    met = all(
        occasions.meets(
            condition,
            occasions.number_of(condition, lineage, holder, day.windows, day.ordinal, state.occasions),
        )
        for condition in one.occasional
    )
    occasions.move(one.occasional, lineage, holder, day.windows, day.ordinal, state.occasions)
    return met


def _unmet(one: Ready, day: _Day, state: State) -> list[Unmet]:
    unmet = [Unmet(condition) for condition, test in one.tests if not test(day.claim)]
    for condition in one.occasional:
        number = occasions.number_of(
            condition, one.filed.lineage, day.claim.holder, day.windows, day.ordinal, state.occasions
        )
        if not occasions.meets(condition, number):
            unmet.append(Unmet(condition, number))
    return unmet


def _worked_out(one: Ready, day: _Day, given: int, state: State) -> Grant:
    claim = day.claim
    credits_, steps = before_limits(one.filed.rule, claim, given, one.issuers_most)
    usage = state.usage
    for limit in one.limits:
        left = max(limit.most - usage.get(limit.key(claim.holder, claim.household, day.windows), 0), 0)
        if credits_ > left:
            steps.append((limit.step, credits_, left, left))
            credits_ = left
    if one.split and credits_:
        left_over = [
            None if payer.budget is None else max(payer.budget - usage.get(budget_key(payer.counter), 0), 0)
            for payer in one.split
        ]
        paid, short = most_paid(credits_, one.split, left_over)
        if short >= 0:
            steps.append(("funder", credits_, left_over[short] or 0, paid, one.split[short].name))
            credits_ = paid
    return Grant(one.filed, credits_, tuple(steps), parts_of(credits_, one.split) if credits_ else ())


def budget_key(counter: int) -> UsageKey:
    """Give the counter of a funder's budget."""
    return counter, 0, 0


def _count(one: Ready, grant: Grant, day: _Day, state: State) -> None:
    for key, moved in moves_of(one, grant, day.claim, day.windows):
        state.usage[key] = state.usage.get(key, 0) + moved


def moves_of(one: Ready, grant: Grant, claim: Claim, windows_: tuple[int, int, int, int]) -> list[tuple[UsageKey, int]]:
    """List the counters that a grant moves: those that a cap or budget looks at, and those of its funders."""
    moves = [(limit.key(claim.holder, claim.household, windows_), grant.credits) for limit in one.limits]
    return moves + [(budget_key(part.counter), part.credits) for part in grant.parts]
