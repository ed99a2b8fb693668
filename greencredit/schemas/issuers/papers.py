"""Certificates and assessments (信用认证, 第三方评估)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

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


class NewCertificate(Record):
    """Evidence of credit standing, as the operator takes it in (信用认证 / 信用评价)."""

    body_name: Line
    body_code: str | None = None
    """The body's own unified social credit code."""
    approval_number: Line | None = None
    """Approval of the certification body; without it the word 认证 may not be used."""
    certificate_number: Line
    grade: Grade
    score: Percent | None = None
    scope: Line
    valid: Period
    document: Document

    @property
    def title(self) -> Words:
        """Give 认证 where the body is approved, else 评价: certification is a licensed activity."""
        if self.approval_number is None:
            return Words(zh="信用评价", en="Credit evaluation")
        return Words(zh="信用认证", en="Credit certification")


class Certificate(NewCertificate):
    """A certificate on file."""

    certificate_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    recorded_at: Instant


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


class Indicator(Record):
    """One published indicator with its weight and score out of 100 (评估指标)."""

    title: Words
    weight_percent: Percent
    score: Percent
    finding: str | None = None


class Condition(Record):
    """What the assessor still wants, and until when (整改条件)."""

    text: Line
    due_on: date
    """The last day on which it may be done."""


class NewAssessment(Record):
    """An assessment of the scheme by somebody independent of the issuer (第三方评估)."""

    assessor_name: Line
    assessor_code: str
    assessor_controlling_code: str | None = None
    criteria_version: Line
    indicators: Annotated[tuple[Indicator, ...], Field(min_length=1)]
    verdict: Verdict
    conditions: tuple[Condition, ...] = ()
    signed_on: date
    valid: Period
    declaration: Document
    """The assessor's declaration that nothing ties it to the issuer (利益冲突声明)."""
    document: Document

    @model_validator(mode="after")
    def _whole(self) -> Self:
        weights = sum(indicator.weight_percent for indicator in self.indicators)
        if weights != 100:  # noqa: PLR2004 - the whole
            message = f"weights of indicators come to 100 percent, found {weights}"
            raise ValueError(message)
        if (self.verdict is Verdict.CONDITIONAL) != bool(self.conditions):
            message = f"conditions belong to the verdict conditional and to no other, found {self.verdict}"
            raise ValueError(message)
        return self

    @property
    def score_hundredths(self) -> int:
        """Give the weighted score out of 100, in hundredths of a point: exact, because weights are percents."""
        return sum(indicator.weight_percent * indicator.score for indicator in self.indicators)


class Assessment(NewAssessment):
    """An assessment on file; `met` are the conditions met so far, by their place in the list, counted from 1."""

    assessment_id: str
    issuer_id: str
    number: int
    """Counted from 1 for each issuer: the order of recording, also within one instant."""
    assessor_id: str
    """The account that signed it in."""
    recorded_at: Instant
    met: tuple["MetCondition", ...] = ()

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
