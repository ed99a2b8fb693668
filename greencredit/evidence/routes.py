"""Evidence over HTTP: what became of a file, and the lines that were sent back."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from greencredit.evidence import queries
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope
from greencredit.kernel.http import Permit, Reading, number_in, requires
from greencredit.schemas.evidence import Batch, RejectLine

router = APIRouter(prefix="/evidence", tags=["evidence 凭证"])


def _of_batch(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(
        issuers.issuer(session, queries.issuer_of_batch(session, number_in(parameters, "batch_id")))
    )


_OfBatch = Annotated[Permit, requires("evidence.read", at=_of_batch)]


@router.get("/batches/{batch_id}")
def batch(_permit: _OfBatch, session: Reading, batch_id: int) -> Batch:
    """批次: how much of a file was read, and what was sent back."""
    return queries.batch(session, batch_id)


@router.get("/batches/{batch_id}/rejects")
def rejects(
    _permit: _OfBatch,
    session: Reading,
    batch_id: int,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[RejectLine]:
    """退回明细: the lines sent back, by line; `after` is the last line of the page before."""
    return queries.rejects(session, batch_id, after=after, limit=limit)
