"""Automatic checks of a filing: what is asked, on what ground, and what was found (备案自动检查)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from greencredit.schemas.awards import Slug
from greencredit.schemas.issuers.registration import IssuerKind
from greencredit.schemas.issuers.texts import Digest
from greencredit.schemas.values import Record, Words

OWN_RULE: Final = Words(zh="平台规则", en="The platform's own rule")


class Severity(StrEnum):
    """Whether a filing that fails a check is stopped by it."""

    MUST = "must"
    SHOULD = "should"

    @property
    def words(self) -> Words:
        """Give the severity in words."""
        return _SEVERITIES[self]


_SEVERITIES: Final = {
    Severity.MUST: Words(zh="必须", en="Must"),
    Severity.SHOULD: Words(zh="建议", en="Should"),
}


class Basis(Record):
    """What a check rests on, from a day on; without a law it is the platform's own rule."""

    since: date
    """The first day on which the platform asks for it on this ground."""
    until: date | None = None
    """The first day on which it no longer does; none: until further notice."""
    law: Words | None = None
    article: Words | None = None
    text_of: date | None = None
    """The day of the text that was read."""
    in_force_since: date | None = None
    """The day on which the law came into force, where that was read as well."""
    note: Words | None = None

    @property
    def title(self) -> Words:
        """Name the law and the article, or say that the platform chose it."""
        if self.law is None or self.article is None:
            return OWN_RULE
        return Words(zh=f"{self.law.zh}{self.article.zh}", en=f"{self.law.en}, {self.article.en}")

    def holds(self, on: date) -> bool:
        """Tell whether it is applied on a day."""
        return self.since <= on and (self.until is None or on < self.until)


class Check(Record):
    """One thing that a filing must or should keep (检查项)."""

    name: Slug
    title: Words
    wanted: Words
    severity: Severity
    method: Slug
    """The rule that carries it out; `words` looks for `terms` in the texts."""
    kinds: tuple[IssuerKind, ...] = ()
    """Only for these kinds of issuer; none: for all."""
    fields: tuple[Slug, ...] = ()
    """Only in texts of these fields of the scheme; none: in all."""
    terms: tuple[str, ...] = ()
    """Regular expressions over texts without spaces, punctuation, width and case."""
    unless: tuple[str, ...] = ()
    """Where one of these is found in the same sentence, the sentence is in order."""
    negatable: bool = True
    """Whether a sentence that says no to it is in order."""
    limit: int | None = None
    basis: Annotated[tuple[Basis, ...], Field(min_length=1)]

    def basis_on(self, on: date) -> tuple[Basis, ...]:
        """Give the grounds on which it is applied on a day; none: it isn't."""
        return tuple(one for one in self.basis if one.holds(on))


class Outcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"

    @property
    def words(self) -> Words:
        """Give the outcome in words."""
        return _OUTCOMES[self]


_OUTCOMES: Final = {
    Outcome.PASSED: Words(zh="通过", en="Passed"),
    Outcome.FAILED: Words(zh="未通过", en="Failed"),
    Outcome.NOT_APPLICABLE: Words(zh="不适用", en="Not applicable"),
}


class Finding(Record):
    """One place in a scheme that a check does not let pass."""

    path: str
    """Such as `redemption_terms[0].zh`."""
    found: str


class CheckResult(Record):
    """What one check found (单项结果)."""

    name: Slug
    title: Words
    severity: Severity
    outcome: Outcome
    findings: tuple[Finding, ...]
    wanted: Words
    basis: tuple[Basis, ...]

    @property
    def stops(self) -> bool:
        """Tell whether this alone stops a filing."""
        return self.outcome is Outcome.FAILED and self.severity is Severity.MUST


class CheckReport(Record):
    """What all checks found in one version of a scheme, rule by rule (检查报告)."""

    filing_digest: Digest
    """Of the very version that was checked."""
    before_digest: Digest | None
    """Of the version in force with which it was compared, if there was one."""
    catalogue_digest: Digest
    """Of the checks as they stood."""
    kind: IssuerKind
    on: date
    passed: bool
    results: tuple[CheckResult, ...]

    @property
    def stopping(self) -> tuple[str, ...]:
        """Name the checks that stop the filing."""
        return tuple(one.name for one in self.results if one.stops)
