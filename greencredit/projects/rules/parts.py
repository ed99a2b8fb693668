"""What a participant's part of a project's saving is, as a calculation that anybody repeats from the record."""

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, TypeVar

from greencredit.actions.rules import exact_text
from greencredit.projects.errors import RecordDoesNotHold
from greencredit.projects.rules.saving import require_recomputes, units
from greencredit.projects.rules.shares import split
from greencredit.schemas.actions import InputUse, ProjectCopy, ProjectShare, Quantification, Tier
from greencredit.schemas.projects import Measurement
from greencredit.schemas.values import Grams, Words

_THE_WHOLE: Final = Words(
    zh="所列活动数据、因子与步骤属于整个项目；本人的克数为计入总量按份额以最大余额法分得。",
    en="Inputs, factors and steps are the whole project's; the grams are the participant's part of what counts, by "
    "largest remainder.",
)

_One = TypeVar("_One")


def part_of(measurement: Measurement, digest: str, weights: Sequence[int], place: int) -> Quantification:
    """Give the calculation of one participant's grams: the project's own, and the part that is his."""
    calculations = [one.quantification for one in measurement.segments]
    first = calculations[0]
    grams = split(measurement.counted_grams, weights)[place]
    exact = Fraction(measurement.counted_grams * weights[place], sum(weights))
    tier = max(one.tier for one in calculations)
    share = ProjectShare(
        project_id=measurement.project_id,
        measurement_number=measurement.number,
        measurement_digest=digest,
        whole_grams=measurement.counted_grams,
        weight=weights[place],
        weights=sum(weights),
        rest=1 if grams > int(exact) else 0,
    )
    return first.model_copy(
        update={
            "on": measurement.period.last_day,
            "inputs": _inputs(measurement, first),
            "factors": _once([use for one in calculations for use in one.factors]),
            "steps": tuple(step for one in calculations for step in one.steps),
            "grams": Grams(grams),
            "grams_exact": exact_text(exact),
            "tier": tier,
            "is_estimate": tier is Tier.C,
            "notes": (*_once([note for one in calculations for note in one.notes]), _THE_WHOLE),
            "share": share,
        }
    )


def part_fault(copy: ProjectCopy, found: Quantification, *, quantity_milli: int) -> tuple[str, str] | None:
    """Say what of a part does not follow from the project's record, as found and wanted: digest, figures, share."""
    digest = hashlib.sha256(copy.document.encode()).hexdigest()
    if digest != copy.digest:
        return digest, copy.digest
    measurement = Measurement.model_validate_json(copy.document)
    try:
        require_recomputes(measurement)
    except RecordDoesNotHold as refusal:
        return str(refusal)[:300], "a measurement that follows from its own lines"
    if not 0 <= copy.place < len(copy.weights):
        return f"place {copy.place}", f"one of {len(copy.weights)}"
    wanted = part_of(measurement, digest, copy.weights, copy.place)
    for name in ("share", "inputs", "factors", "steps", "grams", "grams_exact", "tier", "on", "region"):
        if getattr(found, name) != getattr(wanted, name):
            return f"{name} {getattr(found, name)}"[:300], f"{getattr(wanted, name)}"[:300]
    milli = split(measurement.counted_milli, copy.weights)[copy.place]
    return None if milli == quantity_milli else (f"{quantity_milli} thousandths", f"{milli} thousandths")


def _inputs(measurement: Measurement, first: Quantification) -> tuple[InputUse, ...]:
    """Give the terms of the whole reporting period; each segment's own stand in its steps."""
    terms = {
        "adjusted_baseline": measurement.adjusted_milli,
        "reporting_use": measurement.used_milli,
        "non_routine_adjustment": measurement.adjustment_milli,
        "quantity": measurement.saved_milli,
    }
    return tuple(one.model_copy(update={"value": units(terms[one.name])}) for one in first.inputs)


def _once(found: Sequence[_One]) -> tuple[_One, ...]:
    kept: list[_One] = []
    for one in found:
        if one not in kept:
            kept.append(one)
    return tuple(kept)
