"""Evidence over HTTP: kinds of source, what became of a file, how feeds stand, certificates, what was put aside."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from sqlalchemy.orm import Session

from greencredit.evidence import queries, service
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, number_in, requires
from greencredit.schemas.certificates import ImportedList, NewSigner, Signer
from greencredit.schemas.evidence import Batch, RejectLine
from greencredit.schemas.sources import FeedStatus, NewTie, PutAside, SourceKind

router = Doors(tags=["evidence 凭证"])

_SIGNED: Final = {
    "type": "object",
    "required": ["list", "signature"],
    "properties": {
        "list": {"type": "object", "description": "publisher, kind, number, listed_on, certificates"},
        "signature": {"type": "object", "description": "key_id, value (base 64)"},
    },
}
_TAKES_A_LIST: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": _SIGNED}}}
}


def _of_batch(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(
        issuers.issuer(session, queries.issuer_of_batch(session, number_in(parameters, "batch_id")))
    )


def _of_feed(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, queries.feed(session, str(parameters["feed"])).issuer_id))


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, str(parameters["issuer_id"])))


async def _sent(request: Request) -> bytes:
    """Give a list as it was sent: it is signed, and is read by the verb that checks the signature."""
    return await request.body()


_Sent = Annotated[bytes, Depends(_sent)]
_Public = Annotated[Permit, requires("public.read")]
_OfBatch = Annotated[Permit, requires("evidence.read", at=_of_batch)]
_Keeps = Annotated[Permit, requires("certificates.keep")]


@router.get("/evidence/kinds")
def kinds(_permit: _Public) -> list[SourceKind]:
    """数据来源种类: the kinds of source, each with its columns and an example."""
    return queries.kinds()


@router.get("/evidence/batches/{batch_id}")
def batch(_permit: _OfBatch, session: Reading, batch_id: int) -> Batch:
    """批次: how much of a file was read, and what was sent back."""
    return queries.batch(session, batch_id)


@router.get("/evidence/batches/{batch_id}/rejects")
def rejects(
    _permit: _OfBatch,
    session: Reading,
    batch_id: int,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[RejectLine]:
    """退回明细: the lines sent back, by line; `after` is the last line of the page before."""
    return queries.rejects(session, batch_id, after=after, limit=limit)


@router.get("/feeds/{feed}/status")
def status(
    _permit: Annotated[Permit, requires("evidence.read", at=_of_feed)], session: Reading, feed: str
) -> FeedStatus:
    """来源状况: what came, what was sent back, and how late it comes."""
    return queries.status_of(session, feed)


@router.get("/issuers/{issuer_id}/feeds")
def statuses(
    _permit: Annotated[Permit, requires("evidence.read", at=_of_issuer)], session: Reading, issuer_id: str
) -> list[FeedStatus]:
    """发行主体的数据来源: how each of an issuer's feeds stands."""
    return queries.statuses(session, issuer_id)


@router.get("/evidence/aside")
def aside(
    _permit: Annotated[Permit, requires("evidence.oversee")],
    session: Reading,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[PutAside]:
    """搁置的凭证: claims on what counts for another issuer already, newest first; for overseers alone."""
    return queries.put_aside(session, limit=limit)


# ---- Certificates ----------------------------------------------------------------------------------------------------


@router.get("/evidence/certificates")
def lists(_permit: _Public, session: Reading) -> list[ImportedList]:
    """证书名录: the lists in force, who signed them, and how old they are."""
    return queries.lists_in_force(session)


@router.post("/evidence/certificates", status_code=201, openapi_extra=_TAKES_A_LIST)
def import_list(permit: _Keeps, session: Writing, document: _Sent) -> ImportedList:
    """导入证书名录: take a signed list in, whole or not at all; the same list again changes nothing."""
    found = service.import_list(session, document)
    permit.concerns(found.publisher, number=found.number, certificates=found.certificates, digest=found.digest)
    return found


@router.get("/evidence/signers")
def signers(_permit: _Public, session: Reading) -> list[Signer]:
    """名录签发密钥: the public keys whose lists are taken in, those no longer trusted included."""
    return queries.signers(session)


@router.post("/evidence/signers", status_code=201)
def trust(permit: _Keeps, session: Writing, new: NewSigner) -> Signer:
    """信任签发密钥: trust the key of a publisher of lists from now on."""
    permit.concerns(new.key_id, publisher=new.publisher)
    return service.trust_signer(session, new)


@router.post("/evidence/signers/{key_id}/end", status_code=201)
def stop_trusting(permit: _Keeps, session: Writing, key_id: str) -> Signer:
    """停止信任签发密钥: lists that were taken in stay, new ones are refused."""
    permit.concerns(key_id)
    return service.stop_trusting(session, key_id)


# ---- Ties ------------------------------------------------------------------------------------------------------------


@router.post("/evidence/ties", status_code=201)
def tie(permit: Annotated[Permit, requires("tie.note")], session: Writing, new: NewTie) -> NewTie:
    """登记关联关系: note that a consumer owns a merchant or works there; what he buys there is looked at."""
    permit.concerns(new.merchant_id, kind=new.kind.value)
    service.tie(session, new.merchant_id, new.consumer_id, new.kind, by=str(permit.actor.account_id))
    return new


@router.post("/evidence/ties/end", status_code=201)
def end_tie(permit: Annotated[Permit, requires("tie.note")], session: Writing, ended: NewTie) -> NewTie:
    """解除关联关系: note that a consumer acts for a merchant no longer."""
    permit.concerns(ended.merchant_id, ended=service.end_tie(session, ended.merchant_id, ended.consumer_id))
    return ended
