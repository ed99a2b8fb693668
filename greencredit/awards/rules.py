"""How many credits a claim earns under a filed rule, step by step; whole numbers throughout.

Rounding: `rate × what qualifies × multiplier` is rounded down once. Caps then cut from the shortest window to the
longest, the budget last. Where several rules qualify, the one that gives most is taken; ties go to the first name.
"""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from datetime import date
from typing import Final, NamedTuple

from greencredit.schemas.awards import EarningRule, Ground, PerAction, PerKilogram, PerYuan

FEN_PER_YUAN: Final = 100
GRAMS_PER_KILOGRAM: Final = 1000
PERCENT: Final = 100
EVERYONE: Final = 0
"""Stands for all holders together where a budget is counted."""
EVER: Final = 0
"""The window that never ends."""

UsageKey = tuple[int, int, int]
"""Lineage of the rule, holder, window."""

Step = tuple[str, int, int, int]
"""Step, found, limit, credits: see `schemas.awards.TraceStep`."""


class Claim(NamedTuple):
    """Something that may earn: one line of a receipt or one measured action."""

    evidence_id: int
    holder: int
    on: date
    ground: Ground
    subject: str
    spent_fen: int
    grams: int
    times: int
    bought: Mapping[str, int]
    """What the same receipt comes to, in fen, by green kind of product."""


class Filed(NamedTuple):
    """A rule in force with the numbers under which it is kept."""

    rule_id: int
    lineage: int
    rule: EarningRule


class Grant(NamedTuple):
    """What a claim earned: by which rule, how much, and how it came about."""

    filed: Filed
    credits: int
    steps: tuple[Step, ...]


def index_of(filed: Iterable[Filed]) -> dict[tuple[Ground, str], list[Filed]]:
    """List the rules by what qualifies, in the order in which ties are settled."""
    index: dict[tuple[Ground, str], list[Filed]] = {}
    for one in sorted(filed, key=lambda candidate: (candidate.rule.name, -candidate.rule.version)):
        for subject in (*one.rule.products, *one.rule.actions):
            index.setdefault((one.rule.ground, subject), []).append(one)
    return index


def ended(filed: Sequence[Filed], left_out: Mapping[str, date]) -> list[Filed]:
    """End every version on the day on which its next version begins, or its rule was left out of the filing."""
    found: list[Filed] = []
    for one in filed:
        days = [
            other.rule.since
            for other in filed
            if other.lineage == one.lineage and other.rule.version > one.rule.version
        ]
        ends = [day for day in (*days, one.rule.until, left_out.get(one.rule.name)) if day is not None]
        found.append(one._replace(rule=one.rule.model_copy(update={"until": min(ends, default=None)})))
    return found


def holds(rule: EarningRule, on: date) -> bool:
    """Tell whether a rule holds on a day."""
    return rule.since <= on and (rule.until is None or on < rule.until)


def windows(on: date) -> tuple[int, int, int, int]:
    """Give the day, month, year and for-ever windows of a day, as numbers."""
    month = on.year * 100 + on.month
    return month * 100 + on.day, month, on.year, EVER


def usage_keys(filed: Filed, holder: int, on: date) -> list[UsageKey]:
    """List the counters that a grant under this rule moves: only those that a cap or budget looks at."""
    return [key for _, _, key in limits(filed, holder, on)]


def grant_for(claim: Claim, candidates: Sequence[Filed], usage: MutableMapping[UsageKey, int]) -> Grant | None:
    """Give what a claim earns and count it; nothing if no rule holds on its day.

    `usage` must hold every counter of `usage_keys`; it is moved by what was granted. An action that emitted more than
    its baseline earns nothing, however it is rated.
    """
    if claim.grams < 0:
        return None
    best: Grant | None = None
    for filed in candidates:
        if holds(filed.rule, claim.on):
            grant = Grant(filed, *_worked_out(claim, filed, usage))
            if best is None or grant.credits > best.credits:
                best = grant
    if best is not None and best.credits:
        for key in usage_keys(best.filed, claim.holder, claim.on):
            usage[key] = usage.get(key, 0) + best.credits
    return best


def _worked_out(claim: Claim, filed: Filed, usage: Mapping[UsageKey, int]) -> tuple[int, tuple[Step, ...]]:
    rule = filed.rule
    numerator, found, limit, unit = _rate(rule.rate, claim)
    credits_ = numerator * rule.multiplier_percent // (unit * PERCENT)
    steps: list[Step] = [("rate", found, limit, numerator // unit)]
    if rule.multiplier_percent != PERCENT:
        steps.append(("multiplier", numerator // unit, rule.multiplier_percent, credits_))
    if rule.threshold_fen:
        qualifying = sum(claim.bought.get(product, 0) for product in rule.products)
        credits_ = credits_ if qualifying >= rule.threshold_fen else 0
        steps.append(("threshold", qualifying, rule.threshold_fen, credits_))
    for step, limit_, key in limits(filed, claim.holder, claim.on):
        left = max(limit_ - usage.get(key, 0), 0)
        if credits_ > left:
            steps.append((step, credits_, left, left))
            credits_ = left
    return credits_, tuple(steps)


def _rate(rate: PerYuan | PerKilogram | PerAction, claim: Claim) -> tuple[int, int, int, int]:
    """Give credits as numerator and unit, with what was found and the credits per unit."""
    if isinstance(rate, PerYuan):
        return claim.spent_fen * rate.credits, claim.spent_fen, rate.credits, FEN_PER_YUAN * rate.per_yuan
    if isinstance(rate, PerKilogram):
        return claim.grams * rate.credits, claim.grams, rate.credits, GRAMS_PER_KILOGRAM
    return claim.times * rate.credits, claim.times, rate.credits, 1


def limits(filed: Filed, holder: int, on: date) -> list[tuple[str, int, UsageKey]]:
    """List the caps of a rule and its budget for a holder's day: step, most credits, counter."""
    caps = filed.rule.caps
    named = zip(
        ("cap_day", "cap_month", "cap_year", "cap_person"),
        (caps.per_day, caps.per_month, caps.per_year, caps.per_person),
        windows(on),
        strict=True,
    )
    found: list[tuple[str, int, UsageKey]] = [
        (step, limit, (filed.lineage, holder, window)) for step, limit, window in named if limit is not None
    ]
    if filed.rule.budget_credits is not None:
        found.append(("budget", filed.rule.budget_credits, (filed.lineage, EVERYONE, EVER)))
    return found
