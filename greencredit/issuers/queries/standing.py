"""Whether an issuer may issue at this instant, and what stands against it."""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.catalogue import days_of, grade_floor
from greencredit.issuers.errors import (
    AssessmentLapsed,
    AssessmentNotPassed,
    CertificateLapsed,
    CertificateNotInDate,
    ConditionOverdue,
    CoverageShort,
    GradeBelowFloor,
    NoFilingInForce,
    NotActive,
)
from greencredit.issuers.queries.coverage import (
    newest_coverages_of,
    newest_statement,
    newest_statements_of,
    short_now,
)
from greencredit.issuers.queries.filed import filed_floor, filing_in_force, filings, in_force_of
from greencredit.issuers.queries.papers import (
    certificates,
    certificates_of,
    newest_assessment,
    newest_assessments_of,
)
from greencredit.issuers.queries.registered import editions, issuer, issuers_of, standing_steps_of
from greencredit.issuers.rules import Guard
from greencredit.issuers.tables import FilingRow
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import after_commit
from greencredit.kernel.errors import Refused
from greencredit.schemas.issuers import (
    Assessment,
    Bar,
    Certificate,
    Coverage,
    CustodyStatement,
    Filing,
    Grade,
    Issuer,
    LifeState,
    LifeStep,
    MayIssue,
    OpenReason,
    PapersInForce,
    Reason,
    Scheme,
    Step,
)
from greencredit.schemas.values import Words

TO_ISSUE: Final = (
    Guard.CERTIFICATE_IN_DATE,
    Guard.GRADE_REACHES_FLOOR,
    Guard.ASSESSMENT_PASSED,
    Guard.FILING_IN_FORCE,
    Guard.COVERAGE_KEPT,
)
"""What an active issuer needs on the very day on which it issues."""

_IN_ORDER: Final = "issuers.in_order"
"""Where a process remembers who was found in order, at which step and on which day."""

PAPERS: Final = (Guard.CERTIFICATE_IN_DATE, Guard.GRADE_REACHES_FLOOR, Guard.ASSESSMENT_PASSED)
"""What is asked of papers alone."""


def may_issue(session: Session, issuer_id: str) -> MayIssue:
    """Tell whether an issuer may issue now, and everything that stands against it."""
    at = now(session)
    return MayIssue(issuer_id=issuer_id, at=at, bars=tuple(_bar(one) for one in _refusals(session, issuer_id, at)))


def require_may_issue(session: Session, issuer_id: str) -> None:
    """Refuse unless the issuer is active, its papers and filing cover this very day, and its guarantee what it owes.

    The guarantee is held against what is owed at this moment, every movement of this transaction included: whoever
    awards in batches asks before each of them, and the first batch after coverage fell short is refused. Everything
    else comes about by steps and by days: found in order once, it holds until the next step or day.
    """
    edition = editions(session, [issuer_id]).get(issuer_id)
    today = civil_date(now(session))
    memory: dict[str, tuple[int, date]] = session.info.get("memory", {}).setdefault(_IN_ORDER, {})
    if edition is not None and memory.get(issuer_id) == (edition, today):
        require_covered(session, issuer_id)
        return
    for refusal in _refusals(session, issuer_id, now(session)):
        raise refusal
    if edition is not None:
        looked_at = edition
        after_commit(session, lambda: memory.update({issuer_id: (looked_at, today)}))


def require_covered(session: Session, issuer_id: str) -> None:
    """Refuse unless what an issuer holds covers what it owes at this moment, as it filed."""
    short = short_now(session, issuer_id)
    if short is not None:
        raise _short(short)


def _refusals(session: Session, issuer_id: str, at: datetime) -> list[Refused]:
    found = issuer(session, issuer_id)
    refusals: list[Refused] = []
    if found.state is not LifeState.ACTIVE:
        refusals.append(NotActive(issuer_id, found=found.state.value))
    return refusals + unmet(session, issuer_id, TO_ISSUE, civil_date(at))


class Papers(NamedTuple):
    """What guards look at; a verb adds the paper it is about to take in, so that nothing is written and undone."""

    certificates: list[Certificate]
    assessment: Assessment | None
    filed_floor: Grade | None
    """The least grade that the scheme in force asks for itself."""


def papers_of(session: Session, issuer_id: str, on: date) -> Papers:
    """Give the papers on file, and the least grade that was filed for a day."""
    floor = filed_floor(session, issuer_id, on)
    return Papers(certificates(session, issuer_id), newest_assessment(session, issuer_id), floor)


