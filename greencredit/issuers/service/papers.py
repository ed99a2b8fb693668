"""Credit certification (信用认证): a certificate is taken in from a listed agency that has no tie with the issuer."""

from datetime import date

from sqlalchemy.orm import Session

from greencredit.documents import service as documents
from greencredit.issuers import queries, rules
from greencredit.issuers.catalogue import share_of
from greencredit.issuers.errors import AgencyUnknown, AgencyWithdrawn, AlreadyOver
from greencredit.issuers.service.steps import open_turn, require_guards, take
from greencredit.issuers.tables import CertificateRow, IssuerRow
from greencredit.kernel.access import Actor, Scope, ScopeKind, require
from greencredit.kernel.ids import new_id
from greencredit.proofs import service as proofs
from greencredit.schemas.issuers import Agency, AgencyKind, Certificate, Fees, Issuer, LifeStep, NewCertificate
from greencredit.schemas.values import Period, Record


def certify(session: Session, actor: Actor, issuer_id: str, new: NewCertificate, *, reason: str) -> Issuer:
    """Take in a certificate or evaluation of credit standing: the first, or a renewal.

    Raises:
        AgencyUnknown, AgencyWithdrawn: it is nobody's of the register, or of somebody who is not listed today.
        AccessDenied: the actor works for no agency, or for another one.
        NotIndependent and its kinds: the agency has a tie with the issuer.
    """
    turn = open_turn(session, actor, issuer_id, LifeStep.CERTIFY, reason=reason)
    agency = listed_agency(session, AgencyKind.CREDIT, new.body_code, turn.today)
    require_of_agency(actor, "agency.certify", agency.code)
    require_no_tie(turn.row, agency, new.fees, turn.today)
    require_not_over(new.valid, turn.today)
    standing = agency.standing_on(turn.today)
    assert standing is not None, "a listed agency stands in the register"
    held = queries.papers_of(session, issuer_id, turn.today)
    paper = Certificate(
        **dict(new) | {"body_code": agency.code},
        certificate_id=new_id(session, "crt", turn.at),
        issuer_id=issuer_id,
        number=len(held.certificates) + 1,
        body_name=agency.name,
        approval_number=standing.approval_number,
        recorded_at=turn.at,
        lapsed_on=agency.withdrawn_since(new.valid.since),
    )
    require_guards(session, turn, papers=held._replace(certificates=[*held.certificates, paper]))
    documents.attach(session, actor, issuer_id, [new.document])
    session.add(_row_of(paper))
    fact = {
        "issuer": issuer_id,
        "certificate": paper.certificate_id,
        "digest": paper.document.digest,
        "valid_from": paper.valid.since.isoformat(),
        "valid_until": paper.valid.until.isoformat(),
    }
    proofs.note_fact(session, "certificate", fact)
    return take(session, turn, document_digest=new.document.digest, about=paper.certificate_id)


def _row_of(paper: Certificate) -> CertificateRow:
    return CertificateRow(
        id=paper.certificate_id,
        issuer_id=paper.issuer_id,
        number=paper.number,
        body_name=paper.body_name,
        body_code=paper.body_code,
        approval_number=paper.approval_number,
        certificate_number=paper.certificate_number,
        grade=paper.grade.value,
        score=paper.score,
        scope=paper.scope,
        valid_since=paper.valid.since,
        valid_until=paper.valid.until,
        document=json_of(paper.document),
        recorded_at=paper.recorded_at,
        fees=json_of(paper.fees) if paper.fees else None,
    )


def listed_agency(session: Session, kind: AgencyKind, code: str, today: date) -> Agency:
    """Give the agency of the register that a code names, or refuse one that is not listed today."""
    checked = rules.check_code(code)
    agency = queries.agency_with_code(session, kind, checked)
    if agency is None:
        raise AgencyUnknown(found=checked, wanted=kind.value)
    if not agency.listed_on(today):
        standing = agency.standing_on(today)
        found = f"{standing.state} since {standing.since}" if standing else "not listed yet"
        raise AgencyWithdrawn(agency=agency.agency_id, found=found, wanted=today)
    return agency


def require_of_agency(actor: Actor, action: str, code: str) -> None:
    """Refuse whoever does not work for the agency whose word he brings."""
    require(actor, action, Scope(ScopeKind.AGENCY, code))


def require_no_tie(row: IssuerRow, agency: Agency, fees: Fees, today: date) -> None:
    """Refuse an agency that has a tie with the issuer, as both stand in their registers today."""
    issuer = rules.Party(row.code, row.controlling_code, row.legal_representative)
    most = share_of("fee_share", today)
    rules.require_independent(agency.name, rules.party_of(agency), issuer, fees, most_basis_points=most)


def require_not_over(valid: Period, today: date) -> None:
    """Refuse a paper whose last day has passed."""
    if valid.last_day < today:
        raise AlreadyOver(found=valid.last_day, wanted=today)


def json_of(*records: Record, many: bool = False) -> str:
    """Write records as a canonical JSON document."""
    values = [record.model_dump(mode="json") for record in records]
    document: str = rules.document_of(values if many else values[0])
    return document
