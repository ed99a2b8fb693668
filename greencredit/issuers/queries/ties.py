"""Whom an agency judged, and whom it can't judge because it belongs together with them (利益冲突)."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.errors import NotIndependent
from greencredit.issuers.queries.registered import issuers_seen
from greencredit.issuers.tables import AssessmentRow, CertificateRow
from greencredit.kernel.access import Actor
from greencredit.schemas.issuers import Agency, AgencyKind, Fees, Issuer
from greencredit.schemas.values import Fen

_NO_FEES = Fees(from_issuer_fen=Fen(0), income_fen=Fen(1))
"""What an agency takes from an issuer is declared with each paper; what is looked for here lasts."""


def judged_by(session: Session, actor: Actor, agency: Agency) -> list[tuple[Issuer, int]]:
    """List the issuers that an actor may read and that hold papers of an agency, each with how many."""
    wanted = select(CertificateRow.issuer_id, func.count()).where(CertificateRow.body_code == agency.code)
    if agency.kind is AgencyKind.ASSESSMENT:
        wanted = select(AssessmentRow.issuer_id, func.count()).where(AssessmentRow.assessor_code == agency.code)
    papers = {row[0]: row[1] for row in session.execute(wanted.group_by("issuer_id"))}
    return [(one, papers[one.issuer_id]) for one in issuers_seen(session, actor) if one.issuer_id in papers]


def tied_to(session: Session, actor: Actor, agency: Agency) -> list[tuple[Issuer, list[NotIndependent]]]:
    """List the living issuers that an actor may read and with which an agency has a tie, each with its ties."""
    found = []
    for one in issuers_seen(session, actor):
        if one.state in rules.ENDED:
            continue
        issuer = rules.Party(one.code, one.controlling_code, one.legal_representative)
        ties = rules.ties(agency.name, rules.party_of(agency), issuer, _NO_FEES, most_basis_points=0)
        if ties:
            found.append((one, ties))
    return found
