"""Doors of members and guardians: the notice, joining, leaving, one's memberships and the figures of one's unit."""

from datetime import date
from typing import Annotated

from greencredit.kernel.access import ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, of, requires
from greencredit.organisations import queries, service
from greencredit.organisations.errors import UnknownMembership
from greencredit.schemas.organisations import Joining, JoinNotice, Membership, UnitFacts
from greencredit.schemas.values import Period

router = Doors(tags=["organisations 组织与成员"])

_HIMSELF = of(ScopeKind.CONSUMER, "consumer_id")
_Reads = Annotated[Permit, requires("membership.read", at=_HIMSELF)]
_Chooses = Annotated[Permit, requires("membership.choose", at=_HIMSELF)]


@router.get("/membership-notice", dependencies=[requires("public.read")])
def notice() -> JoinNotice:
    """加入告知书: give what whoever joins agrees to."""
    return queries.notice()


@router.get("/consumers/{consumer_id}/memberships")
def memberships(permit: _Reads, session: Reading, consumer_id: str) -> list[Membership]:
    """我的组织: list to what a person belongs and belonged."""
    permit.concerns(consumer_id)
    return queries.memberships_of(session, consumer_id)


@router.post("/consumers/{consumer_id}/memberships", status_code=201)
def join(permit: _Chooses, session: Writing, consumer_id: str, joining: Joining) -> Membership:
    """加入组织: belong to the unit whose code one was handed; a guardian joins for a child under 14."""
    joined = service.join(session, permit.actor, consumer_id, joining)
    permit.concerns(consumer_id, membership=joined.membership_id, guardian=joined.by_guardian)
    return joined


@router.delete("/consumers/{consumer_id}/memberships/{membership_id}")
def leave(permit: _Chooses, session: Writing, consumer_id: str, membership_id: str) -> Membership:
    """退出组织: leave at any time, without a reason."""
    left = service.leave(session, consumer_id, membership_id)
    permit.concerns(consumer_id, membership=membership_id)
    return left


@router.get("/consumers/{consumer_id}/memberships/{membership_id}/figures")
def own_unit(
    permit: _Reads, session: Reading, consumer_id: str, membership_id: str, since: date, until: date
) -> UnitFacts:
    """本单元数据: give what was published of the unit one belongs to or belonged."""
    membership = queries.membership(session, membership_id)
    if membership.consumer_id != consumer_id:
        raise UnknownMembership(membership_id)
    permit.concerns(consumer_id, membership=membership_id)
    return queries.unit_facts(session, membership.unit_id, Period(since=since, until=until))
