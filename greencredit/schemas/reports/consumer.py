"""个人环境贡献报告: the facts of a personal contribution report."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import model_validator

from greencredit.schemas.reports.shared import (
    Count,
    EquivalentNote,
    FactorNote,
    Ground,
    Headline,
    KindLine,
    MethodNote,
    Notice,
    PeriodFigures,
    Quantity,
    ReportFacts,
    StandardNote,
    Tier,
)
from greencredit.schemas.values import Credits, Grams, NonNegativeFen, PositiveCredits, Record, RegionCode, Words


class AwardStatus(StrEnum):
    """What became of an award line (已发放 / 已冲正)."""

    GRANTED = "granted"
    REVERSED = "reversed"


class AwardLine(Record):
    """One award as the holder's statement shows it (积分明细)."""

    award_id: str
    on: date
    ground: Ground
    subject: str
    title: Words
    family: str
    quantity: Quantity
    unit: Words
    merchant: Words | None = None
    spent_fen: NonNegativeFen | None = None
    credits: PositiveCredits
    reversed_credits: Credits = Credits(0)
    """How many of them were taken back."""
    avoided_g_co2e: Grams | None = None
    """`None` where no method covers the award: it is printed as 未量化, never as grams."""
    method_id: str | None = None
    tier: Tier | None = None
    evidence_id: str
    issuer_id: str
    rule_id: str

    @model_validator(mode="after")
    def _grams_have_a_method(self) -> Self:
        if (self.avoided_g_co2e is None) is not (self.method_id is None) or (self.tier is None) is not (
            self.method_id is None
        ):
            message = f"award {self.award_id}: grams, method and tier come together or not at all"
            raise ValueError(message)
        if not 0 <= self.reversed_credits <= self.credits:
            message = f"award {self.award_id}: {self.reversed_credits} of {self.credits} credits can't be taken back"
            raise ValueError(message)
        return self

    @property
    def status(self) -> AwardStatus:
        """Tell whether anything is left of the award; one that was taken back in full counts for nothing."""
        return AwardStatus.REVERSED if self.reversed_credits == self.credits else AwardStatus.GRANTED

    @property
    def kept_credits(self) -> Credits:
        """Give the credits that are left of the award."""
        return Credits(self.credits - self.reversed_credits)


class FamilyTitle(Record):
    """How a family of green kinds is called on paper (类别)."""

    family: str
    title: Words


class FamilyLine(Record):
    """What one family of kinds brought, reversed awards left out."""

    family: str
    title: Words
    ground: Ground
    awards: Count
    unquantified_awards: Count
    spent_fen: NonNegativeFen
    credits: Credits
    avoided_g_co2e: Grams


class MonthLine(Record):
    """One calendar month, beside the mean of all participants (月度)."""

    month: date
    """The first day of the month."""
    awards: Count
    unquantified_awards: Count
    spent_fen: NonNegativeFen
    credits: Credits
    avoided_g_co2e: Grams
    mean_credits_tenths: Count
    """Mean credits per participant, in tenths of a credit."""
    mean_avoided_g_co2e: Grams


class ParticipantMean(Record):
    """What the mean participant earned in one month; the gatherer's input for `MonthLine`."""

    month: date
    credits_tenths: Count
    avoided_g_co2e: Grams


class ContributionTotals(Record):
    """The sums of the award lines of a period, reversed awards left out."""

    awards: Count
    purchases: Count
    actions: Count
    unquantified_awards: Count
    reversed_awards: Count
    spent_fen: NonNegativeFen
    credits: Credits
    avoided_g_co2e: Grams


class CreditFlow(Record):
    """Credits of one issuer in the holder's hands: what came and went in the period, what is left (积分收支)."""

    issuer_id: str
    outside: Credits
    """What is left of awards for days outside the period."""
    earned: Credits
    reversed: Credits
    expired: Credits
    used: Credits
    balance: Credits

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        left = self.outside + self.earned - self.reversed - self.expired - self.used
        if left != self.balance:
            message = (
                f"credits of {self.issuer_id} do not add up: {left} follow from the movements, found {self.balance}"
            )
            raise ValueError(message)
        return self


