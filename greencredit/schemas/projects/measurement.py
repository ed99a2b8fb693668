"""The measurement: adjusted baseline less use, adjustments, uncertainty, grams; recomputable from itself (节能量)."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from greencredit.schemas.actions import Quantification
from greencredit.schemas.projects.baseline import FitTest, Model
from greencredit.schemas.projects.series import Carrier, Digest, Grain, Interval, ModelGrain
from greencredit.schemas.values import Exact, Grams, Instant, Period, Record

_Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]


class NewAdjustment(Record):
    """A change that the model can't know of: an annex, a new shift, a machine that left (非常规调整)."""

    period: Period
    amount_milli: int
    """Added to the saving, in thousandths of the carrier's unit; negative takes away."""
    reason: _Reason
    document: Digest | None = None
    """SHA-256 digest of the paper that shows it."""


class NewDecision(Record):
    """What the verifier says about an adjustment."""

    signed: bool
    reason: _Reason


class AdjustmentDecision(NewDecision):
    """What the verifier said, and who that was."""

    decided_by: str
    decided_at: Instant


class Adjustment(NewAdjustment):
    """An adjustment that was proposed; only a signed one counts."""

    number: int
    proposed_by: str
    proposed_at: Instant
    decision: AdjustmentDecision | None = None


class MeasuredLine(Interval):
    """An interval of the reporting period, and what the baseline would have used in it."""

    adjusted_milli: int


class Uncertainty(Record):
    """Everything that the half-width of the confidence interval is computed from."""

    confidence: Exact
    t: Exact
    alpha: Exact
    effective_observations: Exact
    parameters: int
    mean_squared_error: Exact
    """Of the baseline, with effective observations less parameters in the denominator."""
    mean_days: Exact
    """Days of a mean observation of the baseline."""
    reporting_days: int
    half_width_milli: int
    fraction: Exact | None
    """Half-width ÷ saving; `None` where nothing was saved."""


class Segment(Record):
    """A part of the reporting period during which the same emission factors stood."""

    period: Period
    adjusted_milli: int
    used_milli: int
    adjustment_milli: int
    quantification: Quantification


class Measurement(Record):
    """A measured saving (节能量): written once; a later one has the next number."""

    project_id: str
    number: int
    baseline_number: int
    data_number: int
    carrier: Carrier
    grain: Grain
    model_grain: ModelGrain
    period: Period
    missing_days: int
    model: Model
    lines: tuple[MeasuredLine, ...]
    adjustments: tuple[Adjustment, ...]
    adjusted_milli: int
    used_milli: int
    adjustment_milli: int
    saved_milli: int
    """Adjusted baseline - use + adjustments; negative where more was used (trap: GB/T 13234 counts the other way)."""
    uncertainty: Uncertainty | None
    """`None` where the baseline has too few independent observations."""
    deducts_above: Exact
    counted_milli: int
    """What may earn: the saving, less half the interval where the uncertainty is large; never below zero."""
    segments: tuple[Segment, ...]
    grams: Grams
    """Avoided by the whole saving, rounded down."""
    counted_grams: Grams
    """Avoided by what counts, rounded down; never below zero."""
    tests: tuple[FitTest, ...]

    @property
    def eligible(self) -> bool:
        """Tell whether every test that decides was passed."""
        return all(one.passed or one.criterion.advisory for one in self.tests)

    @property
    def saved_share(self) -> Decimal | None:
        """Give the saving as a share of the adjusted baseline."""
        return None if self.adjusted_milli <= 0 else Decimal(self.saved_milli) / Decimal(self.adjusted_milli)


class Recomputed(Record):
    """What follows from a measurement's record alone."""

    adjusted_milli: int
    saved_milli: int
    half_width_milli: int | None
    counted_milli: int
    grams: Grams
    counted_grams: Grams
