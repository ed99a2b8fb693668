"""The baseline: which model was chosen among which, how well it fits, and which tests it passed (基准模型)."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.projects.series import Carrier, Grain, Interval, ModelGrain
from greencredit.schemas.values import Exact, Period, Record, Words


class Form(StrEnum):
    """The forms of model that are tried: what daily use depends on."""

    MEAN = "1p"
    LINE = "2p"
    HEATING = "3ph"
    COOLING = "3pc"
    FOUR = "4p"
    FIVE = "5p"
    HEATING_DEGREE_DAYS = "hdd"
    COOLING_DEGREE_DAYS = "cdd"
    DEGREE_DAYS = "hdd_cdd"

    @property
    def words(self) -> Words:
        """Give its name in both languages."""
        return _FORMS[self]


_FORMS: Final = {
    Form.MEAN: Words(zh="均值", en="mean"),
    Form.LINE: Words(zh="两参数（线性）", en="2P, straight line"),
    Form.HEATING: Words(zh="三参数（供暖）", en="3P, heating"),
    Form.COOLING: Words(zh="三参数（制冷）", en="3P, cooling"),
    Form.FOUR: Words(zh="四参数", en="4P"),
    Form.FIVE: Words(zh="五参数", en="5P"),
    Form.HEATING_DEGREE_DAYS: Words(zh="采暖度日", en="heating degree days"),
    Form.COOLING_DEGREE_DAYS: Words(zh="空调度日", en="cooling degree days"),
    Form.DEGREE_DAYS: Words(zh="采暖与空调度日", en="heating and cooling degree days"),
}


class Model(Record):
    """Use of one day = base + slope·T + heating·max(0, Th - T) + cooling·max(0, T - Tc) + occupied·share.

    T in degrees Celsius, use in units of the carrier; the coefficients are exactly what is multiplied.
    """

    form: Form
    with_occupancy: bool
    base: Exact
    slope: Exact = Decimal(0)
    heating: Exact = Decimal(0)
    cooling: Exact = Decimal(0)
    occupied: Exact = Decimal(0)
    heating_from_milli: int | None = None
    """Below this temperature heating begins, in thousandths of a degree Celsius."""
    cooling_from_milli: int | None = None
    """Above this temperature cooling begins."""


class Statistics(Record):
    """How well a model fits; change points count as parameters, observations are weighted by days."""

    observations: int
    days: int
    parameters: int
    mean_per_day: Exact
    r_squared: Exact
    cvrmse: Exact
    nmbe: Exact
    bic: Exact
    autocorrelation: Exact
    """Of each residual with the one before it."""
    effective_observations: Exact
    """How many independent observations they are worth."""
    squared_error: Exact
    """The weighted sum of squared residuals, in squared units a day."""


class Candidate(Record):
    """A model that was tried."""

    form: Form
    with_occupancy: bool
    parameters: int
    bic: Exact | None
    r_squared: Exact | None
    cvrmse: Exact | None
    chosen: bool
    why_not: Words | None = None
    """Why it can't be the model, whatever its criterion says."""


class Stage(StrEnum):
    """When a test is made."""

    BASELINE = "baseline"
    MEASUREMENT = "measurement"


class Sense(StrEnum):
    """On which side of its limit a figure must be."""

    AT_MOST = "at_most"
    AT_LEAST = "at_least"


class Criterion(Record):
    """A limit with its source and validity (判据): what a baseline or a measurement must keep."""

    name: str
    title: Words
    stage: Stage
    sense: Sense
    limit: Exact
    advisory: bool = False
    """Shown, and never decides."""
    source: Words
    valid_from: date
    valid_to: date | None = None
    factor: str | None = None
    """The id and version of the published factor that gives the limit, if it is one."""


class FitTest(Record):
    """A criterion and what was found."""

    criterion: Criterion
    found: Exact | None
    """`None` where the figure can't be determined, which fails."""
    passed: bool


class UncertaintyTerms(Record):
    """The constants of the uncertainty, with their source: they are data, and each record keeps those it used."""

    confidence: Exact
    alpha: Annotated[tuple[Exact, ...], Field(min_length=1)]
    """Coefficients of 1, M, M² …, where M is the number of baseline months."""
    corrects_from: Exact | None
    """From this autocorrelation on the effective number of observations is used; `None`: never."""
    deducts_above: Exact
    """Above this fractional uncertainty half the confidence interval is taken off the saving."""
    source: Words
    valid_from: date


class Baseline(Record):
    """A fitted baseline (基准模型): the data, every candidate, the one chosen, and the tests."""

    project_id: str
    number: int
    data_number: int
    carrier: Carrier
    grain: Grain
    model_grain: ModelGrain
    period: Period
    occupancy_told: bool
    missing_days: int
    model: Model
    statistics: Statistics
    candidates: tuple[Candidate, ...]
    tests: tuple[FitTest, ...]
    intervals: tuple[Interval, ...]

    @property
    def fits(self) -> bool:
        """Tell whether every test that decides was passed."""
        return all(one.passed or one.criterion.advisory for one in self.tests)
