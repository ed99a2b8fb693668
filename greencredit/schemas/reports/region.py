"""区域监管报告: the facts of a region's supervision report."""

from datetime import date
from typing import Self

from pydantic import model_validator

from greencredit.schemas.reports.shared import (
    Count,
    Headline,
    LiabilityFlow,
    LiabilityMonth,
    Notice,
    RejectLine,
    ReportFacts,
    Tier,
    require_one_after_another,
)
from greencredit.schemas.values import Credits, Grams, NonNegativeFen, Record, RegionCode, Words

SMALLEST_GROUP = 10
"""Fewer people than this are never counted out on paper (小群体隐去)."""


class StateLine(Record):
    """How many issuers of the region were in one state when the period ended."""

    state: Words
    issuers: Count


class RegisteredIssuer(LiabilityFlow):
    """One issuer of the region, and what its credits did in the period."""

    issuer_id: str
    name: Words
    kind: Words
    state: Words
    filing_number: str | None
    """Of the version in force when the period ended."""


class FilingLine(Record):
    """One version that lay before an authority in the period."""

    issuer: Words
    version: int
    outcome: Words
    number: str | None
    submitted_on: date
    due_on: date | None
    decided_on: date | None
    kept: bool | None
    """None: the clock runs still, or can't be told for want of a calendar."""


class FilingFigures(Record):
    """What became of the versions that lay before an authority."""

    submitted: Count
    """Handed in within the period."""
    accepted: Count
    returned: Count
    refused: Count
    otherwise: Count
    """Ended without a decision: withdrawn or lapsed."""
    waiting: Count
    on_time: Count
    late: Count


class IssuerCoverage(Record):
    """How far one issuer's guarantee reached, day by day."""

    name: Words
    days: Count
    """Days on which a measurement held; 0: never measured."""
    days_short: Count
    lowest_basis_points: Count | None
    lowest_on: date | None
    last_basis_points: Count | None
    filed_basis_points: Count | None


class UptakeMonth(Record):
    """One month of the policy's effect; people are counted out only from ten on."""

    month: date
    participants: Count | None
    """None: fewer than ten people."""
    newcomers: Count | None
    """None: they, or all the others, are fewer than ten."""
    awards: Count
    granted: Credits
    avoided_g_co2e: Grams

    @model_validator(mode="after")
    def _nobody_stands_alone(self) -> Self:
        new, all_ = self.newcomers, self.participants
        others = None if new is None or all_ is None else all_ - new
        small = [one for one in (all_, new, others) if one is not None and 0 < one < SMALLEST_GROUP]
        if small or (new is not None and all_ is None):
            message = f"fewer than {SMALLEST_GROUP} people would be counted out in {self.month:%Y-%m}"
            raise ValueError(message)
        return self


class SourceLine(Record):
    """What sources of one kind sent in the period."""

    title: Words
    is_purchase: bool
    sees_all: bool
    """It tells of whole baskets or accounts, so that a share of them says something."""
    lines: Count
    green: Count
    repeated: Count
    rejected: Count

    @property
    def counted(self) -> int:
        """Give the lines that were good and new: what the share is of."""
        return self.lines - self.repeated - self.rejected


class LabelLine(Record):
    """Green purchases by the certificate that came with them."""

    title: Words
    lines: Count
    spent_fen: NonNegativeFen


class FamilyEffect(Record):
    """CO2e of one family of actions, by how good the sources behind it are."""

    title: Words
    awards: Count
    avoided_g_co2e: Grams
    tier_a: Grams
    tier_b: Grams
    tier_c: Grams

    @model_validator(mode="after")
    def _tiers_add_up(self) -> Self:
        if self.tier_a + self.tier_b + self.tier_c != self.avoided_g_co2e:
            message = f"the tiers of {self.title.en} do not add up to {self.avoided_g_co2e}"
            raise ValueError(message)
        return self


