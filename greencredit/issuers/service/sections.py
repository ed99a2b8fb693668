"""Reports on single sections (章节检查报告): by the room that owns a section, or as a paper that somebody hands in."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue.sections import owned_sections
from greencredit.issuers.errors import FilingChanged, SectionFailed, SectionReportMissing
from greencredit.issuers.service.steps import open_filing_turn, take_filing, who
from greencredit.issuers.tables import FindingsRow
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date
from greencredit.schemas.issuers import Filing, FilingStep, Section, SectionFindings, SectionName


def attach_report(
    session: Session,
    actor: Actor,
    filing_id: str,
    section: SectionName,
    *,
    passed: bool,
    report_digest: str,
    summary: str,
) -> Filing:
    """Attach a paper on a section that was handed in; the section can't change afterwards, so it stays true of it.

    It is not the report of the section's owner, and stands in for none.
    """
    step = FilingStep.PASS_SECTION if passed else FilingStep.FAIL_SECTION
    turn = open_filing_turn(session, actor, filing_id, step, reason=summary)
    documents.attach(session, actor, turn.row.issuer_id, [report_digest])
    take_filing(session, turn, document_digest=report_digest, section=section.value)
    return queries.filing(session, filing_id)


def attach_findings(session: Session, actor: Actor, filing_id: str, found: SectionFindings) -> Filing:
    """Attach what the room that owns a section found in it, for the actor who had it checked; kept by its digest.

    Only the owning room calls this, with what it worked out itself: no door takes such findings from outside.

    Raises:
        FilingChanged: the findings are on another document than the section of this version.
    """
    owners = {one.section: one.owner for one in owned_sections()}
    assert owners.get(found.section) == found.made_by, "a section is checked by the room that owns it"
    step = FilingStep.PASS_SECTION if found.passed else FilingStep.FAIL_SECTION
    turn = open_filing_turn(session, actor, filing_id, step, reason=found.summary)
    (section,) = (one for one in queries.filing(session, filing_id).sections if one.name is found.section)
    if section.digest != found.section_digest:
        raise FilingChanged(filing_id, found=section.digest, wanted=found.section_digest)
    digest = rules.digest_of(found.report)
    last = session.scalar(
        select(func.max(FindingsRow.number)).where(
            FindingsRow.filing_id == filing_id, FindingsRow.section == found.section.value
        )
    )
    row = FindingsRow(
        filing_id=filing_id,
        section=found.section.value,
        number=(last or 0) + 1,
        section_digest=found.section_digest,
        report_digest=digest,
        made_by=found.made_by,
        passed=found.passed,
        summary=found.summary,
        report=found.report,
        actor_id=who(actor),
        at=turn.at,
    )
    session.add(row)
    session.flush()
    take_filing(session, turn, document_digest=digest, section=found.section.value)
    return queries.filing(session, filing_id)


def require_reports(filing: Filing, today: date) -> None:
    """Refuse a version with a section that failed, or that lacks the fresh report which is demanded of its owner.

    Sections without an owner of their own are looked at by the automatic checks, afresh with every submission.
    """
    failed = {one.name.value: one.report.summary for one in filing.sections if one.report and not one.report.passed}
    if failed:
        raise SectionFailed(filing.filing_id, found=list(failed), said=list(failed.values()))
    sections = {one.name: one for one in filing.sections}
    for owned in owned_sections():
        demand, section = owned.demand_on(today), sections.get(owned.section)
        if demand is None or section is None:
            continue
        oldest = today - timedelta(days=demand.fresh_days)
        fault = _fault(section, owned.owner, oldest)
        if fault is not None:
            wanted = f"a report of {owned.owner} that passed, made on {oldest} or later"
            raise SectionReportMissing(filing.filing_id, section=owned.section.value, found=fault, wanted=wanted)


def _fault(section: Section, owner: str, oldest: date) -> str | None:
    report = section.report
    if report is None:
        return "none"
    if report.made_by != owner:
        return f"a paper of {report.actor_id}" if report.made_by is None else f"a report of {report.made_by}"
    made_on = civil_date(report.at)
    return f"one made on {made_on}" if made_on < oldest else None
