"""Shapes of a calculation that anyone can repeat: its inputs, factors, steps and result."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from greencredit.schemas.actions.methods import Gas, Tier
from greencredit.schemas.values import Grams, Record, RegionCode, Words


class OverrideUse(Record):
    """Which override entered a calculation, and what it replaced (基准替代)."""

    id: str
    version: int = Field(ge=1)
    place: str
    """The issuer, or the region such as `CN-GD-SZ`, for which it was approved."""
    value: str
    unit: str
    publisher: str
    document: str
    document_digest: str
    page: str
    since: date
    until: date | None
    tier: Tier
    replaced: str | None
    """The published value that would have been used; none for an input that the evidence would have given."""


class InputUse(Record):
    """An input as it entered a calculation."""

    name: str
    value: str
    unit: str
    is_default: bool = False
    override: OverrideUse | None = Field(default=None, exclude_if=lambda value: value is None)
    """The approved document that set it, if one did."""


class FactorUse(Record):
    """A factor as it entered a calculation: enough to repeat it when the factor has long been replaced."""

    name: str
    id: str
    version: int
    value: str
    unit: str
    gas: Gas
    region: str
    valid_from: date | None
    valid_to: date | None
    publisher: str
    document: str
    tier: Tier
    fallback_for: str | None = None
    """The region that has no factor of its own, if the method's declared stand-in was used."""
    is_proxy: bool = False
    """Whether the method uses the value of another country or province on purpose."""
    window_holds: bool = True
    """Whether the factor's window holds the action's date."""
    override: OverrideUse | None = Field(default=None, exclude_if=lambda value: value is None)
    """The approved document that replaced the published value; id and version still name the published factor."""


class Step(Record):
    """One step of the calculation: an expression and its exact value, a decimal or a fraction `n/d`."""

    stage: Literal["baseline", "behaviour", "reduction"]
    expression: str
    value: str


class ProjectShare(Record):
    """Which part of a project's signed-off saving a quantification is, to the gram (项目减排量分配)."""

    project_id: str
    measurement_number: int
    measurement_digest: str
    """SHA-256 of the measurement's record, from which the whole is computed again."""
    whole_grams: Grams
    """What counts of the whole project."""
    weight: int = Field(ge=1)
    weights: int = Field(ge=1)
    """Of all participants together."""
    rest: Literal[0, 1]
    """The gram that largest remainder gave on top of `whole_grams × weight ÷ weights`, rounded down."""


class Quantification(Record):
    """How many grams one action avoided, and everything needed to compute it again (减排量及计算过程)."""

    action: str
    action_version: int
    formula: str
    region: RegionCode
    on: date
    inputs: tuple[InputUse, ...]
    factors: tuple[FactorUse, ...]
    steps: tuple[Step, ...]
    grams: Grams
    grams_exact: str
    """The grams before rounding down, a decimal or a fraction `n/d`."""
    gas: Gas
    tier: Tier
    """The worst of the method's tier and its factors'."""
    is_estimate: bool
    """Whether the tier is C: shown with 「估算」."""
    notes: tuple[Words, ...]
    share: ProjectShare | None = Field(default=None, exclude_if=lambda value: value is None)
    """Set where the grams are a participant's part of a project: inputs, factors and steps are then the project's."""


class QuantificationRequest(Record):
    """What is needed to compute an action without recording anything (试算)."""

    inputs: dict[str, Decimal | int | str]
    region: RegionCode
    on: date
