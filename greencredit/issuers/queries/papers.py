"""The papers of an issuer: certificates, assessments, conditions met, and whether who gave them is still listed."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers.errors import UnknownScored
from greencredit.issuers.queries.agencies import agencies_with_codes
from greencredit.issuers.queries.registered import history
from greencredit.issuers.tables import AssessmentRow, CertificateRow, ReviewRow, ScoredRow
from greencredit.schemas.issuers import (
    Agency,
    AgencyKind,
    Assessment,
    Certificate,
    LifeStep,
    MetCondition,
    NewAssessment,
    ReviewOutcome,
    ScoredAssessment,
    Step,
)


def certificates(session: Session, issuer_id: str) -> list[Certificate]:
    """List the certificates of an issuer, oldest first, each with the day on which it lapsed, if it did."""
    return certificates_of(session, [issuer_id]).get(issuer_id, [])


def certificates_of(session: Session, issuer_ids: Collection[str]) -> dict[str, list[Certificate]]:
    """Give the certificates of each of these issuers that has any, oldest first."""
    rows = session.scalars(
        select(CertificateRow).where(CertificateRow.issuer_id.in_(issuer_ids)).order_by(CertificateRow.number)
    ).all()
    codes = {row.body_code for row in rows if row.body_code is not None}
    known = agencies_with_codes(session, AgencyKind.CREDIT, codes)
    found: defaultdict[str, list[Certificate]] = defaultdict(list)
    for row in rows:
        found[row.issuer_id].append(_certificate(row, known.get(row.body_code or "")))
    return found


def newest_assessments_of(
    session: Session, issuer_ids: Collection[str], met: Mapping[str, list[Step]]
) -> dict[str, Assessment]:
    """Give the newest assessment of each of these issuers that has one; `met` are the steps that met conditions."""
    rows = session.scalars(
        select(AssessmentRow).where(AssessmentRow.issuer_id.in_(issuer_ids)).order_by(AssessmentRow.number)
    )
    newest = {row.issuer_id: row for row in rows}
    known = agencies_with_codes(session, AgencyKind.ASSESSMENT, {row.assessor_code for row in newest.values()})
    return {
        issuer_id: _assessment(row, met.get(issuer_id, []), known.get(row.assessor_code))
        for issuer_id, row in newest.items()
    }


def assessments(session: Session, issuer_id: str) -> list[Assessment]:
    """List the assessments of an issuer, oldest first, each with the conditions met so far."""
    rows = session.scalars(
        select(AssessmentRow).where(AssessmentRow.issuer_id == issuer_id).order_by(AssessmentRow.number)
    ).all()
    steps = [one for one in history(session, issuer_id) if one.step == LifeStep.MEET_CONDITION]
    known = agencies_with_codes(session, AgencyKind.ASSESSMENT, {row.assessor_code for row in rows})
    return [_assessment(row, steps, known.get(row.assessor_code)) for row in rows]


def newest_assessment(session: Session, issuer_id: str) -> Assessment | None:
    """Give the assessment that counts: the newest, whatever its verdict."""
    found = assessments(session, issuer_id)
    return found[-1] if found else None


def scored_assessments(session: Session, issuer_id: str) -> list[ScoredAssessment]:
    """List what was scored for an issuer, oldest first, with what became of it."""
    rows = session.execute(
        select(ScoredRow, ReviewRow)
        .outerjoin(ReviewRow, ReviewRow.scored_id == ScoredRow.id)
        .where(ScoredRow.issuer_id == issuer_id)
        .order_by(ScoredRow.scored_at, ScoredRow.id)
    )
    return [_scored(row, review) for row, review in rows]


def scored_assessment(session: Session, issuer_id: str, scored_id: str) -> ScoredAssessment:
    """Give one scored assessment of an issuer, or refuse an id that it has not."""
    row = session.get(ScoredRow, scored_id)
    if row is None or row.issuer_id != issuer_id:
        raise UnknownScored(issuer_id, scored_id)
    return _scored(row, session.get(ReviewRow, scored_id))


def _scored(row: ScoredRow, review: ReviewRow | None) -> ScoredAssessment:
    return ScoredAssessment(
        scored_id=row.id,
        issuer_id=row.issuer_id,
        paper=NewAssessment.model_validate_json(row.paper),
        reason=row.reason,
        scored_by=row.scored_by,
        scored_at=row.scored_at,
        outcome=ReviewOutcome(review.outcome) if review else ReviewOutcome.WAITING,
        reviewed_by=review.reviewed_by if review else None,
        reviewed_at=review.reviewed_at if review else None,
        review_reason=review.reason if review else None,
    )


def _certificate(row: CertificateRow, agency: Agency | None) -> Certificate:
    return Certificate.model_validate(
        {
            "certificate_id": row.id,
            "issuer_id": row.issuer_id,
            "number": row.number,
            "body_name": row.body_name,
            "body_code": row.body_code,
            "approval_number": row.approval_number,
            "certificate_number": row.certificate_number,
            "grade": row.grade,
            "score": row.score,
            "scope": row.scope,
            "valid": {"since": row.valid_since, "until": row.valid_until},
            "document": json.loads(row.document),
            "fees": json.loads(row.fees) if row.fees else None,
            "recorded_at": row.recorded_at,
            "lapsed_on": agency.withdrawn_since(row.valid_since) if agency else None,
        }
    )


def _assessment(row: AssessmentRow, steps: list[Step], agency: Agency | None) -> Assessment:
    met = [_met(one) for one in steps if one.about and one.about.rpartition("#")[0] == row.id]
    return Assessment.model_validate(
        {
            "assessment_id": row.id,
            "issuer_id": row.issuer_id,
            "number": row.number,
            "assessor_id": row.assessor_id,
            "reviewer_id": row.reviewer_id,
            "assessor_name": row.assessor_name,
            "assessor_code": row.assessor_code,
            "assessor_controlling_code": row.assessor_controlling_code,
            "criteria_version": row.criteria_version,
            "indicators": json.loads(row.indicators),
            "verdict": row.verdict,
            "conditions": json.loads(row.conditions),
            "signed_on": row.signed_on,
            "valid": {"since": row.valid_since, "until": row.valid_until},
            "declaration": json.loads(row.declaration),
            "document": json.loads(row.document),
            "fees": json.loads(row.fees) if row.fees else None,
            "recorded_at": row.recorded_at,
            "met": tuple(met),
            "lapsed_on": agency.withdrawn_since(row.signed_on) if agency else None,
        }
    )


def _met(step: Step) -> MetCondition:
    assert step.about is not None, "a met condition names the condition"
    return MetCondition(
        number=int(step.about.rpartition("#")[2]),
        at=step.at,
        actor_id=step.actor_id,
        reason=step.reason,
        document_digest=step.document_digest,
    )
