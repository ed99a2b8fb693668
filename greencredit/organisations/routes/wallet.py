"""Doors of an enterprise's own account (企业积分账户): its statement, awards to staff and to partners."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query

from greencredit.kernel.access import serving
from greencredit.kernel.bare import Key
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Posting, Reading, posts, requires
from greencredit.organisations import queries, service
from greencredit.organisations.routes.keeping import of_organisation
from greencredit.schemas.ledger import Moved, Posted, Reason
from greencredit.schemas.organisations import PartnerAward, StaffAward, WalletStatement

router = Doors(tags=["organisations 组织与成员"])

_Reads = Annotated[Permit, requires("wallet.read", at=of_organisation)]
_Gives = Annotated[Posting, posts("wallet.give", at=of_organisation)]


@router.get("/organisations/{organisation_id}/account")
def statement(
    _permit: _Reads,
    session: Reading,
    organisation_id: str,
    before: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> WalletStatement:
    """企业积分对账单: give what an enterprise has, what came in and where it went."""
    return queries.statement(session, organisation_id, before=before, limit=limit)


@router.post("/organisations/{organisation_id}/staff-awards", status_code=201)
async def reward(posting: _Gives, organisation_id: str, order: StaffAward, idempotency_key: Key) -> Moved:
    """员工激励: give somebody who belongs to the enterprise credits from its account."""
    return await _given(posting, organisation_id, order, idempotency_key)


@router.post("/organisations/{organisation_id}/partner-awards", status_code=201)
async def partner(posting: _Gives, organisation_id: str, order: PartnerAward, idempotency_key: Key) -> Moved:
    """企业间激励: give another enterprise credits from the account, where the filing allows it; nothing is paid."""
    return await _given(posting, organisation_id, order, idempotency_key)


async def _given(posting: Posting, organisation_id: str, order: StaffAward | PartnerAward, key: str) -> Moved:
    office = next((grant.role.value for grant in serving(posting.actor, posting.action)), None)
    reason = Reason(str(posting.actor.account_id), order.reason, order.document, office=office)

    def concerns(posted: Posted) -> tuple[str, Mapping[str, object]]:
        return organisation_id, {"event": posted.event_id, "repeated": posted.repeated}

    wish = service.OfEnterprise(organisation_id, order, reason, key)
    posted: Posted = await posting.submit(service.give_each, wish, concerns=concerns)
    return Moved(event_id=posted.event_id, repeated=posted.repeated)
