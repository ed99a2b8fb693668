"""Filing (备案): a scheme is drafted, checked section by section, submitted, decided, and takes effect on its day."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.errors import (
    EffectiveTooSoon,
    FilingChanged,
    FilingNumberTaken,
    FilingOvertaken,
    FilingStepNotAllowed,
    SectionFailed,
    UnknownIssuer,
)
from greencredit.issuers.service.steps import (
    FilingTurn,
    audit_command,
    open_filing_turn,
    open_turn,
    require_guards,
    require_reason,
    role_for,
    take,
    take_filing,
    who,
    write_step,
)
from greencredit.issuers.tables import FilingRow, IssuerRow, SectionRow, StepRow
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.ids import new_id
from greencredit.schemas.issuers import Filing, FilingState, FilingStep, LifeStep, Scheme, SectionName


def draft_filing(session: Session, actor: Actor, issuer_id: str, scheme: Scheme, *, reason: str) -> Filing:
    """Write down a new version of a scheme, cut into sections whose owners may now check them."""
    require_reason(FilingStep.DRAFT, reason)
    if session.get(IssuerRow, issuer_id, with_for_update=True) is None:
        raise UnknownIssuer(issuer_id)
    found = queries.issuer(session, issuer_id)
    action, role = role_for(actor, rules.FILING_ACTIONS[FilingStep.DRAFT], queries.scopes_of(found))
    if found.state in rules.ENDED:
        raise FilingStepNotAllowed(state=found.state, step=FilingStep.DRAFT, role=role, wanted=())
    last = session.scalar(select(func.max(FilingRow.version)).where(FilingRow.issuer_id == issuer_id))
    documents = rules.sections_of(scheme)
    digests = {name: rules.digest_of(document) for name, document in documents.items()}
    at = now(session)
    row = FilingRow(
        id=new_id(session, "fil", at),
        issuer_id=issuer_id,
        version=(last or 0) + 1,
        state=FilingState.DRAFT.value,
        digest=rules.filing_digest(digests),
        drafted_at=at,
    )
    session.add(row)
    session.flush()
    session.add_all(
        SectionRow(filing_id=row.id, name=name.value, digest=digests[name], document=document)
        for name, document in documents.items()
    )
    step = StepRow(
        issuer_id=issuer_id,
        subject="filing",
        step=FilingStep.DRAFT.value,
        from_state=None,
        to_state=FilingState.DRAFT.value,
        about=row.id,
        actor_id=who(actor),
        role=role.value,
        at=at,
        reason=reason,
        document_digest=row.digest,
    )
    write_step(session, step)
    audit_command(session, actor, action, row.id, step=step.step)
    return queries.filing(session, row.id)


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
    """Attach what the owner of a section found; the section can't change afterwards, so the report stays true of it."""
    step = FilingStep.PASS_SECTION if passed else FilingStep.FAIL_SECTION
    turn = open_filing_turn(session, actor, filing_id, step, reason=summary)
    take_filing(session, turn, document_digest=report_digest, section=section.value)
    return queries.filing(session, filing_id)


def submit_filing(
    session: Session, actor: Actor, filing_id: str, *, reason: str, document_digest: str | None = None
) -> Filing:
    """Hand a version in; from here on it can't be changed, only followed by another."""
    turn = open_filing_turn(session, actor, filing_id, FilingStep.SUBMIT, reason=reason)
    issuer = queries.issuer(session, turn.row.issuer_id)
    filing = queries.filing(session, filing_id)
    if issuer.state not in rules.FILING_OPEN:
        raise FilingStepNotAllowed(state=issuer.state, step=FilingStep.SUBMIT, role=turn.role, wanted=())
    rules.require_particulars(issuer.kind, filing.scheme)
    rules.require_spending_only(issuer.kind, filing.scheme)
    failed = [one.name.value for one in filing.sections if one.report and not one.report.passed]
    if failed:
        raise SectionFailed(filing_id, found=failed)
    later = [one.version for one in queries.filings(session, issuer.issuer_id) if one.submitted_at]
    if later and max(later) > filing.version:
        raise FilingOvertaken(filing_id, found=filing.version, wanted=max(later))
    turn.row.submitted_at = turn.at
    take_filing(session, turn, document_digest=document_digest or filing.digest)
    return queries.filing(session, filing_id)


