"""The papers of an issuer: certificates and assessments, with the conditions met so far."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers.queries.registered import history
from greencredit.issuers.tables import AssessmentRow, CertificateRow
from greencredit.schemas.issuers import Assessment, Certificate, LifeStep, MetCondition, Step


def certificates(session: Session, issuer_id: str) -> list[Certificate]:
    """List the certificates of an issuer, oldest first."""
    rows = session.scalars(
        select(CertificateRow).where(CertificateRow.issuer_id == issuer_id).order_by(CertificateRow.number)
    )
    return [_certificate(row) for row in rows]


def assessments(session: Session, issuer_id: str) -> list[Assessment]:
    """List the assessments of an issuer, oldest first, each with the conditions met so far."""
    rows = session.scalars(
        select(AssessmentRow).where(AssessmentRow.issuer_id == issuer_id).order_by(AssessmentRow.number)
    )
    steps = [one for one in history(session, issuer_id) if one.step == LifeStep.MEET_CONDITION]
    return [_assessment(row, steps) for row in rows]


def newest_assessment(session: Session, issuer_id: str) -> Assessment | None:
    """Give the assessment that counts: the newest, whatever its verdict."""
    found = assessments(session, issuer_id)
    return found[-1] if found else None


def _certificate(row: CertificateRow) -> Certificate:
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
            "recorded_at": row.recorded_at,
        }
    )


def _assessment(row: AssessmentRow, steps: list[Step]) -> Assessment:
    met = [_met(one) for one in steps if one.about and one.about.rpartition("#")[0] == row.id]
    return Assessment.model_validate(
        {
            "assessment_id": row.id,
            "issuer_id": row.issuer_id,
            "number": row.number,
            "assessor_id": row.assessor_id,
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
            "recorded_at": row.recorded_at,
            "met": tuple(met),
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
