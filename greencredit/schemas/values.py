"""The small values every shape is made of: records, credits, fen, grams, periods, regions."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Final, NewType, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

Credits = NewType("Credits", int)
"""Whole credits (积分); never a fraction, never money."""

Fen = NewType("Fen", int)
"""Hundredths of a yuan (分)."""

Grams = NewType("Grams", int)
"""Grams of CO2e avoided; negative when the action emitted more than its baseline."""


class Record(BaseModel):
    """A frozen fact: unknown fields are refused, nothing is changed after it was made."""

    # Most processes need few of the hundreds of shapes: each is built when it is first asked for.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, defer_build=True)

    @classmethod
    def __pydantic_init_subclass__(cls, **_: object) -> None:
        # Only the shape itself waits: what is made of it, such as what a door takes, is built at once.
        cls.model_config = {**cls.model_config, "defer_build": False}


Shape = TypeVar("Shape", bound=Record)


def ground(shape: type[Shape]) -> type[Shape]:
    """Let the shapes made from this one wait as well until they are asked for; no door takes or gives it itself."""
    shape.model_config = {**shape.model_config, "defer_build": True}
    return shape


def _utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0):
        message = f"an instant is given in UTC, found offset {at.utcoffset()}"
        raise ValueError(message)
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_utc)]
"""An aware instant in UTC."""

_MOST_PLACES: Final = 100
"""No quantity, factor or slope has more digits before or behind its point; `1E-999999` would unfold to a million."""


def _written_out(value: Decimal) -> Decimal:
    """Write 1.50, 1.5 and 15E-1 alike, so that equal facts have equal digests."""
    smallest = value.as_tuple().exponent
    if not isinstance(smallest, int) or smallest < -_MOST_PLACES or value.adjusted() > _MOST_PLACES:
        message = f"a number has at most {_MOST_PLACES} places before and behind its point"
        raise ValueError(message)
    return Decimal(f"{value.normalize():f}") if value else Decimal(0)


Exact = Annotated[Decimal, AfterValidator(_written_out)]
"""An exact decimal in one spelling."""

PositiveCredits = Annotated[Credits, Field(gt=0)]
NonNegativeCredits = Annotated[Credits, Field(ge=0)]
NonNegativeFen = Annotated[Fen, Field(ge=0)]

RegionCode = Annotated[str, Field(pattern=r"^CN(-[A-Z]{2,5}(-[A-Z]{2,9})?)?$")]
"""`CN`, or `CN-` and the letters of a province (ISO 3166-2:CN), such as `CN-SH`."""


class Words(Record):
    """One text in the two languages of the platform."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """Give the text in `zh` or `en`."""
        return self.zh if lang.startswith("zh") else self.en


class Period(Record):
    """Civil dates in China, first day included, `until` not."""

    since: date
    until: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until <= self.since:
            message = f"a period ends after it begins, found {self.since} to {self.until}"
            raise ValueError(message)
        return self

    @property
    def last_day(self) -> date:
        """Give the last day inside the period."""
        return self.until - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.since <= day < self.until