def papers_in_force(session: Session, issuer_id: str, on: date) -> PapersInForce:
    """Tell which papers of an issuer count on a day, until when, and what stands against issuing for their sake."""
    held = papers_of(session, issuer_id, on)
    counting = rules.certificate_on(held.certificates, on)
    refusals = unmet(session, issuer_id, PAPERS, on, held)
    return PapersInForce(
        issuer_id=issuer_id,
        on=on,
        certificate=counting,
        certificate_last_day=_last_day(counting),
        grade_floor=_floor(held, on),
        assessment=held.assessment,
        assessment_last_day=_last_day(held.assessment),
        overdue=rules.overdue_conditions(held.assessment, on),
        bars=tuple(_bar(one) for one in refusals),
    )


def _last_day(paper: Certificate | Assessment | None) -> date | None:
    """Give the last day on which a paper counts, by its own words or because its agency was withdrawn."""
    if paper is None:
        return None
    if paper.lapsed_on is None:
        return paper.valid.last_day
    return min(paper.valid.last_day, paper.lapsed_on - timedelta(days=1))


def unmet(
    session: Session, issuer_id: str, guards: Iterable[Guard], day: date, papers: Papers | None = None
) -> list[Refused]:
    """List the refusals of those guards over papers and filings that do not hold on a day."""
    held = papers or papers_of(session, issuer_id, day)
    checks: dict[Guard, Callable[[], Refused | None]] = {
        Guard.CERTIFICATE_IN_DATE: lambda: _certificate_in_date(issuer_id, held, day),
        Guard.GRADE_REACHES_FLOOR: lambda: _grade_reaches_floor(issuer_id, held, day),
        Guard.ASSESSMENT_PASSED: lambda: _assessment_passed(issuer_id, held, day),
        Guard.FILING_IN_FORCE: lambda: _filing_in_force(session, issuer_id, day),
        Guard.COVERAGE_KEPT: lambda: _coverage_kept(session, issuer_id, day),
    }
    found = [checks[guard]() for guard in guards if guard in checks]
    return [refusal for refusal in found if refusal is not None]


def _certificate_in_date(issuer_id: str, papers: Papers, day: date) -> Refused | None:
    if rules.certificate_on(papers.certificates, day):
        return None
    lapsed = rules.lapsed_certificate_on(papers.certificates, day)
    if lapsed is not None:
        found = f"{lapsed.certificate_number}, whose agency was withdrawn from {lapsed.lapsed_on} on"
        return CertificateLapsed(issuer_id, found=found, wanted=day)
    newest = papers.certificates[-1] if papers.certificates else None
    found = f"{newest.certificate_number} valid until {newest.valid.last_day}" if newest else "none"
    return CertificateNotInDate(issuer_id, found=found, wanted=day)


def _grade_reaches_floor(issuer_id: str, papers: Papers, day: date) -> Refused | None:
    counting = rules.certificate_on(papers.certificates, day)
    floor = _floor(papers, day)
    if counting is None or counting.grade.reaches(floor):
        return None  # a missing certificate is another guard's matter
    return GradeBelowFloor(issuer_id, found=counting.grade.value, wanted=floor.value)


def _floor(papers: Papers, day: date) -> Grade:
    """Give the stricter of the platform's floor and the one that the scheme in force asks for itself."""
    platforms, filed = grade_floor(day), papers.filed_floor
    return filed if filed is not None and filed.reaches(platforms) else platforms


def _assessment_passed(issuer_id: str, papers: Papers, day: date) -> Refused | None:
    newest = papers.assessment
    fault = rules.assessment_fault(newest, day)
    if fault is not None:
        return AssessmentNotPassed(issuer_id, found=fault, wanted=day)
    if newest is not None and newest.lapsed_on is not None and newest.lapsed_on <= day:
        found = f"{newest.assessment_id}, whose assessor was withdrawn from {newest.lapsed_on} on"
        return AssessmentLapsed(issuer_id, found=found, wanted=day)
    overdue = rules.overdue_conditions(newest, day)
    if overdue:
        found = f"a condition due on {min(one.due_on for one in overdue)} that is not met"
        return ConditionOverdue(issuer_id, found=found, wanted=day)
    return None


def _filing_in_force(session: Session, issuer_id: str, day: date) -> Refused | None:
    if filing_in_force(session, issuer_id, day):
        return None
    versions = filings(session, issuer_id)
    newest = versions[-1] if versions else None
    return _no_filing(issuer_id, newest, day)


def _no_filing(issuer_id: str, newest: Filing | FilingRow | None, day: date) -> NoFilingInForce:
    found = f"version {newest.version}, {newest.state}, effective {newest.effective_on}" if newest else "none"
    return NoFilingInForce(issuer_id, found=found, wanted=day)


