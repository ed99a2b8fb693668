"""Rules made ready once for many claims: which can apply to what, in which order, and what limits them."""

from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from greencredit.awards.rules.claims import Filed
from greencredit.awards.rules.conditions import Test, test_of
from greencredit.awards.rules.limits import Limit, limits_of
from greencredit.awards.rules.plan import NO_PLAN, Plan, Split
from greencredit.schemas.awards import BASE, OCCASIONAL, Condition, Count, FirstTime, Ground, PercentOfGiven, Streak

_EVER: Final = date.max.toordinal()

Subject = tuple[Ground, str]
"""What a claim is for: a kind of product, an action, or a gift's own name."""


class Ready(NamedTuple):
    """A rule made ready."""

    place: int
    """Its place among all rules, in the order in which they are decided."""
    filed: Filed
    since: int
    until: int
    """Ordinals of its first day and of the first on which it no longer holds."""
    tests: tuple[tuple[Condition, Test], ...]
    occasional: tuple[FirstTime | Count | Streak, ...]
    limits: tuple[Limit, ...]
    split: Split
    group: int
    """The place of its group."""
    of_given: bool
    """Whether it gives on top of the groups before."""
    issuers_most: int | None
    """The issuer's cap on one award."""


class Group(NamedTuple):
    """A group's rules for one subject, in the order of their names."""

    all_count: bool
    rules: tuple[Ready, ...]


class Compiled(NamedTuple):
    """All rules of an issuer, made ready."""

    rules: tuple[Ready, ...]
    by_subject: dict[Subject, tuple[Group, ...]]
    plan: Plan
    all_count: tuple[bool, ...]
    """Group by group: whether all its rules count, or only the best."""


def compile_rules(filed: Iterable[Filed], plan: Plan = NO_PLAN) -> Compiled:
    """Make rules ready; the order in which they are given plays no part.

    Groups come in their filed order, the first one before all; within a group rules go by name, newest version first.
    A rule whose group the plan no longer knows counts as one of the first: its issuer files no other meaning.
    """
    places = {BASE: 0} | {group.name: place for place, group in enumerate(plan.groups, start=1)}
    ordered = sorted(filed, key=lambda one: (places.get(one.rule.group, 0), one.rule.name, -one.rule.version))
    rules = tuple(_ready(place, one, places.get(one.rule.group, 0), plan) for place, one in enumerate(ordered))
    all_count = (False, *(group.choice == "all" for group in plan.groups))
    listed: dict[Subject, dict[int, list[Ready]]] = {}
    for one in rules:
        for subject in one.filed.rule.subjects:
            listed.setdefault((one.filed.rule.ground, subject), {}).setdefault(one.group, []).append(one)
    by_subject = {
        subject: tuple(Group(all_count[place], tuple(found)) for place, found in sorted(groups.items()))
        for subject, groups in listed.items()
    }
    return Compiled(rules, by_subject, plan, all_count)


def _ready(place: int, filed: Filed, group: int, plan: Plan) -> Ready:
    rule = filed.rule
    return Ready(
        place=place,
        filed=filed,
        since=rule.since.toordinal(),
        until=_EVER if rule.until is None else rule.until.toordinal(),
        tests=tuple((one, test_of(one, rule)) for one in rule.conditions if not isinstance(one, OCCASIONAL)),
        occasional=tuple(one for one in rule.conditions if isinstance(one, OCCASIONAL)),
        limits=limits_of(filed, plan),
        split=plan.split(rule.funding),
        group=group,
        of_given=isinstance(rule.rate, PercentOfGiven),
        issuers_most=plan.caps.per_award,
    )
