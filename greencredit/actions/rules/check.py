"""Computes a quantification again from a record alone, part by part, and says which part does not come out."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from greencredit.actions.errors import DividedByZero, NameWithoutValue
from greencredit.actions.rules.expression import exact_text, parse
from greencredit.actions.rules.quantify import GRAMS_PER_KILOGRAM, whole
from greencredit.schemas.actions import Factor, FactorUse, Gas, GreenAction, MethodCopy, Quantification, Tier

Fault = tuple[str, str]
"""What was found, and what was wanted."""


def method_fault(copy: MethodCopy, found: Quantification) -> Fault | None:
    """Say whether the method is the one whose digest was kept, and the one by which the grams were computed."""
    if (digest := hashlib.sha256(copy.document.encode()).hexdigest()) != copy.digest:
        return digest, copy.digest
    action = copy.action
    said = (found.action, found.action_version, found.formula)
    wanted = (action.name, action.version, action.formula)
    return None if said == wanted else (str(said), str(wanted))


def factors_fault(action: GreenAction, found: Quantification, published: Iterable[Factor]) -> Fault | None:
    """Say whether every factor is one that the method asks for, and says what was published, or set in its place."""
    of = {(factor.id, factor.version): factor for factor in published}
    needs = {need.name: need for need in action.factors}
    for use in found.factors:
        factor = of.get((use.id, use.version))
        if use.name not in needs or factor is None:
            return f"{use.name} from {use.id}@{use.version}", "a factor of the method, with its published version"
        if factor.series != needs[use.name].series:
            return f"{use.id} of {factor.series}", needs[use.name].series
        if (said := _said(use)) != (wanted := _published(use, factor)):
            return f"{use.name}: {said}", str(wanted)
    asked = {need.name for need in action.factors if need.role != "default"}
    missing = asked - {use.name for use in found.factors}
    return (f"none for {', '.join(sorted(missing))}", "every factor of the method") if missing else None


def _said(use: FactorUse) -> dict[str, str]:
    return {
        "value": use.value,
        "unit": use.unit,
        "gas": use.gas.value,
        "region": use.region,
        "tier": use.tier.value,
        "publisher": use.publisher,
        "document": use.document,
    }


def _published(use: FactorUse, factor: Factor) -> dict[str, str]:
    own = {
        "value": str(factor.value),
        "unit": factor.unit,
        "gas": factor.gas.value,
        "region": factor.region,
        "tier": factor.tier.value,
        "publisher": factor.publisher,
        "document": factor.document,
    }
    if use.override is None:
        return own
    # what was replaced must be what was published; the rest is as the approved document says
    one = use.override
    kept = own if one.replaced == own["value"] else own | {"value": f"replaced {own['value']}"}
    value = one.value if kept is own else kept["value"]
    return own | {"value": value, "tier": one.tier.value, "publisher": one.publisher, "document": one.document}


def inputs_fault(action: GreenAction, found: Quantification, *, quantity: str) -> Fault | None:
    """Say whether the inputs are those of the method, in range, and the quantity the one of the award."""
    known = {entry.name: entry for entry in action.inputs}
    given = {use.name: use for use in found.inputs}
    if given.keys() != known.keys() or len(found.inputs) != len(given):
        return f"inputs {sorted(use.name for use in found.inputs)}", f"inputs {sorted(known)}"
    for name, use in given.items():
        entry, value = known[name], Decimal(use.value)
        if use.unit != entry.unit:
            return f"{name} in {use.unit}", entry.unit
        low, high = entry.minimum, entry.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            return f"{name} = {use.value}", f"{low if low is not None else 'anything'} to {high or 'anything'}"
        if use.override is not None and (not entry.may_be_set or use.override.value != use.value):
            return f"{name} = {use.value}", f"{use.override.value}, where a document may set it"
    if "quantity" in given and given["quantity"].override is None:
        stated = given["quantity"].value
        if Decimal(stated) != Decimal(quantity):
            return f"quantity = {stated}", f"{quantity}, as the award says"
    return None


def steps_fault(action: GreenAction, found: Quantification) -> tuple[str, Fault] | None:
    """Compute baseline, behaviour and reduction again; give the stage whose step differs, as it stands and as it is."""
    values = _values(found)
    stages = (("baseline", action.method.baseline_emissions), ("behaviour", action.method.behaviour_emissions))
    try:
        wanted = [(stage, text, exact_text(parse(text).value(values))) for stage, text in stages if text is not None]
        taken = parse(found.formula).steps(values)
    except (DividedByZero, NameWithoutValue) as refusal:
        return "reduction", (refusal.message, "a formula that can be computed")
    wanted += [("reduction", text, exact_text(value)) for text, value in taken]
    said = [(step.stage, step.expression, step.value) for step in found.steps]
    for place, one in enumerate(wanted):
        if place >= len(said) or said[place] != one:
            is_there = f"{said[place][1]} = {said[place][2]}" if place < len(said) else "no step"
            return one[0], (is_there, f"{one[1]} = {one[2]}")
    if len(said) > len(wanted):
        return "reduction", (f"{len(said)} steps", f"{len(wanted)} steps")
    return None


def grams_fault(found: Quantification, *, award: int | None) -> Fault | None:
    """Say whether the formula comes to the grams that stand there, exact and rounded down, and to the award's."""
    exact = parse(found.formula).value(_values(found)) * GRAMS_PER_KILOGRAM
    said = (found.grams_exact, int(found.grams), award)
    wanted = (exact_text(exact), int(whole(exact)), int(whole(exact)))
    return None if said == wanted else (f"{said[0]} g, {said[1]} g, award {said[2]} g", f"{wanted[0]} g, {wanted[1]} g")


def quality_fault(action: GreenAction, found: Quantification, *, award: str | None) -> Fault | None:
    """Say whether the tier is the worst of method, factors and what was set, and the gas that of the factors."""
    tiers = [action.tier, *(use.tier for use in found.factors)]
    tiers += [use.override.tier for use in found.inputs if use.override is not None]
    tier = max(tiers)
    said = (found.tier, found.is_estimate, award)
    wanted = (tier, tier is Tier.C, tier.value)
    if said != wanted:
        return f"tier {found.tier}, award {award}", f"tier {tier}"
    gases = {use.gas for use in found.factors if use.gas is not Gas.NONE}
    if gases and found.gas not in gases | {Gas.MIXED}:
        return f"gas {found.gas}", " or ".join(sorted(gases | {Gas.MIXED}))
    return None


def _values(found: Quantification) -> Mapping[str, Fraction]:
    values = {factor.name: Fraction(factor.value) for factor in found.factors}
    return values | {given.name: Fraction(given.value) for given in found.inputs}