def file(session: Session, actor: Actor, issuer_id: str, scheme: Scheme, *, reason: str) -> Filing:
    """Draft a version and submit it at once."""
    drafted = draft_filing(session, actor, issuer_id, scheme, reason=reason)
    return submit_filing(session, actor, drafted.filing_id, reason=reason)


def accept_filing(
    session: Session,
    actor: Actor,
    filing_id: str,
    number: str,
    *,
    digest: str,
    effective_on: date | None = None,
    reason: str,
    document_digest: str | None = None,
) -> Filing:
    """Accept a version under a filing number; it takes effect on its day, which for a change lies behind its notice."""
    turn = open_filing_turn(session, actor, filing_id, FilingStep.ACCEPT, reason=reason)
    issuer_turn = open_turn(session, actor, turn.row.issuer_id, LifeStep.ACCEPT_FILING, reason=reason)
    submitted = queries.last_step(session, turn.row.issuer_id, FilingStep.SUBMIT, about=filing_id)
    require_guards(session, issuer_turn, filed_by=submitted.actor_id if submitted else None)
    _require_same(turn, digest)
    taken = session.scalar(select(FilingRow.id).where(FilingRow.number == number))
    if taken is not None:
        raise FilingNumberTaken(number, found=taken)
    earliest = _earliest_effect(session, turn)
    if effective_on is not None and effective_on < earliest:
        raise EffectiveTooSoon(found=effective_on, wanted=earliest)
    turn.row.number = number
    turn.row.decided_at = turn.at
    turn.row.effective_on = effective_on or earliest
    take_filing(session, turn, document_digest=document_digest)
    take(session, issuer_turn, document_digest=document_digest, about=filing_id)
    if turn.row.effective_on <= turn.today:
        _take_effect(session, actor, filing_id)
    return queries.filing(session, filing_id)


def return_filing(
    session: Session, actor: Actor, filing_id: str, *, reason: str, document_digest: str | None = None
) -> Filing:
    """Give a version back with reasons; the issuer answers with a new one (退回)."""
    return _decide_against(session, actor, filing_id, FilingStep.RETURN, reason, document_digest)


def refuse_filing(
    session: Session, actor: Actor, filing_id: str, *, reason: str, document_digest: str | None = None
) -> Filing:
    """Refuse a version; the issuer stays where it was (不予备案)."""
    return _decide_against(session, actor, filing_id, FilingStep.REFUSE, reason, document_digest)


def bring_into_effect(session: Session, actor: Actor) -> list[Filing]:
    """Mark the versions whose day has come as effective and their forerunners as superseded."""
    due = queries.filings_due(session, civil_date(now(session)))
    for filing in due:
        _take_effect(session, actor, filing.filing_id)
    return [queries.filing(session, filing.filing_id) for filing in due]


def _decide_against(
    session: Session, actor: Actor, filing_id: str, step: FilingStep, reason: str, document_digest: str | None
) -> Filing:
    turn = open_filing_turn(session, actor, filing_id, step, reason=reason)
    turn.row.decided_at = turn.at
    take_filing(session, turn, document_digest=document_digest)
    return queries.filing(session, filing_id)


def _require_same(turn: FilingTurn, digest: str | None) -> None:
    """Refuse a decision on another version than the one that lies there."""
    if digest is not None and digest != turn.row.digest:
        raise FilingChanged(turn.row.id, found=turn.row.digest, wanted=digest)


def _earliest_effect(session: Session, turn: FilingTurn) -> date:
    """Give the first day on which a version may take effect: today, or behind the notice when it changes terms."""
    versions = queries.filings(session, turn.row.issuer_id)
    before = [one.effective_on for one in versions if one.effective_on is not None]
    if not before:
        return turn.today
    notice_over = turn.today + timedelta(days=days_of("change_notice", turn.today))
    return max(notice_over, max(before) + timedelta(days=1))


def _take_effect(session: Session, actor: Actor, filing_id: str) -> None:
    filing = queries.filing(session, filing_id)
    because = "生效日已到 · its day of effect has come"
    turn = open_filing_turn(session, actor, filing_id, FilingStep.TAKE_EFFECT, reason=because)
    over = f"第 {filing.version} 版生效 · version {filing.version} takes effect"
    for one in queries.filings(session, filing.issuer_id):
        if one.state is FilingState.EFFECTIVE:
            replaced = open_filing_turn(session, actor, one.filing_id, FilingStep.SUPERSEDE, reason=over)
            take_filing(session, replaced)
    take_filing(session, turn)
