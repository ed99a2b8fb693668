"""Certificates and assessments, and what stands against issuing for their sake (信用认证, 第三方评估)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.agencies import Fees
from greencredit.schemas.issuers.texts import Digest, Document, Line, Percent
from greencredit.schemas.values import Instant, Period, Record, Words


class Grade(StrEnum):
    """Credit grades, best first."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    BBB = "BBB"
    BB = "BB"
    B = "B"
    CCC = "CCC"
    CC = "CC"
    C = "C"
    D = "D"

    def reaches(self, floor: "Grade") -> bool:
        """Tell whether this grade is the floor or better."""
        order = list(Grade)
        return order.index(self) <= order.index(floor)


class CertificateContent(Record):
    """What a certificate or evaluation of credit standing says (信用认证 / 信用评价)."""

    certificate_number: Line
    grade: Grade
    score: Percent | None = None
    scope: Line
    valid: Period
    document: Document


class NewCertificate(CertificateContent):
    """Evidence of credit standing as it is taken in; who gave it is looked up in the register of agencies."""

    body_code: str
    """The agency's own unified social credit code."""
    fees: Fees
    """What the agency took from the issuer and its group, as it declares."""


class Certificate(CertificateContent):
    """A certificate on file, with what the register said of its agency when it was taken in."""

    certificate_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    body_name: Line
    body_code: str | None = None
    approval_number: Line | None = None
    """Approval of the certification body; without it the word 认证 may not be used."""
    fees: Fees | None = None
    recorded_at: Instant
    lapsed_on: date | None = None
    """The first day on which it counts no more because its agency was withdrawn from the register."""

    @property
    def title(self) -> Words:
        """Give 认证 where the body is approved, else 评价: certification is a licensed activity."""
        if self.approval_number is None:
            return Words(zh="信用评价", en="Credit evaluation")
        return Words(zh="信用认证", en="Credit certification")

    def counts_on(self, day: date) -> bool:
        """Tell whether it covers a day and its agency had not been withdrawn by then."""
        return day in self.valid and (self.lapsed_on is None or day < self.lapsed_on)


class Verdict(StrEnum):
    """How a third-party assessment ended."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    CONDITIONAL = "conditional"
    FAIL = "fail"

    @property
    def words(self) -> Words:
        """Give the verdict in words."""
        return _VERDICTS[self]


_VERDICTS: Final = {
    Verdict.PASS: Words(zh="通过", en="Pass"),
    Verdict.CONDITIONAL: Words(zh="附条件通过", en="Conditional pass"),
    Verdict.FAIL: Words(zh="不通过", en="Fail"),
}


class Score(Record):
    """How one indicator of the set in force was scored: with a finding, and with the evidence for it."""

    indicator: Slug
    score: Percent
    finding: Line
    evidence: Document


class Indicator(Record):
    """One published indicator with its weight and score out of 100 (评估指标)."""

    name: Slug | None = None
    title: Words
    weight_percent: Percent
    score: Percent
    finding: str | None = None
    evidence: Document | None = None


class Condition(Record):
    """What the assessor still wants, and until when (整改条件)."""

    text: Line
    due_on: date
    """The last day on which it may be done."""


class AssessmentContent(Record):
    """What an assessment says, but for its scores (第三方评估)."""

    assessor_code: str
    criteria_version: Line
    """The version of the indicator set that was in force when it was signed."""
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()
    signed_on: date
    valid: Period
    declaration: Document
    """The assessor's declaration that nothing ties it to the issuer (利益冲突声明)."""
    document: Document

    @model_validator(mode="after")
    def _conditions_belong_to_conditional(self) -> Self:
        if (self.verdict is Verdict.CONDITIONAL) != bool(self.conditions):
            message = f"conditions belong to the verdict conditional and to no other, found {self.verdict}"
            raise ValueError(message)
        return self


class NewAssessment(AssessmentContent):
    """An assessment as one of the assessor's people scores it; another one signs it before it counts."""

    scores: Annotated[tuple[Score, ...], Field(min_length=1)]
    fees: Fees
    """What the assessor took from the issuer and its group, as it declares."""


class ReviewOutcome(StrEnum):
    """What became of a scored assessment."""

    WAITING = "waiting"
    SIGNED = "signed"
    RETURNED = "returned"

    @property
    def words(self) -> Words:
        """Give the outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    ReviewOutcome.WAITING: Words(zh="待复核", en="Waiting for review"),
    ReviewOutcome.SIGNED: Words(zh="已复核签署", en="Reviewed and signed"),
    ReviewOutcome.RETURNED: Words(zh="已退回重评", en="Given back"),
}


class ScoredAssessment(Record):
    """An assessment between its two people: scored by one, to be reviewed by another (两级复核)."""

    scored_id: str
    issuer_id: str
    paper: NewAssessment
    reason: str
    scored_by: str
    scored_at: Instant
    outcome: ReviewOutcome
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    review_reason: str | None = None


class Assessment(AssessmentContent):
    """An assessment on file; `met` are the conditions met so far, by their place in the list, counted from 1."""

    assessment_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    assessor_name: Line
    assessor_controlling_code: str | None = None
    assessor_id: str
    """The account that scored it."""
    reviewer_id: str | None = None
    """The account that reviewed and signed it."""
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    fees: Fees | None = None
    recorded_at: Instant
    met: tuple["MetCondition", ...] = ()
    lapsed_on: date | None = None
    """The first day on which it counts no more because its assessor was withdrawn from the register."""

    @property
    def score_hundredths(self) -> int:
        """Give the weighted score out of 100, in hundredths of a point: exact, because weights are percents."""
        return sum(indicator.weight_percent * indicator.score for indicator in self.indicators)

    def open_conditions(self) -> tuple[Condition, ...]:
        """List the conditions that are not met."""
        met = {one.number for one in self.met}
        return tuple(one for number, one in enumerate(self.conditions, start=1) if number not in met)


class MetCondition(Record):
    """A condition that was met: which, when, by whose word."""

    number: int
    at: Instant
    actor_id: str
    reason: str
    document_digest: Digest | None


class PublishedIndicator(Record):
    """One indicator of a set, with its weight."""

    name: Slug
    title: Words
    weight_percent: Annotated[int, Field(gt=0, le=100)]


class IndicatorSet(Record):
    """What assessments are scored against from a day on, as it is published (评估指标体系)."""

    version: Line
    since: date
    title: Words
    basis: Words
    pass_from: Percent
    """The least weighted score with which the verdict may be a pass."""
    conditional_from: Percent
    indicator: Annotated[tuple[PublishedIndicator, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        weights = sum(one.weight_percent for one in self.indicator)
        if weights != 100:  # noqa: PLR2004 - the whole
            message = f"weights of indicators come to 100 percent, found {weights}"
            raise ValueError(message)
        if len({one.name for one in self.indicator}) != len(self.indicator):
            message = "an indicator stands in a set once"
            raise ValueError(message)
        return self
