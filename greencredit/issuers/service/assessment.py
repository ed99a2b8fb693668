"""Third-party assessment (第三方评估): scored by one of the assessor's people, reviewed and signed by another."""

from datetime import date

from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import days_of
from greencredit.issuers.catalogue.indicators import indicator_set_on
from greencredit.issuers.errors import (
    AlreadyReviewed,
    AssessmentWaiting,
    SignedInTheFuture,
    UnknownCondition,
    ValidTooLong,
)
from greencredit.issuers.service.papers import (
    json_of,
    listed_agency,
    require_no_tie,
    require_not_over,
    require_of_agency,
)
from greencredit.issuers.service.steps import Turn, audit_command, open_turn, require_guards, take, who
from greencredit.issuers.tables import AssessmentRow, ReviewRow, ScoredRow
from greencredit.kernel.access import Actor, require_another
from greencredit.kernel.ids import new_id
from greencredit.proofs import service as proofs
from greencredit.schemas.issuers import (
    Agency,
    AgencyKind,
    Assessment,
    Indicator,
    Issuer,
    LifeStep,
    NewAssessment,
    ReviewOutcome,
    ScoredAssessment,
    Verdict,
)


def score_assessment(
    session: Session, actor: Actor, issuer_id: str, new: NewAssessment, *, reason: str
) -> ScoredAssessment:
    """Score an issuer's scheme; it counts for nothing until somebody else has reviewed and signed it.

    Raises:
        AgencyUnknown, AgencyWithdrawn, NotIndependent and its kinds: not an assessor who may judge this issuer.
        AccessDenied: the actor works for no assessor, or for another one.
        WrongIndicators, VerdictNotBorneOut: scores are not those of the set in force, or the verdict is too good.
        AssessmentWaiting: another assessment of the issuer is not reviewed yet.
    """
    turn = open_turn(session, actor, issuer_id, _step_of(new), reason=reason)
    _checked(session, turn, new)
    for one in queries.scored_assessments(session, issuer_id):
        if one.outcome is ReviewOutcome.WAITING:
            raise AssessmentWaiting(issuer_id, found=one.scored_id)
    submitted = queries.last_step(session, issuer_id, LifeStep.SUBMIT)
    require_another(actor, submitted.actor_id if submitted else None)
    documents.attach(session, actor, issuer_id, rules.papers_in(new))
    row = ScoredRow(
        id=new_id(session, "sco", turn.at),
        issuer_id=issuer_id,
        paper=json_of(new),
        reason=reason,
        scored_by=who(actor),
        scored_at=turn.at,
    )
    session.add(row)
    session.flush()
    audit_command(session, actor, turn.action, row.id, step="score")
    return queries.scored_assessment(session, issuer_id, row.id)


def sign_assessment(session: Session, actor: Actor, issuer_id: str, scored_id: str, *, reason: str) -> Issuer:
    """Review a scored assessment and sign it: now it is on file; one that fails moves nobody forward.

    Raises:
        OwnFiling: whoever scored it does not review it.
        AlreadyReviewed: it was signed or given back before.
    """
    scored, turn = _open(session, actor, issuer_id, scored_id, reason)
    new = scored.paper
    agency, indicators = _checked(session, turn, new)
    held = queries.papers_of(session, issuer_id, turn.today)
    paper = Assessment(
        **new.model_dump(exclude={"scores", "fees", "assessor_code"}),
        fees=new.fees,
        assessor_code=agency.code,
        assessor_name=agency.name,
        assessor_controlling_code=agency.controlling_code,
        indicators=indicators,
        assessment_id=new_id(session, "asm", turn.at),
        issuer_id=issuer_id,
        number=held.assessment.number + 1 if held.assessment else 1,
        assessor_id=scored.scored_by,
        reviewer_id=who(actor),
        recorded_at=turn.at,
        lapsed_on=agency.withdrawn_since(new.signed_on),
    )
    require_guards(session, turn, papers=held._replace(assessment=paper))
    _review(session, turn, scored, ReviewOutcome.SIGNED)
    session.add(_row_of(paper))
    fact = {
        "issuer": issuer_id,
        "assessment": paper.assessment_id,
        "verdict": paper.verdict.value,
        "digest": paper.document.digest,
        "valid_until": paper.valid.until.isoformat(),
    }
    proofs.note_fact(session, "assessment", fact)
    return take(session, turn, document_digest=paper.document.digest, about=paper.assessment_id)


