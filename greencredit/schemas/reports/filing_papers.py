"""What a filing dossier says of papers, checks, differences and decisions (备案材料与审查)."""

from datetime import date
from typing import Literal

from greencredit.schemas.reports.shared import Count, Sha256
from greencredit.schemas.values import Credits, Instant, Period, Record, RegionCode, Words


class PaperLine(Record):
    """A paper that the issuer's kind registers with, and whether it is there (登记材料)."""

    title: Words
    basis: Words
    sha256: Sha256 | None
    """None: it is missing."""


class CodeOverride(Record):
    """A code that was really issued although a check fails, and on whose word it was taken (人工核验)."""

    reason: str
    found: str
    wanted: str
    document_sha256: Sha256


class PastPaper(Record):
    """A certificate or an assessment that another one took the place of."""

    title: Words
    by: str
    number: str | None
    outcome: Words
    """A grade, or a verdict."""
    valid: Period


class PlacingNote(Record):
    """Which authority decides on the filing, and until when (管辖与时限)."""

    tier: Words
    authority: Words
    authority_region: RegionCode
    acceptance_workdays: Count
    decision_workdays: Count
    four_eyes: bool
    submitted_on: date | None
    admitted_on: date | None
    due_on: date | None
    """None: the clock has not begun, or a year's working days are not known."""
    decided_on: date | None


class CheckLine(Record):
    """What one automatic check found, and on what ground it is asked (单项检查)."""

    title: Words
    must: bool
    outcome: Literal["passed", "failed", "not_applicable"]
    basis: tuple[Words, ...]
    found: tuple[str, ...]
    """What it does not let pass, with the place in the scheme; empty where it passed."""


class CheckSummary(Record):
    """The check report of the version that is shown, rule by rule (检查报告)."""

    on: date
    report_sha256: Sha256
    passed: bool
    lines: tuple[CheckLine, ...]

    def count(self, outcome: str) -> int:
        """Count the checks that ended in one way."""
        return sum(line.outcome == outcome for line in self.lines)


class SectionLine(Record):
    """One section of the filed document, and what the room that owns it found (章节)."""

    title: Words
    digest: Sha256
    passed: bool | None
    """None: no other room is asked."""
    by: str | None
    summary: str | None
    report_sha256: Sha256 | None


class ChangeLine(Record):
    """One difference between two versions, and what it means for credits already issued."""

    title: Words
    before: str | None
    after: str | None
    effect: Literal["better", "neutral", "worse"]
    effect_title: Words
    sentence: Words


class Difference(Record):
    """A version beside the one that was accepted before it (版本对比)."""

    version: int
    against: int
    changes: tuple[ChangeLine, ...]


class FieldNote(Record):
    """Why one field could not stay as it was."""

    title: Words
    path: str
    reason: str


class OpinionLine(Record):
    """What the authority said to a version (审查意见)."""

    version: int
    verdict: Words
    at: Instant
    by: Words
    reason: str
    fields: tuple[FieldNote, ...]


class ReasonLine(Record):
    """What stands against issuing, each by itself, and since when (限制原因)."""

    title: Words
    since: Instant
    because: str


class FrozenNote(Record):
    """Awards that waited when the issuer was suspended, and how many are undecided (暂缓生效)."""

    awards: Count
    credits: Credits
    open_awards: Count
    open_credits: Credits