class IssuerNote(Record):
    """Who stands behind the credits of a report (发行主体)."""

    issuer_id: str
    name: Words
    filing_number: str | None = None
    standards: tuple[StandardNote, ...]
    face_value: Words
    validity: Words
    complaint_channel: str


class OwedNote(Record):
    """What the holder owes an issuer after a reversal found credits spent (待追回)."""

    issuer_id: str
    credits: PositiveCredits


class NotCountedLine(Record):
    """What was left out, and why (未计入)."""

    title: Words
    reason: Words
    lines: Count


class ReportHolder(Record):
    """Whom a personal report is about."""

    holder_id: str
    name: str
    region: RegionCode | None = None
    region_title: Words | None = None


class ConsumerReport(ReportFacts):
    """个人环境贡献报告: what a person or household did, what it earned, what it avoided, and how that is known."""

    holder: ReportHolder
    totals: ContributionTotals
    trend: tuple[PeriodFigures, ...] = ()
    """Periods of the same kind, oldest first, this one last; the one before it is what this one is compared with."""
    months: tuple[MonthLine, ...]
    families: tuple[FamilyLine, ...]
    kinds: tuple[KindLine, ...]
    participants: Count
    """Over how many participants the monthly means are taken."""
    flows: tuple[CreditFlow, ...]
    owed: tuple[OwedNote, ...]
    """Repaid from later awards; empty where nothing is owed."""
    issuers: tuple[IssuerNote, ...]
    methods: tuple[MethodNote, ...]
    factors: tuple[FactorNote, ...]
    equivalents: tuple[EquivalentNote, ...] = ()
    not_counted: tuple[NotCountedLine, ...]
    notices: tuple[Notice, ...]
    awards: tuple[AwardLine, ...]

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        granted = [line for line in self.awards if line.status is AwardStatus.GRANTED]
        credits_of_lines = sum(line.kept_credits for line in granted)
        grams_of_lines = sum(line.avoided_g_co2e or 0 for line in granted)
        for place, credits_found, grams_found in (
            ("totals", self.totals.credits, self.totals.avoided_g_co2e),
            ("months", sum(m.credits for m in self.months), sum(m.avoided_g_co2e for m in self.months)),
            ("families", sum(f.credits for f in self.families), sum(f.avoided_g_co2e for f in self.families)),
            ("kinds", sum(k.credits for k in self.kinds), sum(k.avoided_g_co2e for k in self.kinds)),
        ):
            if (credits_found, grams_found) != (credits_of_lines, grams_of_lines):
                message = (
                    f"{place} say {credits_found} credits and {grams_found} g, "
                    f"the award lines {credits_of_lines} and {grams_of_lines}"
                )
                raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _trend_ends_here(self) -> Self:
        here = (self.period, self.totals.awards, self.totals.credits, self.totals.avoided_g_co2e)
        last = [(one.period, one.awards, one.credits, one.avoided_g_co2e) for one in self.trend[-1:]]
        if last not in ([], [here]):
            message = f"the trend ends with {last}, the report is {here}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _owed_to_whom_it_names(self) -> Self:
        missing = {one.issuer_id for one in self.owed} - {one.issuer_id for one in self.issuers}
        if missing:
            message = f"credits are owed to {sorted(missing)}, whom the report does not name"
            raise ValueError(message)
        return self

    @property
    def before(self) -> PeriodFigures | None:
        """Give the period before, if anything was on record in it: with nothing there is nothing to compare."""
        return self.trend[-2] if len(self.trend) > 1 and self.trend[-2].awards else None

    @property
    def subject_id(self) -> str:
        """Give the id of the holder."""
        return self.holder.holder_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give the totals."""
        totals = self.totals
        return ("awards", totals.awards), ("credits", totals.credits), ("avoided_g_co2e", totals.avoided_g_co2e)

    @property
    def issuers_of_credits(self) -> tuple[str, ...]:
        """Name the issuers of the holder's credits."""
        return tuple(one.issuer_id for one in self.issuers)
