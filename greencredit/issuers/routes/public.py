"""Issuers over HTTP: the public register, and the dossier of one issuer."""

from fastapi import APIRouter

from greencredit.issuers import queries
from greencredit.issuers.routes.places import here
from greencredit.kernel.http import Reading, requires
from greencredit.schemas.issuers import Dossier, PublicIssuer

router = APIRouter()


@router.get("/issuers", dependencies=[requires("public.read")])
def register_of_issuers(session: Reading) -> list[PublicIssuer]:
    """Show the public register of issuers with state, filing number and terms (公示名录)."""
    return queries.issuers_public(session)


@router.get("/issuers/{issuer_id}", dependencies=[requires("public.read")])
def public_issuer(session: Reading, issuer_id: str) -> PublicIssuer:
    """Show one issuer of the public register (公示信息)."""
    return queries.public_issuer(session, issuer_id)


@router.get("/issuers/{issuer_id}/dossier", dependencies=[requires("issuer.read", at=here)])
def dossier(session: Reading, issuer_id: str) -> Dossier:
    """Show everything on file about an issuer (备案材料)."""
    return queries.dossier(session, issuer_id)
