"""An enterprise rewards its staff and its partners from its own account, as far as the filing in force provides."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from greencredit.awards import service as awards
from greencredit.kernel.errors import Refusal
from greencredit.organisations import queries
from greencredit.organisations.errors import Closed, NotAMember, NotAnEnterprise
from greencredit.schemas.awards import AllotmentOrder, PassingOrder
from greencredit.schemas.ledger import Posted, Reason
from greencredit.schemas.organisations import PartnerAward, StaffAward


class OfEnterprise(NamedTuple):
    """What somebody of an enterprise orders, and under which key."""

    organisation_id: str
    order: StaffAward | PartnerAward
    reason: Reason
    token: str


def give_each(session: Session, wishes: Sequence[OfEnterprise]) -> list[Posted | Refusal]:
    """Carry orders of enterprises out, each for itself: the batch verb of the writer."""
    return [_given_or_refused(session, wish) for wish in wishes]


def _given_or_refused(session: Session, wish: OfEnterprise) -> Posted | Refusal:
    try:
        order = _order(session, wish)
    except Refusal as refusal:
        return refusal
    # An issuer's own orders are posted under the same name: a key of the enterprise's never meets one of them.
    token = f"{wish.token}/{wish.organisation_id}"
    (outcome,) = awards.carry_out_each(session, [awards.OfIssuer(wish.order.issuer_id, order, wish.reason, token)])
    return outcome


def _order(session: Session, wish: OfEnterprise) -> AllotmentOrder | PassingOrder:
    """Give the order as the filing knows it; credits go to somebody who belongs to the enterprise, or to another one.

    Raises:
        NotAnEnterprise, Closed: the organisation has no account, or none any more.
        NotAMember: the person does not belong to it today.
    """
    whole = queries.organisation(session, wish.organisation_id)
    if whole.enterprise_id is None:
        raise NotAnEnterprise(whole.organisation_id, found=whole.kind)
    if whole.closed_at is not None:
        raise Closed(whole.organisation_id)
    order, told = wish.order, {"reason": wish.order.reason, "document": wish.order.document}
    if isinstance(order, PartnerAward):
        return PassingOrder(giver=whole.enterprise_id, receiver=order.receiver, credits=order.credits, **told)
    of_person = queries.memberships_of(session, order.consumer)
    if not any(one.organisation_id == whole.organisation_id and one.left_at is None for one in of_person):
        raise NotAMember(order.consumer, whole.organisation_id)
    return AllotmentOrder(enterprise=whole.enterprise_id, consumer=order.consumer, credits=order.credits, **told)
