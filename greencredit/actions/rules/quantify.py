"""From an action's inputs to whole grams and a trace that suffices to compute them again."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from greencredit.actions.errors import (
    ActionFileRefused,
    FactorMissing,
    GasesMixed,
    InputMissing,
    InputNotExact,
    InputOutOfRange,
    InputUnknown,
    NotSettable,
    OverrideUnitDiffers,
    ResultOutOfRange,
    TierTooLow,
)
from greencredit.actions.rules.expression import Expression, exact_text, parse
from greencredit.actions.rules.override import overridden, override_use, set_in_place
from greencredit.actions.rules.selection import FactorBook, province_of
from greencredit.schemas.actions import (
    PROVINCE,
    ActionInput,
    Factor,
    FactorNeed,
    FactorUse,
    Gas,
    GreenAction,
    InputUse,
    NewOverride,
    Override,
    Quantification,
    Step,
    Tier,
)
from greencredit.schemas.values import Grams, Words

GRAMS_PER_KILOGRAM: Final = 1000
GRAMS_MAX: Final = 10**15  # a gigatonne; the database keeps 64 bits
_PLANS_KEPT: Final = 5_000  # action, region and day
_RESULTS_KEPT: Final = 20  # of each of them
_WIDEST: Final = 18  # digits; anything wider is refused as it is written
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")  # \d would take full-width digits, too

_ESTIMATE: Final = Words(
    zh="数据等级为 C：结果为估算。",
    en="Tier C: the result is an estimate.",
)
_NEGATIVE: Final = Words(
    zh="结果为负：该行动的排放高于基准情景，如实保留。",
    en="Negative: the action emitted more than its baseline; kept as it is.",
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What stays the same for every calculation of one action in one region on one day."""

    action: GreenAction
    formula: Expression
    stages: tuple[tuple[str, Expression], ...]
    uses: tuple[FactorUse, ...]
    values: dict[str, Fraction]
    notes: tuple[Words, ...]
    set_inputs: Mapping[str, Override]
    """Baselines among the inputs that an approved document sets."""
    results: dict[tuple[tuple[str, type, str], ...], Quantification] = field(default_factory=dict)


def quantify(
    action: GreenAction, *, inputs: Mapping[str, Decimal | int | str], region: str, on: date, book: FactorBook
) -> Quantification:
    """Compute the grams an action avoided; what is missing or unfit is refused by name, never taken as zero.

    The book remembers results, for a million receipts say the same few things; a result never changes.
    """
    plan = _plan(action, region, on, book)
    asked = tuple((name, type(value), str(value)) for name, value in inputs.items())
    known = plan.results.get(asked)
    if known is None:
        known = _quantify(plan, inputs, region, on, book)
        if len(plan.results) < _RESULTS_KEPT:
            plan.results[asked] = known
    return known


def _quantify(
    plan: _Plan, inputs: Mapping[str, Decimal | int | str], region: str, on: date, book: FactorBook
) -> Quantification:
    action = plan.action
    input_uses, given, defaults = _read_inputs(action, inputs, plan.set_inputs)
    uses, notes = plan.uses, plan.notes
    if defaults:
        uses = (*uses, *(_use(action, need, region, on, book, instead=of.name) for of, need in defaults))
        notes = _notes(action, uses)
    notes = (*notes, *(set_in_place(one.name, one.override) for one in input_uses if one.override))
    values = {**plan.values, **given, **{use.name: _fraction(use.value) for use in uses[len(plan.uses) :]}}
    # A factor that stands in for an input is known to the formula under the input's name.
    values |= {of.name: values[need.name] for of, need in defaults}
    taken = plan.formula.steps(values)
    steps = (Step(stage="reduction", expression=text, value=exact_text(value)) for text, value in taken)
    grams_exact = taken[-1][1] * GRAMS_PER_KILOGRAM
    tier = max((action.tier, *(use.tier for use in uses), *(one.tier for one in plan.set_inputs.values())))
    return Quantification(
        action=action.name,
        action_version=action.version,
        formula=action.formula,
        region=region,
        on=on,
        inputs=(*input_uses, *(_stand_in(of, need, uses) for of, need in defaults)),
        factors=uses,
        steps=(*_stage_steps(plan, values), *steps),
        grams=_possible(grams_exact, action),
        grams_exact=exact_text(grams_exact),
        gas=_gas(action, uses),
        tier=tier,
        is_estimate=tier is Tier.C,
        notes=(*notes, *((_ESTIMATE,) if tier is Tier.C else ()), *((_NEGATIVE,) if grams_exact < 0 else ())),
    )