class ActionEffect(Record):
    """CO2e of one action, with the weakest tier that was used."""

    action: str
    title: Words
    family: Words
    tier: Tier
    awards: Count
    avoided_g_co2e: Grams
    method_version: str | None = None
    """The version of its method that is in the catalogue when the report is made."""
    source: Words | None = None
    """Where the method comes from."""


class NegativeLine(Record):
    """Actions that emitted more than their baseline: kept, shown, never awarded."""

    title: Words
    count: Count
    avoided_g_co2e: Grams
    """Below zero."""


class ClaimLine(Record):
    """What another scheme counts, and so nobody here (已转出)."""

    scheme: Words
    count: Count
    avoided_g_co2e: Grams


class HoldLine(Record):
    """Credits kept back because of one signal of fraud."""

    signal: Words
    cases: Count
    credits: Credits
    decided: Count


class NotAwarded(Record):
    """Why lines of the period earned nothing."""

    repeated: Count
    """Known already: the same evidence never earns twice."""
    aside: Count
    """Claimed by two issuers."""
    not_green: Count
    no_credit: Count
    """Green, and below a threshold or past a cap."""
    rejected: Count


class RegionReport(ReportFacts):
    """区域监管报告: who issues in a region, what was issued and is owed, what stands behind it, what came of it."""

    region: RegionCode
    region_title: Words
    registered: Count
    """Issuers that registered within the period."""
    active: Count
    """Issuers that issued as usual when the period ended."""
    states: tuple[StateLine, ...]
    issuers: tuple[RegisteredIssuer, ...]
    filing_figures: FilingFigures
    filings: tuple[FilingLine, ...]
    liability: tuple[LiabilityMonth, ...]
    """Of all issuers together, month by month, and once more for what was posted since."""
    outstanding: Credits
    """What the balances of the ledger say is owed now."""
    coverage: tuple[IssuerCoverage, ...]
    participants: Count | None
    """None: fewer than ten people took part."""
    uptake: tuple[UptakeMonth, ...]
    sources: tuple[SourceLine, ...]
    labels: tuple[LabelLine, ...]
    families: tuple[FamilyEffect, ...]
    actions: tuple[ActionEffect, ...]
    purchases: Count
    purchases_spent_fen: NonNegativeFen
    """Green purchases; no method covers them, so that they are not quantified."""
    negatives: tuple[NegativeLine, ...]
    not_awarded: NotAwarded
    rejects: tuple[RejectLine, ...]
    claims: tuple[ClaimLine, ...]
    holds: tuple[HoldLine, ...]
    notices: tuple[Notice, ...]

    @model_validator(mode="after")
    def _ties_to_the_ledger(self) -> Self:
        require_one_after_another(self.liability)
        closing = self.liability[-1].closing if self.liability else Credits(0)
        if closing != self.outstanding:
            message = f"the roll-forward ends with {closing}, the balances of the ledger say {self.outstanding}"
            raise ValueError(message)
        by_issuer = sum(one.closing for one in self.issuers)
        at_the_end = next((one.opening for one in self.liability if one.after_period), closing)
        if by_issuer != at_the_end:
            message = f"the issuers owe {by_issuer} together, the region {at_the_end}"
            raise ValueError(message)
        if self.participants is not None and 0 < self.participants < SMALLEST_GROUP:
            message = f"{self.participants} people would be counted out"
            raise ValueError(message)
        return self

    @property
    def subject_id(self) -> str:
        """Give the code of the region."""
        return self.region

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give what is owed, how many people took part, and what was avoided."""
        return (
            ("outstanding", self.outstanding),
            ("participants", self.participants or 0),
            ("avoided_g_co2e", self.avoided_g_co2e),
        )

    @property
    def avoided_g_co2e(self) -> Grams:
        """Give what was avoided in all, what other schemes count left out."""
        return Grams(sum(one.avoided_g_co2e for one in self.families))
