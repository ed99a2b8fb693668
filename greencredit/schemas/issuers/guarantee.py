"""What stands behind the face value: statements of a custodian, and how far they cover what is owed (价值保障)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.issuers.texts import Document, Line
from greencredit.schemas.values import Credits, Fen, Instant, NonNegativeCredits, NonNegativeFen, Period, Record, Words


class AccountKind(StrEnum):
    """What kind of account or undertaking a statement names; one of them is named only to be refused."""

    CUSTODY_ACCOUNT = "custody_account"
    BANK_GUARANTEE = "bank_guarantee"
    SURETY_INSURANCE = "surety_insurance"
    PAYMENT_RESERVE = "payment_reserve"
    """备付金: money of payers, which never guarantees anybody's credits."""

    @property
    def words(self) -> Words:
        """Give the kind in words."""
        return _ACCOUNT_KINDS[self]


_ACCOUNT_KINDS: Final = {
    AccountKind.CUSTODY_ACCOUNT: Words(zh="专用存管账户", en="Dedicated custody account"),
    AccountKind.BANK_GUARANTEE: Words(zh="银行保函", en="Bank guarantee"),
    AccountKind.SURETY_INSURANCE: Words(zh="履约保证保险", en="Surety insurance"),
    AccountKind.PAYMENT_RESERVE: Words(zh="备付金账户", en="Payment-reserve account"),
}


class NewCustodyStatement(Record):
    """What a custodian states on a day (存管说明); of the account number only the last four digits are kept."""

    amount_fen: Annotated[Fen, Field(ge=0, le=500_000_000_000_000)]
    """At most five trillion yuan, so that every ratio of it is a number that tables and readers of JSON can hold."""
    as_of: date
    """The day at whose end the custodian held it."""
    bank: Line
    account_kind: AccountKind
    account_title: Line
    """The name under which the account is kept (户名)."""
    account_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$")]
    document: Document


class CustodyStatement(NewCustodyStatement):
    """A statement on file; written once, never changed."""

    statement_id: str
    issuer_id: str
    number: int
    recorded_at: Instant
    recorded_by: str


class StatementOrder(Record):
    """What is sent to put a custodian's statement on file."""

    statement: NewCustodyStatement
    reason: Line


class CoverageLine(Record):
    """What is owed under one version of the filing."""

    terms_version: int
    outstanding: NonNegativeCredits
    face_value_fen_per_100_credits: Annotated[int, Field(gt=0)]
    worth_fen: NonNegativeFen
    """Outstanding × face value ÷ 100, rounded up to the fen: what is owed is never made smaller."""
    filed_basis_points: int | None = None
    """What is promised to be kept for these very credits; none in measurements from before versions were told apart."""


class Coverage(Record):
    """Guarantee held ÷ (outstanding credits × face value), as of an event of the ledger (保障覆盖率)."""

    issuer_id: str
    statement_id: str | None
    guarantee_fen: NonNegativeFen
    """What the newest statement says; 0 where there is none."""
    lines: tuple[CoverageLine, ...]
    outstanding: NonNegativeCredits
    worth_fen: NonNegativeFen
    basis_points: int | None
    """Rounded down, so that a printed 100% is never less; none while nothing is owed."""
    filed_basis_points: int
    """What the filings promise to keep for all that is owed together, rounded down; credits keep what was filed when
    they were issued."""
    kept: bool
    """Compared in whole numbers, without any rounding but that of what is owed."""
    as_of_event: int
    """The last event of the ledger that was counted."""
    at: Instant


class RollForward(Record):
    """What an issuer owed when a period began, what changed it, and what it owed in the end (积分负债变动).

    Opening + granted - redeemed - expired ± adjusted = closing, in whole credits. What is frozen, held for an order or
    waiting is owed all the same and moves nothing here.
    """

    period: Period
    opening: Credits
    granted: Credits
    """Earned, waiting, given as compensation, or given to an enterprise."""
    redeemed: Credits
    expired: Credits
    restored: Credits
    """Given back with a refund."""
    donated: Credits
    reversed: Credits
    """Awards taken back, and later awards that went to what was owed after that."""
    corrected: Credits
    """Corrections that two persons answered for; below zero where they took away."""
    closing: Credits
    first_event: int
    last_event: int

    @property
    def adjusted(self) -> Credits:
        """Give all that is neither granted, redeemed nor expired, with its sign."""
        return Credits(self.restored - self.donated - self.reversed + self.corrected)


class FrozenAward(Record):
    """An award that was waiting when its issuer was suspended, and what became of it (暂缓生效)."""

    event_id: int
    credits: Credits
    frozen_at: Instant
    outcome: Annotated[str, Field(pattern=r"^(activated|reversed|gone)$")] | None
    reason: str | None
    decided_by: str | None
    decided_at: Instant | None


class FrozenOutcome(StrEnum):
    """What may be decided on frozen awards once the suspension is over."""

    ACTIVATED = "activated"
    REVERSED = "reversed"


class FrozenOrder(Record):
    """What is sent to decide on the awards that a suspension froze."""

    outcome: FrozenOutcome
    reason: Line


class FrozenSum(Record):
    """How many awards a suspension froze and how many of them are still undecided."""

    awards: int
    credits: Credits
    open_awards: int
    open_credits: Credits
