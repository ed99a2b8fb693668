"""What a rate comes to, in whole numbers rounded down once, with the steps that lead there."""

from math import lcm
from typing import Final

from greencredit.awards.rules.claims import Claim, Step
from greencredit.awards.rules.conditions import qualifying_fen
from greencredit.schemas.awards import EarningRule, PerAction, PercentOfGiven, PerKilogram, PerUnit, PerYuan, Tiered

FEN_PER_YUAN: Final = 100
GRAMS_PER_KILOGRAM: Final = 1000
THOUSAND: Final = 1000
PERCENT: Final = 100

_COUNTED: Final = {"fen": "spent_fen", "grams": "grams", "thousandths": "thousandths"}


def counted(rule: EarningRule) -> str:
    """Name the figure of a claim that goes into a rule's rate; empty: what the groups before gave."""
    rate = rule.rate
    if isinstance(rate, Tiered):
        return _COUNTED[rate.of]
    if isinstance(rate, PerYuan):
        return "spent_fen"
    if isinstance(rate, PerKilogram):
        return "grams"
    if isinstance(rate, PerUnit):
        return "thousandths"
    return "times" if isinstance(rate, PerAction) else ""


def per_unit(rule: EarningRule) -> tuple[int, int]:
    """Give the credits of a plain rate, and for how much of what is counted they are given."""
    match rule.rate:
        case PerYuan(credits=credits_, per_yuan=yuan):
            return credits_, FEN_PER_YUAN * yuan
        case PerKilogram(credits=credits_):
            return credits_, GRAMS_PER_KILOGRAM
        case PerUnit(credits=credits_, per_units=units):
            return credits_, THOUSAND * units
        case PercentOfGiven(percent=percent):
            return percent, PERCENT
        case PerAction(credits=credits_):
            return credits_, 1
        case Tiered():
            message = "a stepped rate has no single unit"
            raise AssertionError(message)


def tiers_of(rate: Tiered) -> tuple[list[tuple[int, int, int, int]], int]:
    """Give each step as from, to, credits per common unit, credits; and the common unit."""
    unit = lcm(*(one.per for one in rate.tiers))
    ends = [one.above for one in rate.tiers[1:]] + [2**62]
    return [
        (one.above, end, one.credits * (unit // one.per), one.credits)
        for one, end in zip(rate.tiers, ends, strict=True)
    ], unit


def before_limits(rule: EarningRule, claim: Claim, given: int, issuers_most: int | None) -> tuple[int, list[Step]]:
    """Give what a rule comes to before anything that was used before is looked at, step by step."""
    steps: list[Step] = []
    if isinstance(rule.rate, Tiered):
        numerator, unit = _stepped(rule.rate, getattr(claim, counted(rule)), steps)
    else:
        found = getattr(claim, counted(rule)) if counted(rule) else given
        per, unit = per_unit(rule)
        numerator = found * per
        steps.append(("rate", found, per, numerator // unit))
    credits_ = numerator * rule.multiplier_percent // (unit * PERCENT)
    if rule.multiplier_percent != PERCENT:
        steps.append(("multiplier", numerator // unit, rule.multiplier_percent, credits_))
    if rule.threshold_fen:
        qualifying = qualifying_fen(rule, claim)
        credits_ = credits_ if qualifying >= rule.threshold_fen else 0
        steps.append(("threshold", qualifying, rule.threshold_fen, credits_))
    for step, most in (("cap_award", rule.caps.per_award), ("issuer_award", issuers_most)):
        if most is not None and credits_ > most:
            steps.append((step, credits_, most, most))
            credits_ = most
    return credits_, steps


def _stepped(rate: Tiered, found: int, steps: list[Step]) -> tuple[int, int]:
    tiers, unit = tiers_of(rate)
    numerator = 0
    for above, end, per, credits_ in tiers:
        part = min(found, end) - above
        if part <= 0:
            break
        numerator += part * per
        steps.append(("tier", part, credits_, numerator // unit))
    if not steps:
        steps.append(("tier", 0, rate.tiers[0].credits, 0))
    return numerator, unit
