"""积分变动明细: the facts of a statement of movements: opening, every movement, closing, per issuer."""

from datetime import date
from itertools import accumulate
from typing import Self

from pydantic import model_validator

from greencredit.schemas.reports.consumer import ReportHolder
from greencredit.schemas.reports.shared import Count, Headline, ReportFacts
from greencredit.schemas.values import Credits, Instant, NonNegativeCredits, PositiveCredits, Record, Words


class StatementLine(Record):
    """One movement of a holder's credits, as the ledger has it (积分变动)."""

    event_id: str
    on: date
    """The day in China on which it was booked."""
    posted_at: Instant
    verb: str
    verb_title: Words
    subject: Words | None = None
    """What it was for: the kind of product or action of the award that was made or taken back."""
    rule_id: str | None = None
    party: Words | None = None
    """The merchant, project or enterprise on the other side."""
    reason: str | None = None
    document: str | None = None
    cause: str | None = None
    """The movement that it undoes, captures or restores."""
    credits: PositiveCredits
    """How many were moved."""
    change: Credits
    """What that did to the balance: nothing, where credits were only set aside."""
    owed_change: Credits = Credits(0)
    """What it did to what the holder owes."""
    balance: NonNegativeCredits
    """The balance after it."""


class VerbSum(Record):
    """What all movements of one kind came to."""

    verb: str
    title: Words
    movements: Count
    credits: Credits
    change: Credits


class StatementAccount(Record):
    """A holder's credits of one issuer over the period."""

    issuer_id: str
    issuer_name: Words
    filing_number: str | None = None
    complaint_channel: str
    opening: NonNegativeCredits
    closing: NonNegativeCredits
    opening_owed: NonNegativeCredits
    closing_owed: NonNegativeCredits
    sums: tuple[VerbSum, ...]
    movements: tuple[StatementLine, ...]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        running = list(accumulate((line.change for line in self.movements), initial=self.opening))
        found = [line.balance for line in self.movements]
        if running[1:] != found or running[-1] != self.closing:
            message = f"movements of {self.issuer_id} lead from {self.opening} to {running[-1]}, found {self.closing}"
            raise ValueError(message)
        if self.opening + sum(one.change for one in self.sums) != self.closing:
            message = f"sums of {self.issuer_id} do not lead from {self.opening} to {self.closing}"
            raise ValueError(message)
        owed = self.opening_owed + sum(line.owed_change for line in self.movements)
        if owed != self.closing_owed:
            message = f"movements of {self.issuer_id} leave {owed} owed, found {self.closing_owed}"
            raise ValueError(message)
        return self

    @property
    def gained(self) -> Credits:
        """Give what the movements added to the balance."""
        return Credits(sum(line.change for line in self.movements if line.change > 0))

    @property
    def gone(self) -> Credits:
        """Give what the movements took from the balance."""
        return Credits(-sum(line.change for line in self.movements if line.change < 0))


class MovementStatement(ReportFacts):
    """积分变动明细: what a holder had, every movement of the period, and what was left, to the unit of the ledger."""

    holder: ReportHolder
    accounts: tuple[StatementAccount, ...]

    @property
    def subject_id(self) -> str:
        """Give the id of the holder."""
        return self.holder.holder_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give what there was and what was left of every issuer's credits."""
        return tuple(edge for one in self.accounts for edge in (("opening", one.opening), ("closing", one.closing)))

    @property
    def issuers_of_credits(self) -> tuple[str, ...]:
        """Name the issuers of the accounts."""
        return tuple(one.issuer_id for one in self.accounts)

    @property
    def movements(self) -> int:
        """Give how many movements there are in all."""
        return sum(len(account.movements) for account in self.accounts)
