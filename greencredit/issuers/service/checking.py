"""Checks a version of a filing and keeps the report by its digest; without a fresh one that passed nothing is filed."""

import json

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue.checks import checks
from greencredit.issuers.errors import ChecksNotPassed, FilingStepNotAllowed, UnknownFiling
from greencredit.issuers.service.steps import audit_command, role_for, who
from greencredit.issuers.tables import CheckRow, FilingRow, IssuerRow
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import CheckReport, Filing, FilingState


def check_filing(session: Session, actor: Actor, filing_id: str) -> CheckReport:
    """Check a draft rule by rule and keep the report; the same report is kept once."""
    row = session.get(FilingRow, filing_id)
    if row is None:
        raise UnknownFiling(filing_id)
    session.get(IssuerRow, row.issuer_id, with_for_update=True)
    session.refresh(row)
    scopes = queries.scopes_of(queries.issuer(session, row.issuer_id))
    action, role = role_for(actor, ("rule.file",), scopes)
    if row.state != FilingState.DRAFT:
        raise FilingStepNotAllowed(state=row.state, step="check", role=role, wanted=())
    report = keep_report(session, actor, queries.filing(session, filing_id))
    audit_command(session, actor, action, filing_id, step="check")
    return report


def require_checks(session: Session, actor: Actor, filing: Filing) -> CheckReport:
    """Check a version on the very day and by the very checks with which it is handed in, or refuse it.

    An earlier report is no licence: the checks, the day and the version before it may have changed since.
    """
    report = keep_report(session, actor, filing)
    if not report.passed:
        raise ChecksNotPassed(filing.filing_id, found=report.stopping, report_digest=rules.report_digest(report))
    return report


def keep_report(session: Session, actor: Actor, filing: Filing) -> CheckReport:
    """Check a version and keep what was found, unless the newest report says just that."""
    before = queries.accepted_before(session, filing.issuer_id, version=filing.version)
    report = rules.check_scheme(
        filing.scheme,
        checks(),
        kind=queries.issuer(session, filing.issuer_id).kind,
        on=civil_date(now(session)),
        before=before.scheme if before else None,
    ).model_copy(update={"filing_digest": filing.digest})
    document = rules.report_document(report)
    digest = rules.digest_of(document)
    if filing.check is not None and filing.check.report_digest == digest:
        return report
    last = session.scalar(select(func.max(CheckRow.number)).where(CheckRow.filing_id == filing.filing_id))
    row = CheckRow(
        filing_id=filing.filing_id,
        number=(last or 0) + 1,
        filing_digest=filing.digest,
        report_digest=digest,
        passed=report.passed,
        stopping=json.dumps(report.stopping),
        report=document,
        actor_id=who(actor),
        at=now(session),
    )
    session.add(row)
    session.flush()
    return report
