"""Organisations come into being, get units and people who keep them, and are closed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.issuers import rules as issuers
from greencredit.kernel.access import Actor, Role, ScopeKind
from greencredit.kernel.clock import now
from greencredit.kernel.ids import new_id
from greencredit.organisations import queries, rules
from greencredit.organisations.errors import Closed, CodeWanted, UnknownUnit
from greencredit.organisations.service.joining import end_all
from greencredit.organisations.tables import OrganisationRow, UnitRow
from greencredit.people import service as people
from greencredit.schemas.organisations import (
    Level,
    NewKeeper,
    NewOrganisation,
    NewUnit,
    Organisation,
    OrganisationKind,
    Unit,
)
from greencredit.schemas.people import GrantRecord, NewEnterprise, NewGrant


def found(session: Session, new: NewOrganisation) -> Organisation:
    """Found an organisation with its first unit, the whole; an enterprise becomes a holder of credits by its code.

    Raises:
        CodeWanted: an enterprise without a code, or another kind with one.
        BadCode and its like (issuers): the code fails a check.
        EnterpriseRegistered (people): an enterprise of this code is there already.
    """
    if (new.kind is OrganisationKind.ENTERPRISE) is (new.code is None):
        raise CodeWanted(new.kind, found=new.code)
    at = now(session)
    enterprise_id = None
    if new.code is not None:
        code = issuers.check_code(new.code)
        enterprise_id = people.register_enterprise(session, NewEnterprise(name=new.name, code=code)).id
    row = OrganisationRow(
        id=new_id(session, "org", at),
        kind=new.kind.value,
        name=new.name,
        region=new.region,
        smallest_group=new.smallest_group,
        enterprise_id=enterprise_id,
        founded_at=at,
        closed_at=None,
    )
    session.add(row)
    session.flush()
    _add(session, row.id, None, rules.levels_of(new.kind)[0], NewUnit(parent_id="", name=new.name))
    return queries.organisation(session, row.id)


def add_unit(session: Session, organisation_id: str, new: NewUnit) -> Unit:
    """Add a unit below another one of the same organisation.

    Raises:
        UnknownUnit: the organisation has no such unit.
        WrongLevel: nothing lies below the last level.
        Closed: the organisation or the unit was closed.
    """
    whole = queries.organisation(session, organisation_id)
    parent = next((one for one in whole.units if one.unit_id == new.parent_id), None)
    if parent is None:
        raise UnknownUnit(new.parent_id)
    if whole.closed_at is not None:
        raise Closed(organisation_id)
    if parent.closed_at is not None:
        raise Closed(parent.unit_id)
    # A class of a grade of children is a class of children, whatever its form said.
    inherited = new.model_copy(update={"for_children": new.for_children or parent.for_children})
    level = rules.require_child_level(whole.kind, parent.level)
    return queries.unit(session, _add(session, organisation_id, parent.unit_id, level, inherited))


def _add(session: Session, organisation_id: str, parent_id: str | None, level: Level, new: NewUnit) -> str:
    at = now(session)
    row = UnitRow(
        id=new_id(session, "uni", at),
        organisation_id=organisation_id,
        parent_id=parent_id,
        level=level.value,
        name=new.name,
        for_children=new.for_children,
        join_digest=None,
        added_at=at,
        closed_at=None,
    )
    session.add(row)
    session.flush()
    return row.id


def appoint(session: Session, actor: Actor, unit_id: str, new: NewKeeper) -> GrantRecord:
    """Let an account keep a unit: a class teacher, the keeper of a building, the head of a department."""
    wanted = NewGrant(
        account_id=new.account_id,
        role=Role.UNIT_KEEPER,
        scope_kind=ScopeKind.ORGANISATION,
        scope_id=unit_id,
        until=new.until,
        because=new.because,
    )
    return people.grant(session, actor, wanted, within=queries.places_of_unit(session, unit_id))


def close_unit(session: Session, unit_id: str) -> Unit:
    """Close a unit and everything in it; whoever belongs to it leaves with this day. Closing again changes nothing.

    Raises:
        UnknownUnit: there is no such unit, or it is the whole, which is closed as an organisation.
    """
    of = queries.unit(session, unit_id)
    if of.parent_id is None:
        raise UnknownUnit(unit_id)
    whole = queries.organisation(session, of.organisation_id)
    _close(session, queries.in_unit(whole, unit_id))
    return queries.unit(session, unit_id)


def close(session: Session, organisation_id: str) -> Organisation:
    """Close an organisation with all its units; what was published stays. Closing again changes nothing."""
    whole = queries.organisation(session, organisation_id)
    if whole.closed_at is None:
        _close(session, [one.unit_id for one in whole.units])
        session.get_one(OrganisationRow, organisation_id).closed_at = now(session)
        session.flush()
    return queries.organisation(session, organisation_id)


def _close(session: Session, unit_ids: list[str]) -> None:
    at = now(session)
    for row in session.scalars(select(UnitRow).where(UnitRow.id.in_(unit_ids), UnitRow.closed_at.is_(None))):
        row.closed_at, row.join_digest = at, None
    session.flush()
    end_all(session, unit_ids)