def return_assessment(
    session: Session, actor: Actor, issuer_id: str, scored_id: str, *, reason: str
) -> ScoredAssessment:
    """Give a scored assessment back to whoever scored it; it stays on record and counts for nothing."""
    scored, turn = _open(session, actor, issuer_id, scored_id, reason)
    require_of_agency(actor, "agency.assess", rules.check_code(scored.paper.assessor_code))
    _review(session, turn, scored, ReviewOutcome.RETURNED)
    audit_command(session, actor, turn.action, scored_id, step="return")
    return queries.scored_assessment(session, issuer_id, scored_id)


def meet_condition(
    session: Session, actor: Actor, issuer_id: str, number: int, *, reason: str, document_digest: str
) -> Issuer:
    """Record that a condition of the newest assessment, counted from 1, was met, and on what proof."""
    turn = open_turn(session, actor, issuer_id, LifeStep.MEET_CONDITION, reason=reason)
    newest = queries.newest_assessment(session, issuer_id)
    assert newest is not None, "an issuer this far has been assessed"
    require_of_agency(actor, "agency.assess", newest.assessor_code)
    met = {one.number for one in newest.met}
    open_numbers = [place for place in range(1, len(newest.conditions) + 1) if place not in met]
    if number not in open_numbers:
        raise UnknownCondition(issuer_id, found=number, wanted=open_numbers)
    documents.attach(session, actor, issuer_id, [document_digest])
    about = f"{newest.assessment_id}#{number}"
    return take(session, turn, document_digest=document_digest, about=about)


def _step_of(paper: NewAssessment) -> LifeStep:
    return LifeStep.FAIL_ASSESSMENT if paper.verdict is Verdict.FAIL else LifeStep.ASSESS


def _open(session: Session, actor: Actor, issuer_id: str, scored_id: str, reason: str) -> tuple[ScoredAssessment, Turn]:
    """Find a scored assessment that waits for its review, by somebody who did not score it."""
    step = _step_of(queries.scored_assessment(session, issuer_id, scored_id).paper)
    turn = open_turn(session, actor, issuer_id, step, reason=reason)
    scored = queries.scored_assessment(session, issuer_id, scored_id)  # again, now under the issuer's lock
    if scored.outcome is not ReviewOutcome.WAITING:
        raise AlreadyReviewed(scored_id, found=scored.outcome.value)
    require_another(actor, scored.scored_by)
    return scored, turn


def _checked(session: Session, turn: Turn, new: NewAssessment) -> tuple[Agency, tuple[Indicator, ...]]:
    """Check what can change between scoring and signing: the register, ties, the set in force, the calendar."""
    agency = listed_agency(session, AgencyKind.ASSESSMENT, new.assessor_code, turn.today)
    require_of_agency(turn.actor, "agency.assess", agency.code)
    require_no_tie(turn.row, agency, new.fees, turn.today)
    require_not_over(new.valid, turn.today)
    _require_dates(new, turn.today)
    marks = indicator_set_on(new.signed_on)
    indicators = rules.indicators_of(new, marks)
    rules.require_borne_out(new.verdict, indicators, marks)
    return agency, indicators


def _require_dates(new: NewAssessment, today: date) -> None:
    if new.signed_on > today:
        raise SignedInTheFuture(found=new.signed_on, wanted=today)
    days, most = (new.valid.until - new.valid.since).days, days_of("assessment_validity", new.signed_on)
    if days > most:
        raise ValidTooLong(found=days, wanted=most)


def _review(session: Session, turn: Turn, scored: ScoredAssessment, outcome: ReviewOutcome) -> None:
    row = ReviewRow(
        scored_id=scored.scored_id,
        outcome=outcome.value,
        reviewed_by=who(turn.actor),
        reviewed_at=turn.at,
        reason=turn.reason,
    )
    session.add(row)
    session.flush()


def _row_of(paper: Assessment) -> AssessmentRow:
    return AssessmentRow(
        id=paper.assessment_id,
        issuer_id=paper.issuer_id,
        number=paper.number,
        assessor_id=paper.assessor_id,
        assessor_name=paper.assessor_name,
        assessor_code=paper.assessor_code,
        assessor_controlling_code=paper.assessor_controlling_code,
        criteria_version=paper.criteria_version,
        indicators=json_of(*paper.indicators, many=True),
        verdict=paper.verdict.value,
        conditions=json_of(*paper.conditions, many=True),
        signed_on=paper.signed_on,
        valid_since=paper.valid.since,
        valid_until=paper.valid.until,
        declaration=json_of(paper.declaration),
        document=json_of(paper.document),
        recorded_at=paper.recorded_at,
        fees=json_of(paper.fees) if paper.fees else None,
        reviewer_id=paper.reviewer_id,
    )
