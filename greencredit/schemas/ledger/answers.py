"""What the ledger answers: terms, balances, movements, positions, what became of a command, findings of an audit."""

from datetime import datetime
from typing import NamedTuple

from pydantic import Field

from greencredit.schemas.ledger.kinds import Verb
from greencredit.schemas.values import Credits, Instant, NonNegativeCredits, PositiveCredits, Record


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
    clawback_cap: NonNegativeCredits
    """The most credits one holder can come to owe the issuer after a clawback (待追回上限); 0: what is spent is never
    asked back."""
    refund_grace_days: int = Field(ge=0, le=36_500)
    """How long credits live on that expired before they were refunded (退回宽限期); 0: they expire at once."""


class SeriesBalance(Record):
    """What one holder has of one series, by state."""

    series_id: int
    terms: Terms
    available: NonNegativeCredits
    pending: NonNegativeCredits = Credits(0)
    held: NonNegativeCredits = Credits(0)
    """Set aside for orders."""
    frozen: NonNegativeCredits = Credits(0)
    """Kept back for a reason."""

    @property
    def outstanding(self) -> Credits:
        """Give all that the issuer owes here: available, pending, held and frozen."""
        return Credits(self.available + self.pending + self.held + self.frozen)


class Owed(NamedTuple):
    """What a holder owes an issuer in one series after a clawback (待追回)."""

    issuer_id: str
    series_id: int
    credits: int


class Expiring(NamedTuple):
    """Available credits of one holder and issuer that end at one instant."""

    holder: int
    subject_id: str
    issuer_id: str
    expires_at: datetime
    credits: int


class Movement(Record):
    """One line of a trajectory (全流程轨迹): written once, never changed."""

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
    actor_id: str | None = None
    party: str | None = None
    """The merchant, project or enterprise on the other side."""
    serial: str | None = None
    """The serials given out (发行序列号)."""


class HolderTotals(Record):
    """A holder's credits of one issuer, added up from events."""

    issuer_id: str
    earned: Credits
    reversed_: Credits
    redeemed: Credits = Credits(0)
    restored: Credits = Credits(0)
    expired: Credits = Credits(0)
    owed: Credits = Credits(0)
    balance: Credits


class IssuerPosition(Record):
    """What an issuer has issued and still owes, added up from the movements of its series (积分负债)."""

    issuer_id: str
    issued: Credits
    """All credits that ever came into being, taken back or not."""
    reversed_: Credits
    redeemed: Credits = Credits(0)
    donated: Credits = Credits(0)
    expired: Credits = Credits(0)
    owed: Credits = Credits(0)
    """待追回: what holders owe after clawbacks."""
    outstanding: Credits
    holders: int


class GroundRun(NamedTuple):
    """A run of awards that one ground stands for, and what the events of the run come to."""

    first: int
    last: int
    reason: str
    document: str
    awards: int
    largest: int
    issuer_id: str | None
    terms_version: int | None
    caller: str | None
    issuers: int
    versions: int
    callers: int


class Proposed(Record):
    """A correction that waits for a second person (待复核调整), or was decided."""

    proposal_id: int
    subject_id: str | None
    series_id: int
    credits: Credits
    reason: str
    document: str | None
    proposed_by: str
    proposed_at: Instant
    decided_by: str | None = None
    approved: bool | None = None
    event_id: int | None = None


class Refunded(Record):
    """What a refund came to: nothing of it is lost without being said."""

    event_id: int
    repeated: bool
    restored: Credits
    """Given back in all."""
    expired: Credits
    """Of these, expired meanwhile and without grace."""
    revived: Credits
    """Of these, expired meanwhile and given the filed grace."""
    repaid: Credits
    """Of these, used to repay a shortage."""


class TakenBack(Record):
    """What a reversal came to."""

    event_id: int
    repeated: bool
    taken: Credits
    short: Credits
    """Now owed by the holder (待追回)."""
    forgiven: Credits
    """Neither taken nor owed: spent, and beyond what the filed policy asks back."""
    expired: Credits = Credits(0)
    """Neither taken nor owed: expired or corrected away before, so that the holder never had the use of it."""


class Finding(Record):
    """The answer of one named invariant: what was looked at, and the first places where it failed."""

    name: str
    sentence: str
    looked_at: int
    broken: tuple[str, ...]
    note: str | None = None
    """What a reader should know besides: nothing is wrong with it."""

    @property
    def holds(self) -> bool:
        """Tell whether the invariant holds."""
        return not self.broken
