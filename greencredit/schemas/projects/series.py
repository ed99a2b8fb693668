"""Meter data after intake: intervals of whole days with their use, temperatures and occupancy (计量数据)."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.values import Period, Record, Words

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Carrier(StrEnum):
    """What the meter counts (能源品种)."""

    ELECTRICITY = "electricity"
    NATURAL_GAS = "natural_gas"
    HEAT = "heat"


class CarrierFacts(Record):
    """How a carrier is counted, and by which action its saving becomes grams."""

    carrier: Carrier
    title: Words
    unit: str
    """The unit that people read, such as `kWh`."""
    small_unit: str
    """A thousandth of it, in which whole numbers are kept."""
    thousandths: dict[str, int]
    """Each unit that a file may be in, and how many thousandths one of it is."""
    action: str
    """The action of the catalogue whose method turns a saving into grams."""


class Grain(StrEnum):
    """What one line of a file covers."""

    HOURLY = "hourly"
    DAILY = "daily"
    MONTHLY = "monthly"
    BILLS = "bills"

    @property
    def words(self) -> Words:
        """Give its name in both languages."""
        return _GRAINS[self]

    @property
    def models(self) -> "ModelGrain":
        """Tell of what the model is made: hours are added up to days."""
        return ModelGrain.DAY if self in {Grain.HOURLY, Grain.DAILY} else ModelGrain.BILL


class ModelGrain(StrEnum):
    """What one observation of a model covers."""

    DAY = "day"
    BILL = "bill"


_GRAINS: Final = {
    Grain.HOURLY: Words(zh="逐时", en="hourly"),
    Grain.DAILY: Words(zh="逐日", en="daily"),
    Grain.MONTHLY: Words(zh="逐月", en="monthly"),
    Grain.BILLS: Words(zh="账单", en="bills"),
}


class Part(StrEnum):
    """Which side of the comparison data belong to."""

    BASELINE = "baseline"
    REPORTING = "reporting"

    @property
    def words(self) -> Words:
        """Give its name in both languages."""
        return _PARTS[self]


_PARTS: Final = {
    Part.BASELINE: Words(zh="基准期", en="baseline period"),
    Part.REPORTING: Words(zh="报告期", en="reporting period"),
}


class Interval(Record):
    """The use of some whole days, with the mean outdoor temperature and the occupancy of each day."""

    since: date
    used_milli: int = Field(ge=0)
    temperatures_milli: tuple[int, ...] = Field(min_length=1)
    """Of each day, in thousandths of a degree Celsius."""
    occupied_percent: tuple[int, ...]
    """Of each day: how far the building was in use; 100 on Monday to Friday where nothing else was told."""

    @model_validator(mode="after")
    def _each_day_has_both(self) -> Self:
        if len(self.occupied_percent) != len(self.temperatures_milli):
            found = f"{len(self.temperatures_milli)} temperatures and {len(self.occupied_percent)} occupancies"
            message = f"each day has a temperature and an occupancy, found {found}"
            raise ValueError(message)
        return self

    @property
    def days(self) -> int:
        """Count its days."""
        return len(self.temperatures_milli)

    @property
    def last_day(self) -> date:
        """Give its last day."""
        return self.since + timedelta(days=self.days - 1)


class MeterSeries(Record):
    """One side of the comparison, as it was taken in from one file."""

    carrier: Carrier
    grain: Grain
    digest: Digest
    """SHA-256 of the meter file, and of the weather file after it where there is one."""
    period: Period
    lines: int
    unit: str
    temperature_unit: str
    occupancy_told: bool
    """Whether the file tells occupancy; else working days are Monday to Friday."""
    missing_days: int
    """Days that the file itself declares missing by an empty cell; a silent gap is refused."""
    intervals: tuple[Interval, ...] = Field(min_length=1)

    @property
    def used_milli(self) -> int:
        """Add up what was used."""
        return sum(one.used_milli for one in self.intervals)

    @property
    def days(self) -> int:
        """Count the days that were metered."""
        return sum(one.days for one in self.intervals)