def recompute(quantification: Quantification) -> Grams:
    """Compute the grams again from the record alone: its formula, its inputs, the factor values it kept.

    Of a part of a project: from the whole and the weights; how the whole came about stands in the project's own record.
    """
    if (share := quantification.share) is not None:
        return Grams(share.whole_grams * share.weight // share.weights + share.rest)
    values = {factor.name: Fraction(factor.value) for factor in quantification.factors}
    values |= {given.name: Fraction(given.value) for given in quantification.inputs}
    return whole(parse(quantification.formula).value(values) * GRAMS_PER_KILOGRAM)


def require_settable(action: GreenAction, override: NewOverride, book: FactorBook) -> None:
    """Refuse an override of what the action does not have, of another unit, or of an input that no document may set."""
    needs = {need.name: need for need in action.factors}
    inputs = {entry.name: entry for entry in action.inputs if entry.may_be_set}
    if override.name in inputs:
        wanted = inputs[override.name].unit
        _in_range(inputs[override.name], override.value, action.name)
    elif override.name in needs:
        wanted = book.unit_of(needs[override.name].series)
    else:
        raise NotSettable(override.name, action=action.name, wanted=(*needs, *inputs))
    if override.unit != wanted:
        raise OverrideUnitDiffers(override.name, action=action.name, found=override.unit, wanted=wanted)


def require_usable(action: GreenAction) -> None:
    """Refuse an action whose formulas name what it does not declare, or declare what no formula names."""
    declared = [entry.name for entry in action.inputs] + [need.name for need in action.factors]
    if len(set(declared)) < len(declared):
        raise ActionFileRefused(action.name, found=f"names {declared}", wanted="every name once")
    stand_ins = {entry.default_from for entry in action.inputs if entry.default_from}
    if stand_ins != {need.name for need in action.factors if need.role == "default"}:
        raise ActionFileRefused(action.name, found=f"default_from {stand_ins}", wanted="factors with role default")
    if action.tier is Tier.D:
        raise TierTooLow(action.name, action=action.name, tier=action.tier)
    named = parse(action.formula).names
    if named != set(declared) - stand_ins:
        raise ActionFileRefused(action.name, found=f"formula with {sorted(named)}", wanted=f"names {sorted(declared)}")
    for stage in (action.method.baseline_emissions, action.method.behaviour_emissions):
        if stage is not None and not parse(stage).names <= named:
            raise ActionFileRefused(action.name, found=f"stage {stage}", wanted=f"names {sorted(named)}")


def _plan(action: GreenAction, region: str, on: date, book: FactorBook) -> _Plan:
    """Choose the factors once for an action, region and date; the book remembers."""
    key = (id(action), region, on)  # the plan keeps the action alive, so its identity is never given to another
    plan: _Plan | None = book.plans.get(key)
    if plan is None:
        uses = tuple(_use(action, need, region, on, book) for need in action.factors if need.role != "default")
        stages = (("baseline", action.method.baseline_emissions), ("behaviour", action.method.behaviour_emissions))
        plan = _Plan(
            action=action,
            formula=parse(action.formula),
            stages=tuple((stage, parse(text)) for stage, text in stages if text is not None),
            uses=uses,
            values={use.name: _fraction(use.value) for use in uses},
            notes=_notes(action, uses),
            set_inputs={
                entry.name: found
                for entry in action.inputs
                if entry.may_be_set and (found := book.override(action.name, entry.name, region, on))
            },
        )
        if len(book.plans) >= _PLANS_KEPT:
            book.plans.clear()
        book.plans[key] = plan
    return plan


def _use(
    action: GreenAction, need: FactorNeed, region: str, on: date, book: FactorBook, *, instead: str | None = None
) -> FactorUse:
    """Choose one factor: of the region that the method names, else of its declared stand-in."""
    province = province_of(region)
    wanted = province if need.region == PROVINCE else need.region
    factor, fallback_for = book.choose(need.series, wanted, on), None
    if factor is None and wanted in need.fallback:
        factor, fallback_for = book.choose(need.series, need.fallback[wanted], on), wanted
    if factor is None:
        raise FactorMissing(need.series, region=wanted, on=on, action=action.name)
    override = book.override(action.name, need.name, region, on)
    if override is None and factor.tier is Tier.D:
        raise TierTooLow(factor.id, action=action.name, tier=factor.tier, give=instead)
    use = _published(factor, province, on, name=need.name, fallback_for=fallback_for)
    return use if override is None else overridden(use, override)


def _published(factor: Factor, province: str, on: date, *, name: str, fallback_for: str | None) -> FactorUse:
    return FactorUse(
        name=name,
        id=factor.id,
        version=factor.version,
        value=str(factor.value),
        unit=factor.unit,
        gas=factor.gas,
        region=factor.region,
        valid_from=factor.valid_from,
        valid_to=factor.valid_to,
        publisher=factor.publisher,
        document=factor.document,
        tier=factor.tier,
        fallback_for=fallback_for,
        is_proxy=fallback_for is None and _is_proxy(factor, province),
        window_holds=factor.holds(on),
    )


def _is_proxy(factor: Factor, province: str) -> bool:
    """Tell whether a factor belongs to another country or province than the action."""
    return not {province, "CN", "GLOBAL"} & set(factor.regions)


def _read_inputs(
    action: GreenAction, inputs: Mapping[str, Decimal | int | str], set_inputs: Mapping[str, Override]
) -> tuple[list[InputUse], dict[str, Fraction], list[tuple[ActionInput, FactorNeed]]]:
    """Check the inputs by name, form and range; give them for the record, for computing, and what needs a stand-in."""
    known = {entry.name for entry in action.inputs}
    for name in inputs:
        if name not in known:
            raise InputUnknown(name, action=action.name, known=(entry.name for entry in action.inputs))
    uses, values, stand_ins = [], {}, []
    for entry in action.inputs:
        found: Decimal | int | str | None = inputs.get(entry.name, entry.default)
        override = set_inputs.get(entry.name)
        if override is not None:  # what an approved document sets, no evidence decides
            values[entry.name] = _in_range(entry, override.value, action.name)
            use = override_use(override, replaced=None)
            uses.append(InputUse(name=entry.name, value=override.value, unit=entry.unit, override=use))
        elif found is None and entry.default_from is not None:
            stand_ins.append((entry, next(need for need in action.factors if need.name == entry.default_from)))
        elif found is None:
            raise InputMissing(entry.name, action=action.name, unit=entry.unit)
        else:
            text = _plain(entry.name, found, action.name)
            values[entry.name] = _in_range(entry, text, action.name)
            uses.append(InputUse(name=entry.name, value=text, unit=entry.unit, is_default=entry.name not in inputs))
    return uses, values, stand_ins


def _plain(name: str, found: object, action: str) -> str:
    """Give an input as plain decimal text; floats are refused because they are not what was written."""
    if isinstance(found, bool) or not isinstance(found, (Decimal, int, str)):
        raise InputNotExact(name, action=action, found=found)
    text = str(found)
    if isinstance(found, Decimal) and found.is_finite() and abs(found.adjusted()) < _WIDEST:
        text = format(found, "f")  # 1E+2 is written as 100
    if not _DECIMAL.fullmatch(text):
        raise InputNotExact(name, action=action, found=text)
    return text


def _in_range(entry: ActionInput, text: str, action: str) -> Fraction:
    value = Decimal(text)
    too_low = entry.minimum is not None and value < entry.minimum
    too_high = entry.maximum is not None and value > entry.maximum
    if too_low or too_high:
        bounds = {"minimum": entry.minimum, "maximum": entry.maximum}
        told = {side: None if bound is None else str(bound) for side, bound in bounds.items()}
        raise InputOutOfRange(entry.name, action=action, found=text, **told)
    return _fraction(text)


@lru_cache(maxsize=8192)
def _fraction(text: str) -> Fraction:
    """Give the exact number that a text names; a million receipts name the same few."""
    return Fraction(text)


def _stand_in(entry: ActionInput, need: FactorNeed, uses: Iterable[FactorUse]) -> InputUse:
    """Record the input that a factor stood in for."""
    use = next(use for use in uses if use.name == need.name)
    return InputUse(name=entry.name, value=use.value, unit=entry.unit, is_default=True)


def _stage_steps(plan: _Plan, values: Mapping[str, Fraction]) -> list[Step]:
    """Compute baseline and behaviour emissions as the method states them."""
    return [
        Step.model_validate({"stage": stage, "expression": text.text, "value": exact_text(text.value(values))})
        for stage, text in plan.stages
    ]


def whole(grams: Fraction) -> Grams:
    """Round down to whole grams, also below zero: the platform never says more than was avoided (保守性)."""
    return Grams(math.floor(grams))


def _possible(grams: Fraction, action: GreenAction) -> Grams:
    if abs(grams) > GRAMS_MAX:
        raise ResultOutOfRange(action=action.name, found=str(whole(grams)), limit=GRAMS_MAX)
    return whole(grams)


def _gas(action: GreenAction, uses: Iterable[FactorUse]) -> Gas:
    """Give the gases that the result counts; CO2 and CO2e together need the method's reason."""
    units = [entry.unit for entry in action.inputs]
    found = {use.gas for use in uses if use.gas is not Gas.NONE}
    found |= {gas for gas in (Gas.CO2, Gas.CO2E) if any(unit.partition("/")[0] == f"kg{gas}" for unit in units)}
    if len(found) > 1:
        if action.gas_note is None:
            raise GasesMixed(action=action.name, found=found)
        return Gas.MIXED
    return found.pop() if found else Gas.NONE


def _notes(action: GreenAction, uses: Iterable[FactorUse]) -> tuple[Words, ...]:
    """Say what a reader must know: stand-ins, borrowed regions, windows that do not hold the date, mixed gases."""
    notes = []
    for region in sorted({use.region for use in uses if use.is_proxy}):
        ids = [use.id for use in uses if use.is_proxy and use.region == region]
        notes.append(
            Words(
                zh=f"{'、'.join(ids)} 为 {region} 的数值，按方法代用。",
                en=f"Values of {region}, used as proxies as the method says: {', '.join(ids)}.",
            )
        )
    for use in uses:
        if use.override:
            notes.append(set_in_place(use.name, use.override))
        if use.fallback_for:
            notes.append(
                Words(
                    zh=f"{use.fallback_for} 没有自己的因子，按方法声明改用 {use.region} 的 {use.id}。",
                    en=f"{use.fallback_for} has no factor of its own; the stand-in {use.id} ({use.region}) is used.",
                )
            )
        if not use.window_holds:
            notes.append(
                Words(
                    zh=f"{use.id} 的有效期不含行动日期，取最接近的一版。",
                    en=f"The validity of {use.id} does not hold the action's date; the nearest edition is used.",
                )
            )
    if _gas(action, uses) is Gas.MIXED and action.gas_note is not None:
        notes.append(action.gas_note)
    return tuple(notes)
