"""The register of agencies: who may certify and assess, since when, and until when it might."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers.errors import UnknownAgency
from greencredit.issuers.tables import AgencyRow, AgencyStandingRow
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.issuers import Agency, AgencyKind, AgencyStanding, PublicAgency


def agency(session: Session, agency_id: str) -> Agency:
    """Give an agency, or refuse an id that nobody has."""
    row = session.get(AgencyRow, agency_id)
    if row is None:
        raise UnknownAgency(agency_id)
    return _agencies(session, [row])[0]


def agency_with_code(session: Session, kind: AgencyKind, code: str) -> Agency | None:
    """Give the agency of a kind that is entered under a code, or none."""
    row = session.scalars(select(AgencyRow).where(AgencyRow.kind == kind.value, AgencyRow.code == code)).first()
    return None if row is None else _agencies(session, [row])[0]


def agencies(session: Session, kind: AgencyKind | None = None) -> list[Agency]:
    """List the register, in the order in which agencies were entered."""
    wanted = select(AgencyRow).order_by(AgencyRow.registered_at, AgencyRow.id)
    if kind is not None:
        wanted = wanted.where(AgencyRow.kind == kind.value)
    return _agencies(session, list(session.scalars(wanted)))


def agencies_with_codes(session: Session, kind: AgencyKind, codes: set[str]) -> dict[str, Agency]:
    """Give agencies of a kind by their codes; who is in no register is absent."""
    if not codes:
        return {}
    rows = session.scalars(select(AgencyRow).where(AgencyRow.kind == kind.value, AgencyRow.code.in_(codes)))
    return {one.code: one for one in _agencies(session, list(rows))}


def agencies_public(session: Session, kind: AgencyKind | None = None) -> list[PublicAgency]:
    """List what everybody may see of the register, as it stands today."""
    today = civil_date(now(session))
    found: list[PublicAgency] = []
    for one in agencies(session, kind):
        standing = one.standing_on(today) or one.standings[0]
        found.append(
            PublicAgency(
                agency_id=one.agency_id,
                kind=one.kind,
                kind_title=one.kind.words,
                name=one.name,
                code=one.code,
                approval_number=standing.approval_number,
                state=standing.state,
                state_title=standing.state.words,
                since=standing.since,
            )
        )
    return found


def _agencies(session: Session, rows: list[AgencyRow]) -> list[Agency]:
    wanted = [row.id for row in rows]
    standings = session.scalars(
        select(AgencyStandingRow)
        .where(AgencyStandingRow.agency_id.in_(wanted))
        .order_by(AgencyStandingRow.agency_id, AgencyStandingRow.number)
    ).all()
    return [_agency(row, [one for one in standings if one.agency_id == row.id]) for row in rows]


def _agency(row: AgencyRow, standings: list[AgencyStandingRow]) -> Agency:
    return Agency(
        agency_id=row.id,
        kind=AgencyKind(row.kind),
        name=row.name,
        code=row.code,
        legal_representative=row.legal_representative,
        controlling_code=row.controlling_code,
        standings=tuple(
            AgencyStanding.model_validate(
                {
                    "number": one.number,
                    "state": one.state,
                    "since": one.since,
                    "approval_number": one.approval_number,
                    "reason": one.reason,
                    "actor_id": one.actor_id,
                    "at": one.at,
                }
            )
            for one in standings
        ),
    )
