"""Issuers over HTTP: the public register, and the dossier of one issuer."""

from typing import Annotated, Any, Final

from fastapi import Query, Response

from greencredit.issuers import queries
from greencredit.issuers.routes.places import here
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Reading, requires
from greencredit.schemas.issuers import Dossier, PublicIssuer, RegisterEntry

router = Doors()

Looked = Annotated[
    str, Query(max_length=100, description="名称、统一社会信用代码或备案编号 · name, code or filing number")
]
_TOTAL: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "headers": {
            "X-Total-Count": {"description": "符合条件的总数 · how many match in all", "schema": {"type": "integer"}}
        }
    }
}
_CSV: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}


@router.get("/issuers", dependencies=[requires("public.read")], response_model=list[PublicIssuer], responses=_TOTAL)
def register_of_issuers(
    session: Reading,
    q: Looked = "",
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """Show the public register of issuers with state, filing number and terms (公示名录)."""
    found = queries.listed(session, q, offset=offset, limit=limit)
    # Every line was checked when it was made: it goes out as it is.
    return Response(found.text, media_type="application/json", headers={"X-Total-Count": str(found.total)})


@router.get("/issuers.csv", dependencies=[requires("public.read")], response_class=Response, responses=_CSV)
def register_as_csv(session: Reading) -> Response:
    """Give the whole public register as a table (下载公示名录)."""
    headers = {"Content-Disposition": 'attachment; filename="issuers.csv"'}
    return Response(queries.register_csv(session), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/issuers/{issuer_id}", dependencies=[requires("public.read")])
def public_issuer(session: Reading, issuer_id: str) -> PublicIssuer:
    """Show one issuer of the public register (公示信息)."""
    return queries.public_issuer(session, issuer_id)


@router.get("/issuers/{issuer_id}/register-entry", dependencies=[requires("public.read")])
def register_entry(session: Reading, issuer_id: str) -> RegisterEntry:
    """Show all the register knows of one issuer: terms in force and past, and its life so far (公示条目)."""
    return queries.register_entry(session, issuer_id)


@router.get("/issuers/{issuer_id}/dossier", dependencies=[requires("issuer.read", at=here)])
def dossier(session: Reading, issuer_id: str) -> Dossier:
    """Show everything on file about an issuer (备案材料)."""
    return queries.dossier(session, issuer_id)
