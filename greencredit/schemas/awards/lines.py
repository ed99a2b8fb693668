"""Awards and how they are explained, one by one and added up."""

from datetime import date
from typing import Literal

from pydantic import Field

from greencredit.schemas.actions import ClaimMark
from greencredit.schemas.awards.caps import unsaid
from greencredit.schemas.awards.grounds import Ground
from greencredit.schemas.values import Credits, Fen, Grams, Instant, Record, Words

StepName = Literal[
    "rate",
    "tier",
    "multiplier",
    "threshold",
    "cap_award",
    "cap_day",
    "cap_month",
    "cap_year",
    "cap_person",
    "household_day",
    "household_month",
    "household_year",
    "household",
    "rule_day",
    "rule_month",
    "rule_year",
    "budget",
    "issuer_award",
    "issuer_person_day",
    "issuer_person_month",
    "issuer_person_year",
    "issuer_person",
    "issuer_household_day",
    "issuer_household_month",
    "issuer_household_year",
    "issuer_household",
    "issuer_day",
    "issuer_month",
    "issuer_year",
    "funder",
]
"""The steps of an award in the order in which they are taken."""


class TraceStep(Record):
    """One step of an award's explanation: what was found, what limit stood, what came out."""

    step: StepName
    found: int
    """What went into the step: fen for a rate per yuan and a threshold, grams for a rate per kilogram, thousandths for
    a rate per unit, the part that falls on it for a step of a stepped rate, what the groups before gave for a rate on
    top of them, else credits."""
    limit: int
    """Credits per unit, the least sum in fen, percent, or what the cap or budget still allowed, in credits."""
    credits: Credits
    """What came out."""
    of: str = Field(default="", exclude_if=unsaid(""))
    """Whose budget it was, for the step `funder`; else empty."""


class AwardLine(Record):
    """One award (积分发放) with everything a person is shown of it."""

    award_id: int
    """The ledger event that booked it."""
    posted_at: Instant
    occurred_on: date
    issuer_id: str
    ground: Ground
    subject: str
    """The green kind of product or the action."""
    title: Words
    rule_name: str
    rule_version: int
    rule_title: Words
    merchant_id: str | None
    evidence_id: int
    quantity: str
    """As decimal text, in `unit`."""
    unit: str
    spent_fen: Fen | None
    credits: Credits
    grams: Grams | None
    """CO2e avoided; none means not quantified (未量化), never zero."""
    tier: str | None
    """Quality of the figure: A, B or C."""
    reversed_credits: Credits
    trace: tuple[TraceStep, ...]
    claim: ClaimMark | None = Field(default=None, exclude_if=unsaid())
    """Where else its reduction is counted; then its grams stand in no total (已转出)."""

    @property
    def counted_grams(self) -> Grams | None:
        """Give the grams that are ours to count: none where another scheme counts them is 0, not quantified is none."""
        return self.grams if self.claim is None else Grams(0)


class SubjectTotal(Record):
    """What one holder did and earned by one kind of product or action in a period."""

    ground: Ground
    subject: str
    title: Words
    family: str
    """`shopping` for purchases, else the category of the action."""
    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams | None
    tier: str | None


class MonthTotal(Record):
    """What happened in one month."""

    month: str
    """`2025-03`"""
    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams


class ConsumerTotals(Record):
    """One holder's awards of a period, added up."""

    count: int
    credits: Credits
    spent_fen: Fen
    grams: Grams
    claimed_grams: Grams = Grams(0)
    """Counted in another scheme, and therefore not in `grams`."""
    unquantified_count: int
    """Green purchases and actions for which no method fits; a gift is none of them."""
    by_subject: tuple[SubjectTotal, ...]
    by_month: tuple[MonthTotal, ...]


class RuleTotal(Record):
    """What one version of a rule gave in all."""

    name: str
    version: int
    title: Words
    count: int
    holders: int
    credits: Credits
    grams: Grams
