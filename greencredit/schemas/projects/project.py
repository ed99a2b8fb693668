"""The project itself: who opened it, for whom, where it stands, and what it leaves to awards (节能减排项目)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.actions import Gas, Tier
from greencredit.schemas.projects.baseline import Baseline
from greencredit.schemas.projects.measurement import Adjustment, Measurement
from greencredit.schemas.projects.series import Carrier, Digest, Grain, Part
from greencredit.schemas.values import Grams, Instant, Period, Record, RegionCode, Words

_Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
_Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
_Meter = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9./-]{3,63}$")]
_Degrees = Annotated[int, Field(ge=-10_000, le=40_000)]
_MOST_PARTICIPANTS: Final = 10_000


class ProjectState(StrEnum):
    """Where a project stands."""

    OPEN = "open"
    FROZEN = "frozen"
    MEASURED = "measured"
    SIGNED_OFF = "signed_off"
    REFUSED = "refused"

    @property
    def words(self) -> Words:
        """Give its name in both languages."""
        return _STATES[self]


_STATES: Final = {
    ProjectState.OPEN: Words(zh="已立项", en="open"),
    ProjectState.FROZEN: Words(zh="基准已冻结", en="baseline frozen"),
    ProjectState.MEASURED: Words(zh="已计量", en="measured"),
    ProjectState.SIGNED_OFF: Words(zh="已核证", en="signed off"),
    ProjectState.REFUSED: Words(zh="未通过", en="refused"),
}


class Participant(Record):
    """Somebody who shares in what was saved, with a whole-number weight (参与方及份额)."""

    holder_id: _Name
    weight: int = Field(ge=1, le=1_000_000_000)


class NewProject(Record):
    """A project that is to be opened (立项)."""

    issuer_id: str
    """Under whose filed rules it may earn."""
    title: Words
    measures: Words
    """What is done to save energy."""
    region: RegionCode
    """Where the meter is: it decides the grid's or fuel's factor."""
    carrier: Carrier
    meter: _Meter
    """The number of the meter or of the account it is billed under; a day of it is counted once."""
    installed: Period | None = None
    """When the measures were put in: it lies between the two sides of the comparison."""
    with_occupancy: bool = True
    """Whether models with a term for occupancy or working days are tried, too."""
    heating_base_milli: _Degrees = 18_000
    """Base temperature of the heating degree days, in thousandths of a degree Celsius."""
    cooling_base_milli: _Degrees = 26_000
    """Base temperature of the cooling degree days."""
    participants: tuple[Participant, ...] = Field(min_length=1, max_length=_MOST_PARTICIPANTS)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        holders = [one.holder_id for one in self.participants]
        if len(set(holders)) < len(holders):
            message = "each participant stands in the list once, with one weight"
            raise ValueError(message)
        if self.heating_base_milli > self.cooling_base_milli:
            message = "heating begins below the temperature at which cooling begins"
            raise ValueError(message)
        return self


class DataFile(Record):
    """Meter data that were taken in for one side of the comparison."""

    number: int
    part: Part
    grain: Grain
    digest: Digest
    name: str
    period: Period
    lines: int
    missing_days: int
    added_by: str
    added_at: Instant


class ProjectStep(Record):
    """One step of a project: who, when, why."""

    number: int
    state: ProjectState
    at: Instant
    by: str
    reason: str
    baseline_number: int | None = None
    measurement_number: int | None = None
    document: Digest | None = None


class Share(Record):
    """What one participant's part of a signed-off saving is (分配)."""

    participant_id: str
    weight: int
    saved_milli: int
    grams: Grams
    fingerprint: str
    """Of meter, period and participant: the same saving has the same one, whichever project claims it."""


class Project(Record):
    """A project with everything that happened to it."""

    project_id: str
    terms: NewProject
    state: ProjectState
    opened_by: str
    opened_at: Instant
    data: tuple[DataFile, ...]
    baseline_number: int | None
    """The newest baseline, or the frozen one."""
    measurement_number: int | None
    """The newest measurement, or the one signed off."""
    adjustments: tuple[Adjustment, ...]
    steps: tuple[ProjectStep, ...]
    shares: tuple[Share, ...]


class ProjectLine(Record):
    """A project in a list."""

    project_id: str
    title: Words
    issuer_id: str
    region: RegionCode
    carrier: Carrier
    state: ProjectState
    opened_at: Instant
    saved_milli: int | None
    """The newest measured saving, also where it is below zero and earns nothing; `None` before the first."""
    counted_grams: Grams | None


class KeptBaseline(Record):
    """A baseline as it is kept, with the digest of its record."""

    digest: Digest
    fitted_by: str
    fitted_at: Instant
    baseline: Baseline


class KeptMeasurement(Record):
    """A measurement as it is kept, with the digest that a verifier signs."""

    digest: Digest
    measured_by: str
    measured_at: Instant
    measurement: Measurement


class NewSignOff(Record):
    """The verifier's word (核证): to which measurement, by its digest, and on what paper."""

    measurement_number: int = Field(ge=1)
    digest: Digest
    """Of the measurement's record, so that nobody signs what he did not see."""
    statement: _Text
    document: Digest | None = None


class SignedOff(Record):
    """A project whose saving was signed off, for whoever follows sign-offs."""

    project_id: str
    issuer_id: str
    region: RegionCode
    signed_off_at: Instant


class KeptRecord(Record):
    """A measurement word for word, as it is kept."""

    digest: Digest
    text: str


class NewRefusal(Record):
    """Why a project is not signed off."""

    reason: _Text


class Claim(Record):
    """A participant's part of a signed-off project, as evidence for an award under a filed rule."""

    project_id: str
    participant_id: str
    issuer_id: str
    region: RegionCode
    carrier: Carrier
    action: str
    """The action of the catalogue by which the grams were computed."""
    on: date
    """The last day of the reporting period: the day of the award's event."""
    period: Period
    saved_milli: int
    unit: str
    """Of the thousandths: `kWh` means watt-hours are counted."""
    grams: Grams
    gas: Gas
    tier: Tier
    fingerprint: str
    signed_off_at: Instant
