"""发行主体备案报告: the facts of an issuer's filing dossier."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from greencredit.schemas.reports.filing_papers import (
    CheckSummary,
    CodeOverride,
    Difference,
    FrozenNote,
    OpinionLine,
    PaperLine,
    PastPaper,
    PlacingNote,
    ReasonLine,
    SectionLine,
)
from greencredit.schemas.reports.shared import (
    Count,
    FactorNote,
    Ground,
    Headline,
    KindLine,
    LiabilityMonth,
    MethodNote,
    Notice,
    RejectLine,
    ReportFacts,
    Sha256,
    StandardNote,
    require_one_after_another,
)
from greencredit.schemas.values import Credits, Grams, Instant, NonNegativeFen, Period, Record, Words


class Verdict(StrEnum):
    """How a third-party assessment ended (通过 / 附条件通过 / 不通过)."""

    PASS = "pass"  # noqa: S105 - a verdict
    CONDITIONAL = "conditional"
    FAIL = "fail"


class Registration(Record):
    """The registered facts of an issuer (主体登记)."""

    issuer_id: str
    name: Words
    uscc: str
    kind: str
    kind_title: Words
    legal_representative: str
    registered_on: date | None = None
    region_title: Words | None = None
    address: str | None = None
    contact: str | None = None


class CertificateNote(Record):
    """Evidence of credit standing; called 认证 only when the body holds an approval, else 评价."""

    body_name: str
    body_uscc: str | None = None
    approval_number: str | None = None
    certificate_number: str
    grade: str
    score: int | None = None
    scope: str
    valid: Period
    document_sha256: Sha256 | None = None

    @property
    def is_certification(self) -> bool:
        """Tell whether the body is approved, so that 认证 may be printed."""
        return self.approval_number is not None


class IndicatorNote(Record):
    """One published indicator of an assessment, with weight and score out of 100."""

    title: Words
    weight_percent: Annotated[int, Field(ge=0, le=100)]
    score: Annotated[int, Field(ge=0, le=100)]
    finding: str | None = None


class ConditionNote(Record):
    """What the assessor still wants, until when, and whether it was done."""

    text: str
    due_on: date
    closed_on: date | None = None


class AssessmentNote(Record):
    """The independent assessment of the scheme (第三方评估)."""

    assessor_name: str
    assessor_uscc: str
    criteria_version: str
    signed_on: date
    valid: Period
    indicators: tuple[IndicatorNote, ...]
    score_hundredths: Annotated[int, Field(ge=0, le=10_000)]
    """The weighted score, in hundredths of a point."""
    verdict: Verdict
    two_persons: bool = False
    """One person scored it and another signed it (两级复核)."""
    conditions: tuple[ConditionNote, ...]
    document_sha256: Sha256 | None = None


class EarningRuleNote(Record):
    """One filed earning rule in words and numbers (积分获取规则)."""

    rule_id: str
    version: int
    title: Words
    ground: Ground
    rate: Words
    conditions: tuple[Words, ...]
    caps: tuple[Words, ...]
    budget_credits: Credits | None = None
    funding: Words
    effective_from: date
    effective_until: date | None = None


class GuaranteeNote(Record):
    """What stands behind the face value (价值保障)."""

    kind: Words
    custodian: str
    amount_fen: NonNegativeFen
    filed_coverage_basis_points: Count
    document_sha256: Sha256 | None = None


class SchemeNote(Record):
    """The version of the scheme that was filed."""

    version: int
    title: Words
    filing_number: str | None
    accepted_on: date | None
    effective_from: date | None
    digest: Sha256
    face_value_fen_per_100_credits: NonNegativeFen
    validity: Words
    upgrade_promise: Words | None = None
    spending_order: Words
    rules: tuple[EarningRuleNote, ...]
    monthly_cap_credits: Credits
    redemption_terms: tuple[Words, ...]
    compensations: tuple[Words, ...]
    clawback: Words
    refund: Words
    particulars: tuple[Words, ...]
    guarantee: GuaranteeNote
    complaint_channel: str
    complaint_days: Count
    """Within how many days a complaint is answered."""
    standards: tuple[StandardNote, ...]


class LifeNote(Record):
    """One change in the life of an issuer: who, when, why, on what document."""

    at: Instant
    from_state: Words | None
    to_state: Words
    by: Words
    role: Words | None
    """`None` where the platform took the step itself, on the day that was set for it."""
    reason: str
    document: str | None = None
    document_sha256: Sha256 | None = None


class IssuanceFigures(Record):
    """What the ledger says about the credits of an issuer over its whole life, up to the report's `as_of`."""

    awards: Count
    holders: Count
    issued: Credits
    reversed: Credits
    expired: Credits
    used: Credits
    outstanding: Credits

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        left = self.issued - self.reversed - self.expired - self.used
        if left != self.outstanding:
            message = f"issuance does not add up: {left} follow from the movements, found {self.outstanding}"
            raise ValueError(message)
        return self


