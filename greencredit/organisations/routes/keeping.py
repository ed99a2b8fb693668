"""Doors of whoever founds an organisation, administers it, keeps a unit of it or reads its figures."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Query
from sqlalchemy.orm import Session

from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Store, Writing, requires
from greencredit.organisations import queries, service
from greencredit.schemas.organisations import (
    Figures,
    JoinCode,
    Membership,
    NewKeeper,
    NewOrganisation,
    NewUnit,
    Organisation,
    RosterLine,
    Unit,
    UnitFacts,
)
from greencredit.schemas.people import GrantRecord
from greencredit.schemas.values import Period

router = Doors(tags=["organisations 组织与成员"])


def of_organisation(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places of the organisation that the path names."""
    whole = queries.organisation(session, str(parameters["organisation_id"]))
    return (Scope(ScopeKind.ORGANISATION, whole.organisation_id), Scope(ScopeKind.REGION, whole.region))


def _of_unit(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return queries.places_of_unit(session, str(parameters["unit_id"]))


def _of_names(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return queries.places_of_roster(session, str(parameters["unit_id"]))


def _of_membership(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return queries.places_of_unit(session, queries.membership(session, str(parameters["membership_id"])).unit_id)


_Founds = Annotated[Permit, requires("organisation.found")]
_Lists = Annotated[Permit, requires("organisation.read")]
_Reads = Annotated[Permit, requires("organisation.read", at=of_organisation)]
_ReadsUnit = Annotated[Permit, requires("organisation.read", at=_of_unit)]
_Changes = Annotated[Permit, requires("organisation.change", at=of_organisation)]
_ChangesUnit = Annotated[Permit, requires("organisation.change", at=_of_unit)]
_Publishes = Annotated[Permit, requires("organisation.publish", at=of_organisation)]
_Appoints = Annotated[Permit, requires("grant.give", at=_of_unit)]
_Invites = Annotated[Permit, requires("unit.invite", at=_of_unit)]
_Names = Annotated[Permit, requires("roster.read", at=_of_names)]
_Ends = Annotated[Permit, requires("membership.end", at=_of_membership)]
_Since = Annotated[date, Query(description="周期首日 · first day of the period")]
_Until = Annotated[date, Query(description="周期末日的次日 · first day after it")]


@router.post("/organisations", status_code=201)
def found(permit: _Founds, session: Writing, new: NewOrganisation) -> Organisation:
    """设立组织: found a school, district, community or enterprise."""
    permit.require()
    founded = service.found(session, new)
    permit.concerns(founded.organisation_id, kind=founded.kind.value)
    return founded


@router.get("/organisations")
def organisations(
    permit: _Lists, session: Reading, after: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[Organisation]:
    """组织列表: list the organisations one may see."""
    return queries.organisations(session, permit.actor, after=after, limit=limit)


@router.get("/organisations/{organisation_id}")
def organisation(_permit: _Reads, session: Reading, organisation_id: str) -> Organisation:
    """组织: give an organisation with its units."""
    return queries.organisation(session, organisation_id)


@router.delete("/organisations/{organisation_id}")
def close(permit: _Changes, session: Writing, organisation_id: str) -> Organisation:
    """撤销组织: close an organisation; whoever belongs to it leaves."""
    permit.concerns(organisation_id)
    return service.close(session, organisation_id)


@router.post("/organisations/{organisation_id}/units", status_code=201)
def add_unit(permit: _Changes, session: Writing, organisation_id: str, new: NewUnit) -> Unit:
    """增设单元: add a grade, class, community, building or department."""
    added = service.add_unit(session, organisation_id, new)
    permit.concerns(organisation_id, unit=added.unit_id)
    return added


@router.delete("/units/{unit_id}")
def close_unit(permit: _ChangesUnit, session: Writing, unit_id: str) -> Unit:
    """撤销单元: close a unit with everything in it."""
    permit.concerns(unit_id)
    return service.close_unit(session, unit_id)


@router.post("/units/{unit_id}/keepers", status_code=201)
def appoint(permit: _Appoints, session: Writing, unit_id: str, new: NewKeeper) -> GrantRecord:
    """任命单元负责人: let an account keep a unit, such as a class teacher his class."""
    given = service.appoint(session, permit.actor, unit_id, new)
    permit.concerns(unit_id, grant=given.id)
    return given


@router.post("/units/{unit_id}/code", status_code=201)
def invite(permit: _Invites, session: Writing, unit_id: str) -> JoinCode:
    """发放加入码: give a unit a new code for those who belong to it; it is shown this one time."""
    permit.concerns(unit_id)
    return service.invite(session, unit_id)


@router.get("/units/{unit_id}/members")
def roster(permit: _Names, session: Reading, unit_id: str) -> list[RosterLine]:
    """名单: list the names of a unit; of a class, for its own keeper alone."""
    permit.concerns(unit_id)
    return queries.roster(session, unit_id)


@router.delete("/memberships/{membership_id}")
def end(permit: _Ends, session: Writing, membership_id: str) -> Membership:
    """移出成员: end a membership, because somebody moved away or joined by mistake."""
    ended = service.end(session, membership_id)
    permit.concerns(membership_id, unit=ended.unit_id)
    return ended


@router.post("/organisations/{organisation_id}/figures", status_code=201)
def publish(permit: _Publishes, session: Reading, store: Store, organisation_id: str, period: Period) -> Figures:
    """发布群体数据: publish the figures of a period that is over, once and for ever."""
    draft = service.work_out(session, organisation_id, period)
    with store.writing() as writing:
        published = service.publish(writing, organisation_id, period, draft)
    permit.concerns(organisation_id, publication=published.publication_id)
    return published


@router.get("/organisations/{organisation_id}/figures")
def publications(_permit: _Reads, session: Reading, organisation_id: str) -> list[Period]:
    """已发布周期: list the periods of which figures were published."""
    queries.organisation(session, organisation_id)
    return queries.publications(session, organisation_id)


@router.get("/units/{unit_id}/figures")
def unit_facts(_permit: _ReadsUnit, session: Reading, unit_id: str, since: _Since, until: _Until) -> UnitFacts:
    """单元数据: give what was published of a unit, those in it, the period before and the course of it."""
    return queries.unit_facts(session, unit_id, Period(since=since, until=until))
