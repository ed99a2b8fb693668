"""The log over HTTP: its files as any web server could serve them, its keys, and the exchange with witnesses."""

from typing import Annotated, Final

from fastapi import Depends, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse

from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Configured, Reading, Store, requires
from greencredit.proofs import queries, service
from greencredit.proofs.errors import OldSizeStale
from greencredit.proofs.rules.exchange import witness_name_of
from greencredit.proofs.rules.policy import policy_text
from greencredit.schemas.proofs import CosignaturesTaken, LogKeys

router = Doors(tags=["proofs 存证"])

_FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_SECONDS: Final = {"Cache-Control": "public, max-age=5"}
_SIZE: Final = "text/x.tlog.size"
_BYTES: Final = "application/octet-stream"


def _text(description: str) -> dict[str, object]:
    return {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": description}


_TAKES_TEXT: Final = {
    "requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}},
}


async def _raw(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_raw)]
"""The bytes as they came, under whatever media type a witness sends them."""


@router.get(
    "/log/checkpoint",
    dependencies=[requires("public.read")],
    response_class=PlainTextResponse,
    responses={200: _text("a signed note (c2sp.org/tlog-checkpoint)")},
)
def checkpoint(settings: Configured) -> FileResponse:
    """Give the newest published checkpoint of the log, with its cosignatures (日志检查点)."""
    file = queries.published_checkpoint(settings.data_dir)
    return FileResponse(file, media_type="text/plain; charset=utf-8", headers=_FOR_SECONDS)


@router.get(
    "/log/tile/{path:path}",
    dependencies=[requires("public.read")],
    response_class=FileResponse,
    responses={200: {"content": {_BYTES: {}}, "description": "a tile or a bundle of entries (c2sp.org/tlog-tiles)"}},
)
def tile(settings: Configured, path: str) -> FileResponse:
    """Give one tile of hashes or bundle of entries, `<level>/<number>[.p/<width>]` (日志分片)."""
    file = queries.published_tile(settings.data_dir, f"tile/{path}")
    return FileResponse(file, media_type=_BYTES, headers=_FOR_EVER)


@router.get("/log/keys", dependencies=[requires("public.read")])
def keys(session: Reading, settings: Configured) -> LogKeys:
    """List every key the log ever had, its witnesses, and our own witness key (日志公钥)."""
    return queries.log_keys(session, witness_name_of(settings.public_url))


@router.get(
    "/log/policy",
    dependencies=[requires("public.read")],
    response_class=PlainTextResponse,
    responses={200: _text("a trust policy (c2sp.org/tlog-policy)")},
)
def policy(session: Reading, settings: Configured) -> PlainTextResponse:
    """Give the policy file with which `greencredit verify` checks what this log signed (信任策略)."""
    told = policy_text(queries.log_keys(session, witness_name_of(settings.public_url)))
    return PlainTextResponse(told, headers={"Content-Disposition": 'attachment; filename="greencredit.policy"'})


@router.post("/log/cosignatures", dependencies=[requires("cosignature.hand_in")], openapi_extra=_TAKES_TEXT)
def add_cosignatures(store: Store, body: Body) -> CosignaturesTaken:
    """Take in a checkpoint of ours that registered witnesses cosigned; their keys speak for them (交存见证签名)."""
    return service.add_cosignatures(store, body)


@router.post(
    "/witness/add-checkpoint",
    dependencies=[requires("checkpoint.cosign")],
    response_class=PlainTextResponse,
    responses={
        200: _text("signature lines (c2sp.org/tlog-cosignature)"),
        409: {"content": {_SIZE: {"schema": {"type": "string"}}}, "description": "the size cosigned last"},
    },
    openapi_extra=_TAKES_TEXT,
)
def add_checkpoint(store: Store, settings: Configured, body: Body) -> Response:
    """Cosign a checkpoint of a log we watch, as c2sp.org/tlog-witness (见证检查点)."""
    try:
        return PlainTextResponse(service.cosign(store, body, name=witness_name_of(settings.public_url)))
    except OldSizeStale as stale:
        return Response(f"{stale.facts['size']}\n", 409, headers={"Content-Type": _SIZE})
