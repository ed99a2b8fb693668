"""Organisations and their units, and in which places somebody must hold a role to see to them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Scope, ScopeKind, visible
from greencredit.organisations import catalogue
from greencredit.organisations.errors import UnknownOrganisation, UnknownUnit
from greencredit.organisations.rules import Tree, levels_of
from greencredit.organisations.tables import OrganisationRow, UnitRow
from greencredit.schemas.organisations import JoinNotice, Organisation, OrganisationKind, Unit


def notice() -> JoinNotice:
    """Give what whoever joins agrees to."""
    return catalogue.notice()


def organisation(session: Session, organisation_id: str) -> Organisation:
    """Give an organisation with its units, or refuse an id that nobody has."""
    row = session.get(OrganisationRow, organisation_id)
    if row is None:
        raise UnknownOrganisation(organisation_id)
    return _organisation(row, _units(session, [organisation_id]))


def organisations(session: Session, actor: Actor, *, after: str = "", limit: int = 100) -> list[Organisation]:
    """List the organisations that somebody may see, by id, those after the cursor."""
    columns = {ScopeKind.ORGANISATION: OrganisationRow.id, ScopeKind.REGION: OrganisationRow.region}
    rows = session.scalars(
        select(OrganisationRow)
        .where(visible(actor, "organisation.read", columns), OrganisationRow.id > after)
        .order_by(OrganisationRow.id)
        .limit(limit)
    ).all()
    units = _units(session, [row.id for row in rows])
    return [_organisation(row, units) for row in rows]


def unit(session: Session, unit_id: str) -> Unit:
    """Give a unit, or refuse an id that nobody has."""
    row = session.get(UnitRow, unit_id)
    if row is None:
        raise UnknownUnit(unit_id)
    return _unit(row)


def tree_of(whole: Organisation) -> Tree:
    """Give the units of an organisation by where they lie."""
    return Tree({one.unit_id: one.parent_id for one in whole.units})


def in_unit(whole: Organisation, unit_id: str) -> list[str]:
    """List a unit and everything that lies in it."""
    tree = tree_of(whole)
    return [one.unit_id for one in whole.units if unit_id in tree.path(one.unit_id)]


def places_of_unit(session: Session, unit_id: str) -> tuple[Scope, ...]:
    """Give where somebody may hold a role to see to a unit: it, what it lies in, the organisation and its region."""
    found = unit(session, unit_id)
    whole = organisation(session, found.organisation_id)
    return (
        *(Scope(ScopeKind.ORGANISATION, one) for one in tree_of(whole).path(unit_id)),
        Scope(ScopeKind.ORGANISATION, whole.organisation_id),
        Scope(ScopeKind.REGION, whole.region),
    )


def places_of_group(session: Session, subject_id: str) -> tuple[Scope, ...]:
    """Give where somebody may hold a role to see to an organisation or one of its units; nowhere for neither."""
    if (row := session.get(OrganisationRow, subject_id)) is not None:
        return (Scope(ScopeKind.ORGANISATION, subject_id), Scope(ScopeKind.REGION, row.region))
    return () if session.get(UnitRow, subject_id) is None else places_of_unit(session, subject_id)


def places_of_roster(session: Session, unit_id: str) -> tuple[Scope, ...]:
    """Give where somebody may hold a role to read names: of a school, in the very class alone."""
    found = unit(session, unit_id)
    whole = organisation(session, found.organisation_id)
    if whole.kind is OrganisationKind.SCHOOL:
        return (Scope(ScopeKind.ORGANISATION, unit_id),)
    return places_of_unit(session, unit_id)


def _units(session: Session, organisation_ids: Iterable[str]) -> list[UnitRow]:
    wanted = sorted(organisation_ids)
    rows = session.scalars(
        select(UnitRow).where(UnitRow.organisation_id.in_(wanted)).order_by(UnitRow.added_at, UnitRow.id)
    )
    return list(rows)


def _organisation(row: OrganisationRow, units: Iterable[UnitRow]) -> Organisation:
    kind = OrganisationKind(row.kind)
    levels = [level.value for level in levels_of(kind)]
    own = sorted((one for one in units if one.organisation_id == row.id), key=lambda one: levels.index(one.level))
    return Organisation(
        organisation_id=row.id,
        kind=kind,
        name=row.name,
        region=row.region,
        smallest_group=row.smallest_group,
        enterprise_id=row.enterprise_id,
        founded_at=row.founded_at,
        closed_at=row.closed_at,
        units=tuple(_unit(one) for one in own),
    )


def _unit(row: UnitRow) -> Unit:
    return Unit.model_validate(
        {
            "unit_id": row.id,
            "organisation_id": row.organisation_id,
            "parent_id": row.parent_id,
            "level": row.level,
            "name": row.name,
            "for_children": row.for_children,
            "added_at": row.added_at,
            "closed_at": row.closed_at,
        }
    )
