"""Personal data over HTTP: the copy of one's own, what an erasure takes, and the erasure."""

from typing import Annotated

from greencredit.kernel.access import ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, of, requires
from greencredit.privacy import queries, service
from greencredit.schemas.privacy import BeforeErasure, Erased, Erasure, PersonalCopy

router = Doors(tags=["privacy 个人信息"])

_Copies = Annotated[Permit, requires("personal.copy", at=of(ScopeKind.CONSUMER, "consumer_id"))]
_Erases = Annotated[Permit, requires("personal.erase", at=of(ScopeKind.CONSUMER, "consumer_id"))]


@router.get("/consumers/{consumer_id}/personal-data")
def personal_data(_permit: _Copies, session: Reading, consumer_id: str) -> PersonalCopy:
    """个人信息副本: everything that is kept about a person, contacts in full."""
    return queries.copy_of(session, consumer_id)


@router.get("/consumers/{consumer_id}/erasure")
def before_erasure(_permit: _Copies, session: Reading, consumer_id: str) -> BeforeErasure:
    """注销前须知: what an erasure would take; its `credits` are what the erasure itself must name."""
    return queries.before_erasure(session, consumer_id)


@router.post("/consumers/{consumer_id}/erasure")
def erase(permit: _Erases, session: Writing, consumer_id: str, wanted: Erasure) -> Erased:
    """注销: forget a person in every room at once; there is no way back."""
    erased = service.erase(session, consumer_id, wanted)
    permit.concerns(consumer_id, credits=erased.credits_given_up)
    return erased
