"""Doors of accounts of enterprises under a filed scheme (企业积分账户), and of shortages given up (免追)."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

from greencredit.awards import service
from greencredit.kernel.access import ScopeKind, serving
from greencredit.kernel.bare import Key
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Posting, of, posts
from greencredit.schemas.awards import AllotmentOrder, FundingOrder, PassingOrder, WaiverOrder, WithdrawalOrder
from greencredit.schemas.ledger import Moved, Posted, Reason

router = Doors(tags=["awards 积分发放"])

_AT_ISSUER: Final = of(ScopeKind.ISSUER, "issuer_id")
_Funds = Annotated[Posting, posts("enterprise.fund", at=_AT_ISSUER)]
_Gives = Annotated[Posting, posts("enterprise.give", at=_AT_ISSUER)]
_Waives = Annotated[Posting, posts("shortage.waive", at=_AT_ISSUER)]

_Order = FundingOrder | AllotmentOrder | PassingOrder | WithdrawalOrder | WaiverOrder


async def _moved(posting: Posting, issuer_id: str, order: _Order, key: str) -> Moved:
    office = next((grant.role.value for grant in serving(posting.actor, posting.action)), None)
    reason = Reason(str(posting.actor.account_id), order.reason, order.document, office=office)
    wish = service.OfIssuer(issuer_id, order, reason, key)
    posted: Posted = await posting.submit(service.carry_out_each, wish, concerns=_of_issuer(issuer_id))
    return Moved(event_id=posted.event_id, repeated=posted.repeated)


def _of_issuer(issuer_id: str) -> Callable[[Posted], tuple[str, Mapping[str, object]]]:
    def concerns(posted: Posted) -> tuple[str, Mapping[str, object]]:
        return issuer_id, {"event": posted.event_id, "repeated": posted.repeated}

    return concerns


@router.post("/issuers/{issuer_id}/enterprise/funding", status_code=201)
async def fund(posting: _Funds, issuer_id: str, order: FundingOrder, idempotency_key: Key) -> Moved:
    """企业注入: give an enterprise's account credits, as far as the filing in force allows for a month."""
    return await _moved(posting, issuer_id, order, idempotency_key)


@router.post("/issuers/{issuer_id}/enterprise/allotments", status_code=201)
async def allot(posting: _Gives, issuer_id: str, order: AllotmentOrder, idempotency_key: Key) -> Moved:
    """企业发放: give a person credits from an enterprise's account."""
    return await _moved(posting, issuer_id, order, idempotency_key)


@router.post("/issuers/{issuer_id}/enterprise/passes", status_code=201)
async def pass_on(posting: _Gives, issuer_id: str, order: PassingOrder, idempotency_key: Key) -> Moved:
    """企业间划拨: give another enterprise credits from an enterprise's account, where the filing allows it."""
    return await _moved(posting, issuer_id, order, idempotency_key)


@router.post("/issuers/{issuer_id}/enterprise/withdrawals", status_code=201)
async def withdraw(posting: _Funds, issuer_id: str, order: WithdrawalOrder, idempotency_key: Key) -> Moved:
    """企业注入冲正: take back what an enterprise's account still has of one funding."""
    return await _moved(posting, issuer_id, order, idempotency_key)


@router.post("/issuers/{issuer_id}/waivers", status_code=201)
async def waive(posting: _Waives, issuer_id: str, order: WaiverOrder, idempotency_key: Key) -> Moved:
    """免追: give up what a holder owes of a series of this issuer, whole or in part."""
    return await _moved(posting, issuer_id, order, idempotency_key)
