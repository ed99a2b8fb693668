"""Checks a scheme rule by rule: pure, the same answer for the same scheme, checks and day."""

from collections.abc import Iterable
from datetime import date

from greencredit.issuers.rules.checks.structure import METHODS as METHODS
from greencredit.issuers.rules.checks.subject import Subject as Subject
from greencredit.issuers.rules.checks.texts import Text as Text
from greencredit.issuers.rules.checks.texts import paths_of as paths_of
from greencredit.issuers.rules.checks.texts import texts_of as texts_of
from greencredit.issuers.rules.sections import digest_of, document_of, filing_digest, sections_of
from greencredit.schemas.issuers import Check, CheckReport, CheckResult, IssuerKind, Outcome, Scheme


def check_scheme(
    scheme: Scheme, checks: Iterable[Check], *, kind: IssuerKind, on: date, before: Scheme | None = None
) -> CheckReport:
    """Check one version of a scheme by every check that is asked for on a day."""
    subject = Subject(scheme, kind, before)
    asked = [one for one in checks if one.basis_on(on)]
    results = tuple(_result(one, subject, on) for one in asked)
    return CheckReport(
        filing_digest=scheme_digest(scheme),
        before_digest=scheme_digest(before) if before else None,
        catalogue_digest=digest_of(document_of([one.model_dump(mode="json") for one in asked])),
        kind=kind,
        on=on,
        passed=not any(one.stops for one in results),
        results=results,
    )


def scheme_digest(scheme: Scheme) -> str:
    """Give the digest that a filing of this scheme has."""
    return filing_digest({name: digest_of(document) for name, document in sections_of(scheme).items()})


def report_document(report: CheckReport) -> str:
    """Write a report in its canonical form."""
    return document_of(report.model_dump(mode="json"))


def report_digest(report: CheckReport) -> str:
    """Give the digest by which a filing names its report."""
    return digest_of(report_document(report))


def _result(check: Check, subject: Subject, on: date) -> CheckResult:
    applies = not check.kinds or subject.kind in check.kinds
    findings = tuple(METHODS[check.method](check, subject)) if applies else ()
    outcome = Outcome.FAILED if findings else Outcome.PASSED if applies else Outcome.NOT_APPLICABLE
    return CheckResult(
        name=check.name,
        title=check.title,
        severity=check.severity,
        outcome=outcome,
        findings=findings,
        wanted=check.wanted,
        basis=check.basis_on(on),
    )
