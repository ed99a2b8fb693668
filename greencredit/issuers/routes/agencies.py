"""The register of agencies over HTTP: read by everybody, kept by the operator and the regulator (机构名录)."""

from typing import Annotated

from fastapi import status

from greencredit.issuers import queries, service
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, requires
from greencredit.schemas.issuers import Agency, AgencyKind, AgencyOrder, AgencyStandingOrder, PublicAgency

router = Doors(prefix="/agencies")

Keeps = Annotated[Permit, requires("agency.keep")]


@router.get("", dependencies=[requires("public.read")])
def register_of_agencies(session: Reading, kind: AgencyKind | None = None) -> list[PublicAgency]:
    """Show who may certify and assess, and who was withdrawn since when (机构名录)."""
    return queries.agencies_public(session, kind)


@router.post("", status_code=status.HTTP_201_CREATED)
def list_agency(permit: Keeps, order: AgencyOrder, session: Writing) -> Agency:
    """Enter an agency in the register (机构入册)."""
    agency = service.list_agency(session, permit.actor, order.agency, reason=order.reason)
    permit.concerns(agency.agency_id)
    return agency


@router.post("/{agency_id}/withdraw")
def withdraw_agency(permit: Keeps, agency_id: str, order: AgencyStandingOrder, session: Writing) -> Agency:
    """Withdraw an agency from a day on; what it gave counts until then (机构除名)."""
    return service.withdraw_agency(session, permit.actor, agency_id, since=order.since, reason=order.reason)


@router.post("/{agency_id}/relist")
def relist_agency(permit: Keeps, agency_id: str, order: AgencyStandingOrder, session: Writing) -> Agency:
    """List an agency again from a day on (机构恢复)."""
    return service.relist_agency(session, permit.actor, agency_id, **dict(order))
