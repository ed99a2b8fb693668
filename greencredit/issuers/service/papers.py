"""Papers (信用认证, 第三方评估): taken in from those who judge, refused where they have a tie with the judged."""

from datetime import date

from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.errors import AlreadyOver, UnknownCondition
from greencredit.issuers.service.steps import open_turn, require_guards, take, who
from greencredit.issuers.tables import AssessmentRow, CertificateRow, IssuerRow
from greencredit.kernel.access import Actor
from greencredit.kernel.ids import new_id
from greencredit.schemas.issuers import (
    Assessment,
    Certificate,
    Issuer,
    LifeStep,
    NewAssessment,
    NewCertificate,
    Verdict,
)
from greencredit.schemas.values import Period, Record


def certify(session: Session, actor: Actor, issuer_id: str, new: NewCertificate, *, reason: str) -> Issuer:
    """Take in a certificate or evaluation of credit standing: the first, or a renewal."""
    turn = open_turn(session, actor, issuer_id, LifeStep.CERTIFY, reason=reason)
    body_code = rules.check_code(new.body_code) if new.body_code else None
    _require_no_tie(turn.row, "certification body", body_code, None)
    _require_not_over(new.valid, turn.today)
    fields = dict(new) | {"body_code": body_code}
    certificate_id = new_id(session, "crt", turn.at)
    held = queries.papers_of(session, issuer_id)
    number = len(held.certificates) + 1
    paper = Certificate(
        **fields, certificate_id=certificate_id, issuer_id=issuer_id, number=number, recorded_at=turn.at
    )
    require_guards(session, turn, papers=held._replace(certificates=[*held.certificates, paper]))
    session.add(
        CertificateRow(
            id=certificate_id,
            issuer_id=issuer_id,
            number=number,
            body_name=new.body_name,
            body_code=body_code,
            approval_number=new.approval_number,
            certificate_number=new.certificate_number,
            grade=new.grade.value,
            score=new.score,
            scope=new.scope,
            valid_since=new.valid.since,
            valid_until=new.valid.until,
            document=_json(new.document),
            recorded_at=turn.at,
        )
    )
    return take(session, turn, document_digest=new.document.digest, about=certificate_id)


def assess(session: Session, actor: Actor, issuer_id: str, new: NewAssessment, *, reason: str) -> Issuer:
    """Take in an assessment; one that fails is kept as well, and it moves nobody forward."""
    step = LifeStep.FAIL_ASSESSMENT if new.verdict is Verdict.FAIL else LifeStep.ASSESS
    turn = open_turn(session, actor, issuer_id, step, reason=reason)
    code = rules.check_code(new.assessor_code)
    controlling = rules.check_code(new.assessor_controlling_code) if new.assessor_controlling_code else None
    _require_no_tie(turn.row, "assessor", code, controlling)
    _require_not_over(new.valid, turn.today)
    fields = dict(new) | {"assessor_code": code, "assessor_controlling_code": controlling}
    assessment_id = new_id(session, "asm", turn.at)
    held = queries.papers_of(session, issuer_id)
    paper = Assessment(
        **fields,
        assessment_id=assessment_id,
        issuer_id=issuer_id,
        number=held.assessment.number + 1 if held.assessment else 1,
        assessor_id=who(actor),
        recorded_at=turn.at,
    )
    require_guards(session, turn, papers=held._replace(assessment=paper))
    session.add(_row_of(paper))
    return take(session, turn, document_digest=new.document.digest, about=assessment_id)


def meet_condition(
    session: Session, actor: Actor, issuer_id: str, number: int, *, reason: str, document_digest: str
) -> Issuer:
    """Record that a condition of the newest assessment, counted from 1, was met, and on what proof."""
    turn = open_turn(session, actor, issuer_id, LifeStep.MEET_CONDITION, reason=reason)
    newest = queries.newest_assessment(session, issuer_id)
    assert newest is not None, "an issuer this far has been assessed"
    open_numbers = [place for place, one in enumerate(newest.conditions, start=1) if one in newest.open_conditions()]
    if number not in open_numbers:
        raise UnknownCondition(issuer_id, found=number, wanted=open_numbers)
    about = f"{newest.assessment_id}#{number}"
    return take(session, turn, document_digest=document_digest, about=about)


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
        indicators=_json(*paper.indicators, many=True),
        verdict=paper.verdict.value,
        conditions=_json(*paper.conditions, many=True),
        signed_on=paper.signed_on,
        valid_since=paper.valid.since,
        valid_until=paper.valid.until,
        declaration=_json(paper.declaration),
        document=_json(paper.document),
        recorded_at=paper.recorded_at,
    )


def _require_no_tie(row: IssuerRow, body: str, code: str | None, controlling: str | None) -> None:
    ties = frozenset(one for one in (code, controlling) if one)
    own = frozenset(one for one in (row.code, row.controlling_code) if one)
    rules.require_independent(body, codes=ties, issuer_codes=own)


def _require_not_over(valid: Period, today: date) -> None:
    if valid.last_day < today:
        raise AlreadyOver(found=valid.last_day, wanted=today)


def _json(*records: Record, many: bool = False) -> str:
    values = [record.model_dump(mode="json") for record in records]
    return rules.document_of(values if many else values[0])
