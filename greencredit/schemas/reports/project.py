"""节能减排项目报告: the facts of an energy-saving project, from the meter's data to the shares (REP-8)."""

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.reports.shared import (
    Count,
    FactorNote,
    Headline,
    MethodNote,
    Notice,
    Quantity,
    ReportFacts,
    Sha256,
)
from greencredit.schemas.values import Grams, Instant, Period, Record, Words

BasisPoints = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]


class ProjectNote(Record):
    """What the project is."""

    project_id: str
    title: Words
    measures: Words
    issuer_id: str
    issuer: Words
    region: str
    carrier: Words
    unit: str
    meter: str
    installed: Period | None
    state: Words
    participants: Count


class DayPoint(Record):
    """One observation: the mean temperature and the use of a mean day, whole numbers."""

    on: date
    temperature_milli: int
    use_milli: int
    """Thousandths of the unit a day."""


class CurvePoint(Record):
    """What the model says at a temperature, on a working day and on a day of rest."""

    temperature_milli: int
    working_milli: int
    resting_milli: int | None
    """`None` where the model knows no occupancy."""


class CandidateNote(Record):
    """A model that was tried."""

    form: Words
    with_occupancy: bool
    parameters: Count
    bic_tenths: int | None
    r_squared_bp: BasisPoints | None
    cvrmse_bp: BasisPoints | None
    chosen: bool
    why_not: Words | None


class TestNote(Record):
    """A test with its limit and where that comes from."""

    title: Words
    found: Quantity | None
    limit: Quantity
    at_most: bool
    passed: bool
    advisory: bool
    source: Words


class ResidualPoint(Record):
    """By how much one observation of the baseline missed the model, a day."""

    on: date
    residual_milli: int


class BaselineNote(Record):
    """The baseline: data, model, fit, tests."""

    period: Period
    grain: Words
    days: Count
    missing_days: Count
    observations: Count
    form: Words
    with_occupancy: bool
    equation: Words
    parameters: Count
    mean_milli: int
    cvrmse_bp: BasisPoints
    r_squared_bp: BasisPoints
    autocorrelation_bp: BasisPoints
    effective_observations: Quantity
    candidates: tuple[CandidateNote, ...]
    tests: tuple[TestNote, ...]
    points: tuple[DayPoint, ...]
    curve: tuple[CurvePoint, ...]
    residuals: tuple[ResidualPoint, ...]
    bins: tuple[Count, ...]
    """How many residuals lie in each of equally wide classes around zero."""
    bin_milli: int
    frozen_on: date | None


class SavedMonth(Record):
    """A month of the reporting period."""

    month: date
    days: Count
    adjusted_milli: int
    used_milli: int

    @property
    def saved_milli(self) -> int:
        """Give what was saved in it, before adjustments."""
        return self.adjusted_milli - self.used_milli


class FanPoint(Record):
    """What was saved since the beginning of the reporting period, and how sure that is."""

    on: date
    days: Count
    saved_milli: int
    half_width_milli: Count


class AdjustmentNote(Record):
    """A non-routine adjustment and what the verifier said."""

    number: int
    period: Period
    amount_milli: int
    reason: str
    counted: bool
    decision: Words
    decided_on: date | None


class SegmentNote(Record):
    """A part of the reporting period with its factor."""

    period: Period
    saved_milli: int
    factor: str
    factor_value: Quantity
    factor_unit: str
    grams: Grams


class SavingNote(Record):
    """The measured saving."""

    number: int
    digest: Sha256
    measured_on: date
    days: Count
    missing_days: Count
    adjusted_milli: int
    used_milli: int
    adjustment_milli: int
    saved_milli: int
    counted_milli: int
    saved_bp: BasisPoints | None
    half_width_milli: Count | None
    uncertainty_bp: int | None
    confidence_bp: BasisPoints | None
    t: Quantity | None
    alpha: Quantity | None
    mean_squared_error: Quantity | None
    deducts_above_bp: BasisPoints
    grams: Grams
    counted_grams: Grams
    tests: tuple[TestNote, ...]
    points: tuple[DayPoint, ...]
    months: tuple[SavedMonth, ...]
    fan: tuple[FanPoint, ...]
    segments: tuple[SegmentNote, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        months = sum(one.saved_milli for one in self.months) + self.adjustment_milli
        if not months == self.saved_milli == self.adjusted_milli - self.used_milli + self.adjustment_milli:
            message = f"the months give a saving of {months}, the whole {self.saved_milli}"
            raise ValueError(message)
        return self


class ShareNote(Record):
    """What one participant has of it."""

    participant_id: str
    weight: int
    saved_milli: int
    grams: Grams


class ProjectStepNote(Record):
    """One step of the project."""

    at: Instant
    state: Words
    by: str
    reason: str


class ProjectReport(ReportFacts):
    """节能减排项目报告: data, model, residuals, saving, uncertainty, and whose it is."""

    project: ProjectNote
    baseline: BaselineNote | None
    saving: SavingNote | None
    adjustments: tuple[AdjustmentNote, ...]
    shares: tuple[ShareNote, ...]
    steps: tuple[ProjectStepNote, ...]
    signed_off: bool
    methods: tuple[MethodNote, ...]
    factors: tuple[FactorNote, ...]
    notices: tuple[Notice, ...]

    @model_validator(mode="after")
    def _shares_add_up(self) -> Self:
        if self.shares and self.saving is not None:
            parts = sum(one.saved_milli for one in self.shares), sum(one.grams for one in self.shares)
            whole = self.saving.counted_milli, self.saving.counted_grams
            if parts != whole:
                message = f"the shares give {parts}, what counts is {whole}"
                raise ValueError(message)
        return self

    @property
    def subject_id(self) -> str:
        """Give the id of the project."""
        return self.project.project_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give what was saved, what of it counts, and what that avoided."""
        if self.saving is None:
            return ()
        return (
            ("saved_milli", self.saving.saved_milli),
            ("counted_milli", self.saving.counted_milli),
            ("counted_g_co2e", self.saving.counted_grams),
        )
