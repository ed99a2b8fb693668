"""环保行动证明: the facts of a participation proof, with nothing in it that is nobody else's business."""

from datetime import date
from typing import Self

from pydantic import model_validator

from greencredit.schemas.reports.consumer import ReportHolder
from greencredit.schemas.reports.shared import Count, Ground, Headline, Notice, ReportFacts, Tier
from greencredit.schemas.values import Credits, Grams, Record, Words


class ProofFamily(Record):
    """What one family of kinds brought (类别); no merchant, no amount of money."""

    family: str
    title: Words
    ground: Ground
    awards: Count
    unquantified_awards: Count
    avoided_g_co2e: Grams


class ProofMonth(Record):
    """How much was on record in one calendar month."""

    month: date
    """The first day of the month."""
    awards: Count
    avoided_g_co2e: Grams


class ProofMethod(Record):
    """A method behind the figure of a proof, and how good its weakest source is."""

    method_id: str
    title: Words
    version: str
    tier: Tier
    baseline: Words
    awards: Count
    avoided_g_co2e: Grams


class ProofIssuer(Record):
    """Who checked the evidence and issued the credits."""

    issuer_id: str
    name: Words
    filing_number: str | None = None


class ParticipationProof(ReportFacts):
    """环保行动证明: that a person took part, in what, how often, and what it avoided by which methods.

    It is made to be shown to others: purchases and rides are counted, and not listed; no merchant, no money, no place.
    """

    holder: ReportHolder
    awards: Count
    purchases: Count
    actions: Count
    unquantified_awards: Count
    credits: Credits
    avoided_g_co2e: Grams
    first_on: date | None
    """The first day with a record in the period; none where there is no record."""
    last_on: date | None
    months: tuple[ProofMonth, ...]
    families: tuple[ProofFamily, ...]
    methods: tuple[ProofMethod, ...]
    issuers: tuple[ProofIssuer, ...]
    notices: tuple[Notice, ...]

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        for place, awards_found, grams_found in (
            ("months", sum(one.awards for one in self.months), sum(one.avoided_g_co2e for one in self.months)),
            ("families", sum(one.awards for one in self.families), sum(one.avoided_g_co2e for one in self.families)),
        ):
            if (awards_found, grams_found) != (self.awards, self.avoided_g_co2e):
                message = (
                    f"{place} say {awards_found} awards and {grams_found} g, "
                    f"the proof {self.awards} and {self.avoided_g_co2e}"
                )
                raise ValueError(message)
        return self

    @property
    def subject_id(self) -> str:
        """Give the id of the holder."""
        return self.holder.holder_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give the totals; the exact mass stands in the table."""
        return ("awards", self.awards), ("avoided_g_co2e", self.avoided_g_co2e)

    @property
    def issuers_of_credits(self) -> tuple[str, ...]:
        """Name the issuers of the holder's credits."""
        return tuple(one.issuer_id for one in self.issuers)

    @property
    def quantified_awards(self) -> int:
        """Give how many of the awards a method covers; gifts are neither covered nor missing one."""
        return sum(one.awards for one in self.methods)

    @property
    def active_months(self) -> int:
        """Give in how many months there is a record."""
        return sum(one.awards > 0 for one in self.months)
