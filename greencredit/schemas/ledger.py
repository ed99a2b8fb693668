"""What the ledger keeps and answers: events, leaves, series, balances, findings of an audit."""

from enum import IntEnum, StrEnum
from typing import NamedTuple

from pydantic import Field

from greencredit.schemas.values import Credits, Instant, NonNegativeCredits, PositiveCredits, Record


class LeafKind(StrEnum):
    """What a leaf account holds: a person's credits, or one of the counter-accounts of a series."""

    AVAILABLE = "available"
    ISSUED = "issued"


class Verb(IntEnum):
    """What an event did (积分变动). The numbers are on disk for ever."""

    EARN = 1
    REVERSE = 2


class Terms(Record):
    """The terms every credit of a series carries from birth to end; they are never changed afterwards."""

    issuer_id: str
    terms_version: int = Field(ge=1)
    """The version of the filing that fixed the face value."""
    funding: str
    """Who pays: the filed split, such as `issuer`."""
    award_month: int = Field(ge=200001, le=999912)
    """Year and month of earning, such as 202503."""
    expires_at: Instant | None
    """None: for life (终身有效)."""
    cap: PositiveCredits
    """The most credits the filing allows in this series."""


class Earning(NamedTuple):
    """One award to be booked; a plain tuple, because a batch holds ten thousand."""

    holder: int
    series: int
    credits: int
    day: int
    """The day inside the idempotency key, such as 20250314, or 0."""
    key: bytes


class Posted(NamedTuple):
    """What became of one item: the event that stands for it, and whether it stood before."""

    event_id: int
    repeated: bool


class SeriesBalance(Record):
    """What one holder has of one series."""

    series_id: int
    terms: Terms
    posted: NonNegativeCredits
    held: NonNegativeCredits

    @property
    def available(self) -> Credits:
        """Give what can be spent now."""
        return Credits(self.posted - self.held)


class Movement(Record):
    """One line of a holder's trajectory (全流程轨迹): written once, never changed."""

    event_id: int
    group_id: int
    verb: Verb
    credits: PositiveCredits
    series_id: int
    issuer_id: str
    posted_at: Instant
    caller: str
    cause: int | None
    reason: str | None
    document: str | None


class HolderTotals(Record):
    """A holder's credits of one issuer, added up from events."""

    issuer_id: str
    earned: Credits
    reversed_: Credits
    balance: Credits


class IssuerPosition(Record):
    """What an issuer has issued and still owes, added up from leaf balances (积分负债)."""

    issuer_id: str
    issued: Credits
    reversed_: Credits
    outstanding: Credits
    holders: int
    events: int


class Finding(Record):
    """The answer of one named invariant: what was looked at, and the first places where it failed."""

    name: str
    sentence: str
    looked_at: int
    broken: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Tell whether the invariant holds."""
        return not self.broken