class StatementNote(Record):
    """What a custodian stated on a day (存管说明)."""

    as_of: date
    amount_fen: NonNegativeFen
    custodian: str
    kind: Words
    account_last4: str
    document_sha256: Sha256 | None = None


class CoverageMonth(Record):
    """Coverage as it was last measured in a month."""

    on: date
    guarantee_fen: NonNegativeFen
    outstanding_value_fen: NonNegativeFen
    coverage_basis_points: Count | None
    is_kept: bool


class VersionNote(Record):
    """One version of the filing and what became of it."""

    version: int
    state: Words
    filing_number: str | None
    submitted_on: date | None
    decided_on: date | None
    effective_from: date | None
    digest: Sha256


class CoverageNote(Record):
    """Guarantee held ÷ (outstanding credits × face value) (保障覆盖率); what is owed is rounded up to the fen."""

    guarantee_fen: NonNegativeFen
    """As the newest statement of the custodian says; 0 where there is none."""
    outstanding_value_fen: NonNegativeFen
    coverage_basis_points: Count | None
    """`None` while nothing is outstanding."""
    filed_basis_points: Count
    stated: bool = True
    """A custodian has stated what is held."""

    @property
    def is_kept(self) -> bool:
        """Tell whether the filed ratio is reached, and somebody has stated it."""
        reached = self.coverage_basis_points is None or self.coverage_basis_points >= self.filed_basis_points
        return self.stated and reached


class RuleFigures(Record):
    """What one earning rule granted in all."""

    rule_id: str
    version: int
    title: Words
    ground: Ground
    awards: Count
    holders: Count
    credits: Credits
    avoided_g_co2e: Grams | None
    """`None` for purchases, which no method covers: 未量化."""


class IssuanceMonth(Record):
    """What an issuer granted for one calendar month, by the day of the purchase or action."""

    month: date
    awards: Count
    spent_fen: NonNegativeFen
    issued: Credits
    avoided_g_co2e: Grams


class IntakeFigures(Record):
    """What happened to the lines of the feeds: counted, not green, already known, rejected."""

    lines: Count
    awarded: Count
    not_qualifying: Count
    repeated: Count
    rejected: Count


class IssuerFiling(ReportFacts):
    """发行主体备案报告: who issues, on whose word, under which rules, what was issued and what stands behind it."""

    registration: Registration
    papers: tuple[PaperLine, ...] = ()
    """What the issuer's kind registers with, there or missing."""
    code_override: CodeOverride | None = None
    state: Words
    reasons: tuple[ReasonLine, ...] = ()
    bars: tuple[Words, ...]
    """What stands against issuing on the day of the report; empty when nothing does."""
    certificate: CertificateNote | None
    assessment: AssessmentNote | None
    past_papers: tuple[PastPaper, ...] = ()
    """Newest first."""
    scheme: SchemeNote | None
    placing: PlacingNote | None = None
    check: CheckSummary | None = None
    """Of the version that is shown."""
    sections: tuple[SectionLine, ...] = ()
    differences: tuple[Difference, ...] = ()
    """Each version beside the one accepted before it, newest first."""
    opinions: tuple[OpinionLine, ...] = ()
    frozen: FrozenNote | None = None
    history: tuple[LifeNote, ...]
    figures: IssuanceFigures
    coverage: CoverageNote | None
    statements: tuple[StatementNote, ...] = ()
    """Newest first."""
    coverage_months: tuple[CoverageMonth, ...] = ()
    liability: tuple[LiabilityMonth, ...] = ()
    """Month by month; one month's closing is the opening of the next."""
    versions: tuple[VersionNote, ...] = ()
    rules: tuple[RuleFigures, ...]
    months: tuple[IssuanceMonth, ...]
    top_kinds: tuple[KindLine, ...]
    intake: IntakeFigures | None
    rejects: tuple[RejectLine, ...]
    methods: tuple[MethodNote, ...]
    factors: tuple[FactorNote, ...]
    notices: tuple[Notice, ...]

    @model_validator(mode="after")
    def _months_follow(self) -> Self:
        require_one_after_another(self.liability)
        if self.liability and self.liability[-1].after_period:
            closing = self.liability[-1].closing
            if closing != self.figures.outstanding:
                message = f"the roll-forward ends with {closing}, the ledger owes {self.figures.outstanding}"
                raise ValueError(message)
        return self

    @property
    def subject_id(self) -> str:
        """Give the id of the issuer."""
        return self.registration.issuer_id

    @property
    def headlines(self) -> tuple[Headline, ...]:
        """Give what was issued, to how many, and what is still out."""
        figures = self.figures
        return ("issued", figures.issued), ("outstanding", figures.outstanding), ("holders", figures.holders)
