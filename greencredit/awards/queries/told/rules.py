"""Rules in sentences: what became of each for one claim, which limit bit, and what would have been needed."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from greencredit.awards.catalogue.sentences import Fact, sentence
from greencredit.awards.queries.told.conditions import condition_told
from greencredit.awards.queries.told.steps import group_told, steps_told
from greencredit.awards.rules import Claim, Considered, Filed, State, counted, windows
from greencredit.awards.rules.amounts import PERCENT, per_unit
from greencredit.awards.rules.occasions import number_of
from greencredit.schemas.awards import OCCASIONAL, Condition, EarningRule, RuleGroup, Tiered, TraceStep
from greencredit.schemas.awards.explained import ConditionTold, Outcome, RuleTold
from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Credits, Words

_ALREADY: Final = frozenset({"rate", "tier", "multiplier", "threshold"})
"""Steps that are no caps."""
_DECEMBER: Final = 12
_FIGURES: Final = {"spent_fen": "fen", "grams": "grams", "thousandths": "thousandths", "": "credits"}


class Told(NamedTuple):
    """What is needed to tell of rules: the claim, how things stood before it, and the scheme that was filed."""

    claim: Claim
    before: State
    scheme: Scheme | None = None

    @property
    def groups(self) -> Sequence[RuleGroup]:
        """Give the groups that were filed."""
        return () if self.scheme is None else self.scheme.groups


def rules_told(told: Told, considered: Sequence[Considered]) -> tuple[RuleTold, ...]:
    """Say of every rule that was looked at what became of it; where a version of it held, its others are left out."""
    better = {one.filed.rule.group: one for one in considered if one.granted}
    held = {one.filed.lineage for one in considered if one.in_force}
    return tuple(_rule_told(told, one, better) for one in considered if one.in_force or one.filed.lineage not in held)


def _rule_told(told: Told, one: Considered, better: Mapping[str, Considered]) -> RuleTold:
    rule = one.filed.rule
    steps = trace_of(one.steps)
    outcome = outcome_of(one, told.claim.on)
    conditions = tuple(_condition(told, one, condition) for condition in rule.conditions)
    sentences = [
        _outcome_told(one, outcome, steps, better.get(rule.group)),
        *(condition.sentence for condition in conditions),
    ]
    if one.in_force and not one.unmet:
        sentences += [*steps_told(steps, rule, told.scheme), group_told(rule, told.groups)]
    if rule.ground.is_gift:
        sentences.append(sentence("gifts", rule.ground.value))
    return RuleTold(
        name=rule.name,
        version=rule.version,
        title=rule.title,
        group=rule.group,
        outcome=outcome,
        credits=Credits(one.credits),
        conditions=conditions,
        steps=steps,
        sentences=tuple(sentences),
        needed=tuple(_needed(told, one, outcome, steps, conditions)),
    )


def trace_of(steps: Sequence[Sequence[int | str]]) -> tuple[TraceStep, ...]:
    """Give steps of the engine as they are told."""
    names = ("step", "found", "limit", "credits", "of")
    return tuple(TraceStep.model_validate(dict(zip(names, one, strict=False))) for one in steps)


def outcome_of(one: Considered, on: date) -> Outcome:
    """Name what became of a rule on a day."""
    if not one.in_force:
        return "before" if on < one.filed.rule.since else "after"
    if one.unmet:
        return "unmet"
    if one.credits:
        return "granted" if one.granted else "better"
    return _nothing(one)


def _nothing(one: Considered) -> Outcome:
    """Name why a rule came to nothing though it held."""
    steps = [(step[0], step[1], step[3]) for step in one.steps]
    if any(step == "threshold" and not credits_ for step, _, credits_ in steps):
        return "threshold"
    if any(step not in _ALREADY and found and not credits_ for step, found, credits_ in steps):
        return "capped"
    return "rounded"


def _condition(told: Told, one: Considered, condition: Condition) -> ConditionTold:
    claim = told.claim
    number = None
    if isinstance(condition, OCCASIONAL):
        number = number_of(
            condition,
            one.filed.lineage,
            claim.holder,
            windows(claim.on),
            claim.on.toordinal(),
            told.before.occasions,
        )
    held = all(unmet.condition is not condition and unmet.condition != condition for unmet in one.unmet)
    return condition_told(condition, one.filed.rule, claim, held=held, number=number)


def _outcome_told(one: Considered, outcome: Outcome, steps: Sequence[TraceStep], better: Considered | None) -> Words:
    rule = one.filed.rule
    named: dict[str, Fact] = {"title": rule.title, "name": rule.name, "version": rule.version}
    match outcome:
        case "granted":
            return sentence("outcomes", outcome, **named, credits=one.credits)
        case "before" | "after":
            return sentence("outcomes", outcome, **named, since=rule.since, last=_last_day(rule))
        case "unmet":
            return sentence("outcomes", outcome, **named, count=len(one.unmet))
        case "capped":
            return sentence("outcomes", outcome, **named, cap=sentence("caps", _biting(steps).step))
        case "better":
            other = rule.title if better is None else better.filed.rule.title
            return sentence("outcomes", outcome, **named, credits=one.credits, other=other)
        case _:
            return sentence("outcomes", outcome, **named)


def _last_day(rule: EarningRule) -> date:
    return date.max if rule.until is None else rule.until - timedelta(days=1)


def _biting(steps: Sequence[TraceStep]) -> TraceStep:
    """Give the first limit that left nothing."""
    return next(one for one in steps if one.step not in _ALREADY and not one.credits)


def _needed(
    told: Told, one: Considered, outcome: Outcome, steps: Sequence[TraceStep], conditions: Sequence[ConditionTold]
) -> list[Words]:
    rule = one.filed.rule
    needed: list[Words] = []
    match outcome:
        case "before" | "after":
            needed = [sentence("needed", outcome, since=rule.since, last=_last_day(rule))]
        case "unmet":
            needed = [condition.needed for condition in conditions if condition.needed is not None]
        case "better":
            needed = [sentence("needed", "better")]
        case "threshold":
            step = next(one for one in steps if one.step == "threshold")
            needed = [sentence("needed", "threshold", short=step.limit - step.found)]
        case "capped":
            needed = [cap_needed(_biting(steps).step, told.claim.on)]
        case "rounded":
            needed = one_credit_needed(one.filed, told.claim, steps)
        case "granted":
            pass
    return needed


def cap_needed(step: str, on: date) -> Words:
    """Say when a limit counts anew, if ever."""
    following = next_window(step, on)
    return sentence("needed", "cap.never") if following is None else sentence("needed", "cap.resets", next=following)


def next_window(step: str, on: date) -> date | None:
    """Give the first day on which a limit counts anew; none: it never does."""
    if step.endswith("_day"):
        return on + timedelta(days=1)
    if step.endswith("_month"):
        return date(on.year + on.month // _DECEMBER, on.month % _DECEMBER + 1, 1)
    return date(on.year + 1, 1, 1) if step.endswith("_year") else None


def one_credit_needed(filed: Filed, claim: Claim, steps: Sequence[TraceStep]) -> list[Words]:
    """Say how much more would have given one credit, where the rate is a plain one."""
    rule = filed.rule
    figure = counted(rule)
    if isinstance(rule.rate, Tiered) or figure not in _FIGURES:
        return []
    per, unit = per_unit(rule)
    found = getattr(claim, figure) if figure else next((one.found for one in steps if one.step == "rate"), 0)
    wanted = -(-unit * PERCENT // (per * rule.multiplier_percent))
    if wanted <= found:
        return []
    return [sentence("needed", f"one_credit.{_FIGURES[figure]}", short=wanted - found)]
