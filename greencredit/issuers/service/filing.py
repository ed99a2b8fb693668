"""Filing (备案): a scheme is drafted, checked section by section and as a whole, and submitted."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.documents.service import attach
from greencredit.issuers import queries, rules
from greencredit.issuers.errors import FilingOvertaken, FilingStepNotAllowed, FilingWaiting, UnknownIssuer
from greencredit.issuers.service.checking import require_checks
from greencredit.issuers.service.sections import require_reports
from greencredit.issuers.service.steps import (
    audit_command,
    open_filing_turn,
    require_reason,
    role_for,
    take_filing,
    who,
    write_step,
)
from greencredit.issuers.service.waiting import lapse_uncorrected
from greencredit.issuers.tables import FilingRow, IssuerRow, PlacingRow, SectionRow, StepRow
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.schemas.issuers import Filing, FilingState, FilingStep, Scheme


def draft_filing(session: Session, actor: Actor, issuer_id: str, scheme: Scheme, *, reason: str) -> Filing:
    """Write down a new version of a scheme, cut into sections whose owners may now check them."""
    require_reason(FilingStep.DRAFT, reason)
    if session.get(IssuerRow, issuer_id, with_for_update=True) is None:
        raise UnknownIssuer(issuer_id)
    found = queries.issuer(session, issuer_id)
    action, role = role_for(actor, rules.FILING_ACTIONS[FilingStep.DRAFT], queries.scopes_of(found))
    if found.state in rules.ENDED:
        raise FilingStepNotAllowed(state=found.state, step=FilingStep.DRAFT, role=role, wanted=())
    agreement = scheme.custody.agreement if scheme.custody else None
    attach(session, actor, issuer_id, [scheme.guarantee.document, agreement])
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


def submit_filing(
    session: Session, actor: Actor, filing_id: str, *, reason: str, document_digest: str | None = None
) -> Filing:
    """Hand a version in; from here on it can't be changed, only followed by another.

    Raises:
        ChecksNotPassed: a check that must be passed is not, on this very day.
        SectionFailed, SectionReportMissing: a section failed its check, or lacks the fresh report that is demanded.
        FilingWaiting: another version of the issuer waits for a decision.
        FilingOvertaken: a later version was handed in before.
    """
    turn = open_filing_turn(session, actor, filing_id, FilingStep.SUBMIT, reason=reason)
    issuer = queries.issuer(session, turn.row.issuer_id)
    filing = queries.filing(session, filing_id)
    if issuer.state not in rules.FILING_OPEN:
        raise FilingStepNotAllowed(state=issuer.state, step=FilingStep.SUBMIT, role=turn.role, wanted=())
    rules.require_particulars(issuer.kind, filing.scheme)
    rules.require_spending_only(issuer.kind, filing.scheme)
    require_reports(filing, turn.today)
    lapse_uncorrected(session, issuer_id=issuer.issuer_id)
    versions = queries.filings(session, issuer.issuer_id)
    waiting = [one.filing_id for one in versions if one.state in rules.WAITING]
    if waiting:
        raise FilingWaiting(filing_id, found=waiting[0])
    later = [one.version for one in versions if one.submitted_at]
    if later and max(later) > filing.version:
        raise FilingOvertaken(filing_id, found=filing.version, wanted=max(later))
    require_checks(session, actor, filing)
    placing = queries.placing_of(session, issuer.issuer_id, filing.scheme, turn.today)
    document = rules.document_of(placing.model_dump(mode="json"))
    attach(session, actor, issuer.issuer_id, [document_digest])
    session.add(PlacingRow(filing_id=filing_id, authority=placing.authority, document=document, at=turn.at))
    turn.row.submitted_at = turn.at
    take_filing(session, turn, document_digest=document_digest or filing.digest)
    return queries.filing(session, filing_id)
