"""Portable proofs over HTTP: one's own to ask for and to take along; open to all, what others check them with."""

from typing import Annotated, Any, Final

from fastapi import Path, Response, status

from greencredit.badges import queries, service
from greencredit.badges.rules import content
from greencredit.kernel.access import ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Permit, Reading, Writing, of, requires
from greencredit.schemas.badges import Form, NewPortableProof, PortableProof, ProofAskedFor
from greencredit.schemas.reports import Lang

router = Doors(tags=["badges 便携证明"])
public = Doors(tags=["badges 便携证明"])
"""What the formats lay down the addresses of."""

_OWN: Final = of(ScopeKind.CONSUMER, "consumer_id")
_Reads = Annotated[Permit, requires("badge.read", at=_OWN)]
_Asks = Annotated[Permit, requires("badge.issue", at=_OWN)]
_Number = Annotated[str, Path(pattern=r"^GC-[0-9]{2}-[A-Z]{7}-[A-Z]{7}-[0-9]{2}$")]
_MEDIA: Final = {
    "json": "application/vc",
    "jwt": "text/plain; charset=utf-8",
    "png": "image/png",
    "svg": "image/svg+xml",
}
_OPEN: Final = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}


def _told(description: str, *media: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {one: {} for one in media}, "description": description}}


@router.get("/consumers/{consumer_id}/portable-proofs")
def own_proofs(_permit: _Reads, session: Reading, consumer_id: str) -> list[PortableProof]:
    """便携证明: one's portable proofs, newest first, and whether each still stands."""
    return queries.proofs_of(session, consumer_id)


@router.post("/consumers/{consumer_id}/portable-proofs", status_code=status.HTTP_202_ACCEPTED)
def ask(permit: _Asks, session: Writing, consumer_id: str, wanted: NewPortableProof) -> ProofAskedFor:
    """申请便携证明: have the proof of a period issued, and its report where there is none; once a day and language."""
    job_id = service.ask(session, consumer_id, wanted)
    permit.concerns(job_id, lang=wanted.lang)
    return ProofAskedFor(job_id=job_id)


@router.get(
    "/consumers/{consumer_id}/portable-proofs/{number}/{form}",
    response_class=Response,
    responses=_told("the proof in this form", *_MEDIA.values()),
)
def own_proof(_permit: _Reads, session: Reading, consumer_id: str, number: _Number, form: Form) -> Response:
    """下载便携证明: one's own proof as signed JSON, as a token, or as a picture that carries it."""
    return handed_out(service.file_of(session, consumer_id, number, form), number, form)


def handed_out(data: bytes, number: str, form: Form, *, inline: bool = False) -> Response:
    """Give a file of a proof, to be kept or, where a page shows the picture, to be looked at."""
    kept = f'{"inline" if inline else "attachment"}; filename="{number}.{form}"'
    headers = {"Content-Disposition": kept, "Cache-Control": "no-store", "Vary": "Cookie"}
    return Response(data, media_type=_MEDIA[form], headers=headers)


@public.get("/.well-known/did.json", dependencies=[requires("public.read")])
def did_document(session: Reading, settings: Configured, response: Response) -> dict[str, Any]:
    """签发方公钥文档: the keys of portable proofs as a DID document (did:web); old ones stay listed."""
    response.headers.update(_OPEN)
    return queries.did_document(session, settings.public_url)


@public.get("/.well-known/jwks.json", dependencies=[requires("public.read")])
def key_set(session: Reading, response: Response) -> dict[str, Any]:
    """签发方令牌公钥: the keys that sign tokens, as a JSON Web Key set (RFC 7517)."""
    response.headers.update(_OPEN)
    return queries.key_set(session)


@public.get("/badges/keys/{name}", dependencies=[requires("public.read")])
def key(session: Reading, response: Response, name: str) -> dict[str, Any]:
    """单个公钥: one key by itself, where the `kid` of a token points."""
    response.headers.update(_OPEN)
    return queries.key_named(session, name)


@public.get(
    "/badges/status/{number}",
    dependencies=[requires("public.read")],
    response_class=Response,
    responses=_told("a BitstringStatusListCredential", _MEDIA["json"]),
)
def status_list(session: Reading, number: Annotated[int, Path(ge=1, le=10**6)]) -> Response:
    """撤销状态列表: the newest signed list of proofs that were taken back (Bitstring Status List 1.0)."""
    return Response(queries.status_document(session, number), media_type="application/vc", headers=_OPEN)


@public.get("/badges/profile", dependencies=[requires("public.read")])
def profile(settings: Configured, response: Response, lang: Lang = "zh") -> dict[str, Any]:
    """签发方资料: who issues portable proofs, as an Open Badges profile."""
    response.headers.update(_OPEN)
    return content.profile(settings.public_url, lang)


@public.get("/badges/achievements/participation", dependencies=[requires("public.read")])
def achievement(settings: Configured, response: Response, lang: Lang = "zh") -> dict[str, Any]:
    """环保行动证明的定义: what is achieved, by which criteria, with which results."""
    response.headers.update(_OPEN)
    return content.achievement(settings.public_url, lang)


@public.get(
    "/badges/achievements/participation.svg",
    dependencies=[requires("public.read")],
    response_class=Response,
    responses=_told("a picture", _MEDIA["svg"]),
)
def emblem(lang: Lang = "zh") -> Response:
    """环保行动证明的图样: the badge without anybody's figures."""
    return Response(service.emblem_of(lang), media_type=_MEDIA["svg"], headers=_OPEN)
