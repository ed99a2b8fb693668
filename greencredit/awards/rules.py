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
    receipt_fen: int
    """What the qualifying lines of the same receipt come to."""


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


def superseded(filed: Sequence[Filed]) -> list[Filed]:
    """End every version on the day on which the next version of the same rule begins."""
    ended: list[Filed] = []
    for one in filed:
        later = [
            other.rule.since
            for other in filed
            if other.lineage == one.lineage and other.rule.version > one.rule.version
        ]
        ends = [day for day in (*later, one.rule.until) if day is not None]
        ended.append(one._replace(rule=one.rule.model_copy(update={"until": min(ends, default=None)})))
    return ended


def holds(rule: EarningRule, on: date) -> bool:
    """Tell whether a rule holds on a day."""
    return rule.since <= on and (rule.until is None or on < rule.until)


def windows(on: date) -> tuple[int, int, int, int]:
    """Give the day, month, year and for-ever windows of a day, as numbers."""
    month = on.year * 100 + on.month
    return month * 100 + on.day, month, on.year, EVER


def usage_keys(filed: Filed, claim: Claim) -> list[UsageKey]:
    """List the counters that a grant under this rule moves: only those that a cap or budget looks at."""
    caps = filed.rule.caps
    limits = (caps.per_day, caps.per_month, caps.per_year, caps.per_person)
    keys = [
        (filed.lineage, claim.holder, window)
        for limit, window in zip(limits, windows(claim.on), strict=True)
        if limit is not None
    ]
    if filed.rule.budget_credits is not None:
        keys.append((filed.lineage, EVERYONE, EVER))
    return keys


def grant_for(claim: Claim, candidates: Sequence[Filed], usage: MutableMapping[UsageKey, int]) -> Grant | None:
    """Give what a claim earns and count it; nothing if no rule holds on its day.

    `usage` must hold every counter of `usage_keys`; it is moved by what was granted.
    """
    best: Grant | None = None
    for filed in candidates:
        if holds(filed.rule, claim.on):
            grant = Grant(filed, *_worked_out(claim, filed, usage))
            if best is None or grant.credits > best.credits:
                best = grant
    if best is not None and best.credits:
        for key in usage_keys(best.filed, claim):
            usage[key] = usage.get(key, 0) + best.credits
    return best


def _worked_out(claim: Claim, filed: Filed, usage: Mapping[UsageKey, int]) -> tuple[int, tuple[Step, ...]]:
    rule = filed.rule
    numerator, found, limit, unit = _rate(rule.rate, claim)
    credits_ = numerator * rule.multiplier_percent // (unit * PERCENT)
    steps: list[Step] = [("rate", found, limit, numerator // unit)]
    if rule.multiplier_percent != PERCENT:
        steps.append(("multiplier", numerator // unit, rule.multiplier_percent, credits_))
    if rule.threshold_fen and claim.receipt_fen < rule.threshold_fen:
        credits_ = 0
        steps.append(("threshold", claim.receipt_fen, rule.threshold_fen, 0))
    for step, limit_, key in _limits(filed, claim):
        left = max(limit_ - usage.get(key, 0), 0)
        if credits_ > left:
            steps.append((step, credits_, left, left))
            credits_ = left
    return max(credits_, 0), tuple(steps)


def _rate(rate: PerYuan | PerKilogram | PerAction, claim: Claim) -> tuple[int, int, int, int]:
    """Give credits as numerator and unit, with what was found and the credits per unit."""
    if isinstance(rate, PerYuan):
        return claim.spent_fen * rate.credits, claim.spent_fen, rate.credits, FEN_PER_YUAN * rate.per_yuan
    if isinstance(rate, PerKilogram):
        return max(claim.grams, 0) * rate.credits, claim.grams, rate.credits, GRAMS_PER_KILOGRAM
    return claim.times * rate.credits, claim.times, rate.credits, 1


def _limits(filed: Filed, claim: Claim) -> list[tuple[str, int, UsageKey]]:
    caps = filed.rule.caps
    named = zip(
        ("cap_day", "cap_month", "cap_year", "cap_person"),
        (caps.per_day, caps.per_month, caps.per_year, caps.per_person),
        windows(claim.on),
        strict=True,
    )
    limits: list[tuple[str, int, UsageKey]] = [
        (step, limit, (filed.lineage, claim.holder, window)) for step, limit, window in named if limit is not None
    ]
    if filed.rule.budget_credits is not None:
        limits.append(("budget", filed.rule.budget_credits, (filed.lineage, EVERYONE, EVER)))
    return limits
