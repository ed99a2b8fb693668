"""The steps of an award in sentences: from the stored trace and the rule as it was filed."""

from collections.abc import Iterable, Sequence
from typing import Final

from greencredit.awards.catalogue.sentences import Fact, sentence
from greencredit.schemas.awards import BASE, EarningRule, RuleGroup, Tiered, TraceStep
from greencredit.schemas.awards.rates import Rate
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Words

_MOST: Final = frozenset({"cap_award", "issuer_award"})
"""Caps that look at one award alone: nothing was used of them before."""


def steps_told(trace: Sequence[TraceStep], rule: EarningRule | None, scheme: Scheme | None = None) -> tuple[Words, ...]:
    """Say every step in order; `rule` is the one by which it was reckoned, where it can still be read.

    `scheme` is the one under which it was filed: it knows what funders are called.
    """
    told: list[Words] = []
    tiers = 0
    for step in trace:
        told.append(_told(step, rule, tiers, scheme))
        tiers += step.step == "tier"
    if any(one.step == "multiplier" for one in trace) or tiers > 1:
        told.append(sentence("steps", "rounding"))
    return tuple(told)


def _told(step: TraceStep, rule: EarningRule | None, tier: int, scheme: Scheme | None) -> Words:
    facts: dict[str, Fact] = {"found": step.found, "limit": step.limit, "credits": step.credits}
    rate = None if rule is None else rule.rate
    match step.step:
        case "rate":
            name = "rate.unknown" if rate is None or rate.kind == "tiered" else f"rate.{rate.kind}"
            facts["per"] = _per(rate)
        case "tier":
            name = f"tier.{rate.of}" if isinstance(rate, Tiered) else "tier.unknown"
            if isinstance(rate, Tiered):
                facts |= {"above": rate.tiers[tier].above, "per": rate.tiers[tier].per}
        case "multiplier":
            name = "multiplier"
        case "threshold":
            name = "threshold.reached" if step.found >= step.limit else "threshold.missed"
        case "funder":
            name = "funder"
            facts["of"] = step.of if scheme is None else scheme.funder(step.of).title
        case cap:
            name = "most" if cap in _MOST else "cut"
            facts["cap"] = sentence("caps", cap)
    return sentence("steps", name, **facts)


def _per(rate: Rate | None) -> int:
    """Give for how many yuan or units a plain rate gives."""
    return int(getattr(rate, "per_yuan", getattr(rate, "per_units", 1)))


def group_told(rule: EarningRule, groups: Sequence[RuleGroup]) -> Words:
    """Say how the rule's group was weighed and added."""
    if rule.group == BASE:
        return sentence("choices", "base.best")
    for one in groups:
        if one.name == rule.group:
            return sentence("choices", f"group.{one.choice}", group=one.title)
    return sentence("choices", "group.unknown", group=rule.group)


def rule_told(rule: EarningRule) -> Words:
    """Name the rule and its version."""
    return sentence("choices", "rule", title=rule.title, name=rule.name, version=rule.version)


def funded_told(parts: Iterable[tuple[str, int]], rule: EarningRule, scheme: Scheme) -> tuple[Words, ...]:
    """Say who pays how much of an award: funder and credits."""
    shares = {one.funder: one.parts for one in scheme.split(scheme.funding_of(rule)).shares}
    return tuple(
        sentence(
            "funding",
            scheme.funder(name).kind.value,
            title=scheme.funder(name).title,
            credits=credits_,
            parts=shares.get(name, 0),
            of_parts=sum(shares.values()),
        )
        for name, credits_ in parts
    )
