"""The ledger over HTTP: what a holder has, how it got there, and the audit."""

from typing import Annotated

from fastapi import APIRouter, Query

from greencredit.kernel.access import ScopeKind
from greencredit.kernel.http import Permit, Reading, of, requires
from greencredit.ledger import queries
from greencredit.schemas.ledger import Finding, Movement, SeriesBalance

router = APIRouter(tags=["ledger 积分账本"])

_OfConsumer = Annotated[Permit, requires("consumer.read", at=of(ScopeKind.CONSUMER, "consumer_id"))]


@router.get("/consumers/{consumer_id}/balances")
def balances(_permit: _OfConsumer, session: Reading, consumer_id: str) -> list[SeriesBalance]:
    """积分余额: what a holder has, by series, in the order in which it would be spent."""
    return queries.balances_of(session, consumer_id)


@router.get("/consumers/{consumer_id}/movements")
def movements(
    _permit: _OfConsumer,
    session: Reading,
    consumer_id: str,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> list[Movement]:
    """积分明细: a holder's movements, newest first; `before` is the last event of the page before."""
    return queries.movements_of(session, consumer_id, before=before, limit=limit)


@router.get("/ledger/audit")
def audit(_permit: Annotated[Permit, requires("ledger.audit")], session: Reading) -> list[Finding]:
    """账本审计: rebuild everything from events; every invariant answers by name."""
    return queries.audit(session)