def _coverage_kept(session: Session, issuer_id: str, day: date) -> Refused | None:
    """Look at the statement that counts, and at what is owed at this moment."""
    fault = _statement_fault(issuer_id, newest_statement(session, issuer_id), day)
    if fault is not None:
        return fault
    short = short_now(session, issuer_id)
    return None if short is None else _short(short)


def _statement_fault(issuer_id: str, statement: CustodyStatement | None, day: date) -> CoverageShort | None:
    if statement is None:
        return CoverageShort(issuer_id, found="none", wanted="a custody statement")
    last = rules.runs_out_on(statement, days_of("custody_statement", day))
    if last < day:
        return CoverageShort(issuer_id, found=f"one that counted until {last}", wanted=f"a statement for {day}")
    return None


def _short(found: Coverage) -> CoverageShort:
    held = "none" if found.basis_points is None else _percent(found.basis_points)
    return CoverageShort(found.issuer_id, found=held, wanted=f"coverage of {_percent(found.filed_basis_points)}")


def _percent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02d}%"


def faults(session: Session, issuer_id: str, day: date) -> dict[Reason, Refused]:
    """Give the reasons of the clockwork that hold on a day, each with what is wrong."""
    papers = papers_of(session, issuer_id, day)
    found: dict[Reason, Refused] = {}
    for reason, guard in rules.BY_CLOCK.items():
        for refusal in unmet(session, issuer_id, (guard,), day, papers):
            found[reason] = refusal
    return found


def open_reasons(session: Session, issuer_id: str) -> list[OpenReason]:
    """List what stands against issuing at present, each reason by itself, oldest first."""
    return reasons_in(standing_steps_of(session, [issuer_id]).get(issuer_id, ()))


def reasons_in(steps: Iterable[Step]) -> list[OpenReason]:
    """List what stands against issuing after these steps of an issuer."""
    standing = rules.open_reasons(steps)
    return [
        OpenReason(
            reason=reason, title=reason.words, since=step.at, by=step.actor_id, role=step.role, because=step.reason
        )
        for reason, step in standing.items()
    ]


class Gathered(NamedTuple):
    """What the register tells of one issuer, read together with others."""

    issuer: Issuer
    steps: list[Step]
    papers: Papers
    filed: FilingRow | None
    """The version in force."""
    scheme: Scheme | None
    newest: FilingRow | None
    statement: CustodyStatement | None
    coverage: Coverage | None


def gathered(session: Session, issuer_ids: Collection[str], day: date) -> dict[str, Gathered]:
    """Read what the register tells of issuers: as many statements for a thousand as for one."""
    steps = standing_steps_of(session, issuer_ids)
    met = {one: [step for step in mine if step.step == LifeStep.MEET_CONDITION] for one, mine in steps.items()}
    held, judged = certificates_of(session, issuer_ids), newest_assessments_of(session, issuer_ids, met)
    filed = in_force_of(session, issuer_ids, day)
    statements, coverages = newest_statements_of(session, issuer_ids), newest_coverages_of(session, issuer_ids)
    found: dict[str, Gathered] = {}
    for one, issuer_ in issuers_of(session, issuer_ids).items():
        holding, scheme, newest = filed.get(one, (None, None, None))
        papers = Papers(held.get(one, []), judged.get(one), scheme.grade_floor if scheme else None)
        found[one] = Gathered(
            issuer_, steps[one], papers, holding, scheme, newest, statements.get(one), coverages.get(one)
        )
    return found


def bars_of(session: Session, of: Gathered, day: date, *, at_this_moment: bool) -> tuple[Bar, ...]:
    """Tell what stands against issuing: coverage as it was measured last, or counted `at_this_moment`."""
    issuer_id = of.issuer.issuer_id
    found: list[Refused | None] = []
    if of.issuer.state is not LifeState.ACTIVE:
        found.append(NotActive(issuer_id, found=of.issuer.state.value))
    found += unmet(session, issuer_id, PAPERS, day, of.papers)
    if of.filed is None:
        found.append(_no_filing(issuer_id, of.newest, day))
    fault = _statement_fault(issuer_id, of.statement, day)
    if fault is None:
        measured = of.coverage if of.coverage is not None and not of.coverage.kept else None
        short = short_now(session, issuer_id) if at_this_moment else measured
        fault = None if short is None else _short(short)
    return tuple(_bar(one) for one in (*found, fault) if one is not None)


def _bar(refusal: Refused) -> Bar:
    zh, _, en = (type(refusal).__doc__ or "").partition(": ")
    return Bar(
        code=refusal.code,
        found=str(refusal.facts["found"]),
        wanted=str(refusal.facts["wanted"]),
        title=Words(zh=zh, en=en),
    )
