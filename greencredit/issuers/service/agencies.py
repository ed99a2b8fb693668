"""The register of agencies (机构名录): entered, withdrawn from a day on, listed again; papers follow their agency."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers import queries, rules
from greencredit.issuers.errors import AgencyAlreadyListed
from greencredit.issuers.service.steps import audit_command, require_reason, who, write_step
from greencredit.issuers.tables import (
    AgencyRow,
    AgencyStandingRow,
    AssessmentRow,
    CertificateRow,
    IssuerRow,
    StepRow,
)
from greencredit.kernel.access import Actor, require
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.kernel.policy import Role
from greencredit.schemas.issuers import Agency, AgencyKind, AgencyState, LifeStep, NewAgency

_ACTION = "agency.keep"


def list_agency(session: Session, actor: Actor, new: NewAgency, *, reason: str) -> Agency:
    """Enter an agency in the register; from its first day on its papers are taken."""
    require(actor, _ACTION)
    require_reason("list_agency", reason)
    code = rules.check_code(new.code)
    controlling = rules.check_code(new.controlling_code) if new.controlling_code else None
    known = queries.agency_with_code(session, new.kind, code)
    if known is not None:
        raise AgencyAlreadyListed(code, found=known.agency_id)
    at = now(session)
    row = AgencyRow(
        id=new_id(session, "agc", at),
        kind=new.kind.value,
        name=new.name,
        code=code,
        legal_representative=new.legal_representative,
        controlling_code=controlling,
        registered_at=at,
    )
    session.add(row)
    session.flush()
    session.add(
        AgencyStandingRow(
            agency_id=row.id,
            number=1,
            state=AgencyState.LISTED.value,
            since=new.listed_since,
            approval_number=new.approval_number,
            reason=reason,
            actor_id=who(actor),
            at=at,
        )
    )
    session.flush()
    audit_command(session, actor, _ACTION, row.id, state=AgencyState.LISTED.value)
    return queries.agency(session, row.id)


def withdraw_agency(session: Session, actor: Actor, agency_id: str, *, since: date, reason: str) -> Agency:
    """Withdraw an agency from a day on: nothing new is taken from it, and what it gave counts until that day.

    Every issuer that holds a paper of it gets a line in its history, so that whoever looks at issuers looks again.
    """
    return _stand(session, actor, agency_id, AgencyState.WITHDRAWN, since, None, reason)


def relist_agency(
    session: Session, actor: Actor, agency_id: str, *, since: date, reason: str, approval_number: str | None = None
) -> Agency:
    """List an agency again from a day on, or correct since when it is listed, or under which approval."""
    return _stand(session, actor, agency_id, AgencyState.LISTED, since, approval_number, reason)


def _stand(
    session: Session,
    actor: Actor,
    agency_id: str,
    state: AgencyState,
    since: date,
    approval_number: str | None,
    reason: str,
) -> Agency:
    require(actor, _ACTION)
    require_reason(state.value, reason)
    queries.agency(session, agency_id)  # refuses an id that nobody has
    # The agency's row is the lock of its standings: two changes at once get two numbers.
    session.get_one(AgencyRow, agency_id, with_for_update=True)
    agency = queries.agency(session, agency_id)
    at = now(session)
    session.add(
        AgencyStandingRow(
            agency_id=agency_id,
            number=len(agency.standings) + 1,
            state=state.value,
            since=since,
            approval_number=approval_number,
            reason=reason,
            actor_id=who(actor),
            at=at,
        )
    )
    session.flush()
    _tell_histories(session, actor, agency, f"{state.words.zh} · {state.words.en}, {since}: {reason}")
    audit_command(session, actor, _ACTION, agency_id, state=state.value)
    return queries.agency(session, agency_id)


def _tell_histories(session: Session, actor: Actor, agency: Agency, reason: str) -> None:
    """Add a line to the history of every living issuer that holds a paper of the agency."""
    holds = {
        AgencyKind.CREDIT: select(CertificateRow.issuer_id).where(CertificateRow.body_code == agency.code),
        AgencyKind.ASSESSMENT: select(AssessmentRow.issuer_id).where(AssessmentRow.assessor_code == agency.code),
    }
    ended = [state.value for state in rules.ENDED]
    concerned = (
        select(IssuerRow)
        .where(IssuerRow.id.in_(holds[agency.kind]), IssuerRow.state.not_in(ended))
        .order_by(IssuerRow.id)
        .with_for_update()
    )
    role = next((one.role for one in actor.grants if one.role in {Role.OPERATOR, Role.REGULATOR}), Role.OPERATOR)
    for row in session.scalars(concerned).all():
        step = StepRow(
            issuer_id=row.id,
            subject="issuer",
            step=LifeStep.NOTE_AGENCY.value,
            from_state=row.state,
            to_state=row.state,
            about=agency.agency_id,
            actor_id=who(actor),
            role=role.value,
            at=now(session),
            reason=reason,
            document_digest=None,
        )
        write_step(session, step)
