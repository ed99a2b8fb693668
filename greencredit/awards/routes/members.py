"""Households and member levels over HTTP: what caps per household and rules on levels look at."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Body, status
from pydantic import Field
from sqlalchemy.orm import Session

from greencredit.awards import queries, service
from greencredit.awards.errors import NoHousehold
from greencredit.issuers import queries as issuers
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.doors import Doors
from greencredit.kernel.http import Permit, Reading, Writing, of, requires
from greencredit.people import queries as people
from greencredit.schemas.awards import (
    Household,
    HouseholdCode,
    HouseholdJoining,
    LevelLine,
    LevelSet,
    LevelsSet,
    NewHousehold,
)

router = Doors(tags=["awards"])

_MOST = 10_000


def _of_issuer(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    return issuers.scopes_of(issuers.issuer(session, str(parameters["issuer_id"])))


_HIMSELF = of(ScopeKind.CONSUMER, "consumer_id")
_Reads = Annotated[Permit, requires("membership.read", at=_HIMSELF)]
_Chooses = Annotated[Permit, requires("membership.choose", at=_HIMSELF)]
_Sets = Annotated[Permit, requires("level.set", at=_of_issuer)]
_Sees = Annotated[Permit, requires("level.read", at=_of_issuer)]


@router.get("/consumers/{consumer_id}/household")
def household(permit: _Reads, session: Reading, consumer_id: str) -> Household:
    """家庭: the household whose caps a person shares; of the others it tells only how many they are."""
    permit.concerns(consumer_id)
    found = queries.household_of(session, consumer_id)
    if found is None:
        raise NoHousehold
    return found


@router.post("/consumers/{consumer_id}/household", status_code=status.HTTP_201_CREATED)
def found(permit: _Chooses, session: Writing, consumer_id: str, wanted: NewHousehold) -> Household:
    """建立家庭: found a household; an adult does, for himself."""
    made = service.found_household(session, permit.actor, consumer_id, wanted)
    permit.concerns(consumer_id, household=made.household_id)
    return made


@router.post("/consumers/{consumer_id}/household/invitations", status_code=status.HTTP_201_CREATED)
def invite(permit: _Chooses, session: Writing, consumer_id: str) -> HouseholdCode:
    """邀请家人: a code for one person, shown once; the head of the household gives it."""
    permit.concerns(consumer_id)
    return service.invite(session, consumer_id)


@router.post("/consumers/{consumer_id}/household/membership", status_code=status.HTTP_201_CREATED)
def join(permit: _Chooses, session: Writing, consumer_id: str, joining: HouseholdJoining) -> Household:
    """加入家庭: join with a code, by one's own word; a guardian joins for his child."""
    joined = service.join_household(session, permit.actor, consumer_id, joining)
    permit.concerns(consumer_id, household=joined.household_id)
    return joined


@router.delete("/consumers/{consumer_id}/household/membership", status_code=status.HTTP_204_NO_CONTENT)
def leave(permit: _Chooses, session: Writing, consumer_id: str) -> None:
    """退出家庭: leave, without a reason; the year's caps still count together."""
    permit.concerns(consumer_id)
    service.leave_household(session, consumer_id)


@router.post("/issuers/{issuer_id}/levels")
def set_levels(
    permit: _Sets,
    session: Writing,
    issuer_id: str,
    wanted: Annotated[list[LevelSet], Field(min_length=1, max_length=_MOST)],
) -> LevelsSet:
    """会员等级: set the levels of the issuer's own members, from today or a later day on."""
    told = service.set_levels(session, issuer_id, wanted, by=permit.actor.account_id or permit.actor.via.value)
    permit.concerns(issuer_id, set=told.set, unknown=len(told.unknown))
    return told


@router.post("/issuers/{issuer_id}/levels/look-up")
def levels(
    _permit: _Sees,
    session: Reading,
    issuer_id: str,
    card: Annotated[str, Body(embed=True, min_length=1, max_length=200)],
) -> tuple[LevelLine, ...]:
    """会员等级记录: the levels a member ever had, by his card, which stands in no address; unknown: none."""
    consumers = people.consumers_by_card(session, issuer_id, [card])
    return queries.levels_of(session, issuer_id, consumers[card]) if consumers else ()
