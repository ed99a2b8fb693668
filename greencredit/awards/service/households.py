"""Households: founded by an adult, joined by one's own word on an invitation, left at any time (家庭).

One belongs to one household at a time. Whoever leaves counts with it until the end of the calendar year, and joins
another one only then: a cap per household can't be had twice by moving.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards.errors import (
    HouseholdConsentWanted,
    HouseholdStillCounts,
    InHousehold,
    InvitationWrong,
    NoHousehold,
    NotHead,
)
from greencredit.awards.queries.members import household_of, present
from greencredit.awards.rules.households import counts_until
from greencredit.awards.service.direct import holders_of
from greencredit.awards.service.turns import wait_for_turn
from greencredit.awards.tables import AwardsHousehold, AwardsInvitation, AwardsStay
from greencredit.kernel.access import Actor
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.ids import base32
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.people import queries as people
from greencredit.people.rules import digest
from greencredit.schemas.awards import Household, HouseholdCode, HouseholdJoining, NewHousehold

_CODE_BYTES: Final = 10
_VALID: Final = timedelta(days=7)


def found_household(session: Session, actor: Actor, consumer_id: str, wanted: NewHousehold) -> Household:
    """Found a household of which its founder is the head.

    Raises:
        HouseholdConsentWanted: he is no adult, or somebody else speaks for him.
        InHousehold, HouseholdStillCounts: he belongs to one, or still counts with the one he left.
    """
    if not wanted.is_adult or actor.subject_id != consumer_id:
        raise HouseholdConsentWanted(wanted="an adult who speaks for himself")
    holder = _free(session, consumer_id, None)
    household = AwardsHousehold(founded_at=now(session))
    session.add(household)
    session.flush()
    return _stay(session, consumer_id, holder, household.id, is_adult=True, by_guardian=False)


def invite(session: Session, consumer_id: str) -> HouseholdCode:
    """Give the head a code for one person who is to join.

    Raises:
        NoHousehold: he belongs to none. NotHead: another member has been there longer.
    """
    household = household_of(session, consumer_id)
    if household is None:
        raise NoHousehold
    if not household.is_head:
        raise NotHead
    code = base32(session.info["entropy"](_CODE_BYTES))
    at = now(session)
    session.add(
        AwardsInvitation(
            code_digest=_digest(session, code),
            household_id=household.household_id,
            made_at=at,
            expires_at=at + _VALID,
            used_at=None,
        )
    )
    session.flush()
    return HouseholdCode(code=code, expires_at=at + _VALID)


def join_household(session: Session, actor: Actor, consumer_id: str, joining: HouseholdJoining) -> Household:
    """Let somebody join because he agreed, or for a child his guardian.

    Raises:
        HouseholdConsentWanted: an adult agrees himself, a child's guardian for the child.
        InvitationWrong: no head gave this code, or it was used, or its time is over.
        InHousehold, HouseholdStillCounts: he belongs to one, or still counts with the one he left.
    """
    himself = actor.subject_id == consumer_id
    if joining.is_adult != himself:
        raise HouseholdConsentWanted(wanted="an adult who speaks for himself, or a guardian for a child")
    people.consumer(session, consumer_id)
    invitation = session.get(AwardsInvitation, _digest(session, joining.code), with_for_update=True)
    at = now(session)
    if invitation is None or invitation.used_at is not None or invitation.expires_at <= at:
        raise InvitationWrong
    if not _is_lived_in(session, invitation.household_id):
        raise InvitationWrong
    holder = _free(session, consumer_id, invitation.household_id)
    invitation.used_at = at
    return _stay(
        session,
        consumer_id,
        holder,
        invitation.household_id,
        is_adult=joining.is_adult,
        by_guardian=not himself,
    )


def leave_household(session: Session, consumer_id: str) -> None:
    """Let somebody leave, without a reason; with the last adult the household ends for all.

    Raises:
        NoHousehold: he belongs to none.
    """
    if not forget_household(session, consumer_id):
        raise NoHousehold


def forget_household(session: Session, consumer_id: str) -> bool:
    """End somebody's stay, if there is one; who he was is known to the ledger alone, and erased there."""
    wait_for_turn(session, "households")
    try:
        row = present(session, ledger.holder_number(session, consumer_id))
    except NoSuchHolder:
        return False
    if row is None:
        return False
    at = now(session)
    left = [row]
    if not _is_lived_in(session, row.household_id, without=row.holder):
        others = select(AwardsStay).where(AwardsStay.household_id == row.household_id, AwardsStay.ended_at.is_(None))
        left = list(session.scalars(others))
    for one in left:
        one.ended_on, one.ended_at = civil_date(at), at
    session.flush()
    return True


def _free(session: Session, consumer_id: str, household_id: int | None) -> int:
    """Give the number of somebody who may join; whoever joins at the same time waits.

    The number first, for it may take the ledger's head, as an erasure does before it ends a stay.
    """
    holder = holders_of(session, {consumer_id})[people.consumer(session, consumer_id).id]
    wait_for_turn(session, "households")
    rows = session.scalars(select(AwardsStay).where(AwardsStay.holder == holder)).all()
    today = civil_date(now(session))
    for row in rows:
        if row.ended_at is None:
            raise InHousehold
        until = counts_until(row.ended_on)
        if until is not None and until > today and row.household_id != household_id:
            raise HouseholdStillCounts(until=until)
    return holder


def _is_lived_in(session: Session, household_id: int, *, without: int = 0) -> bool:
    """Tell whether an adult is there."""
    there = AwardsStay.household_id == household_id, AwardsStay.ended_at.is_(None), AwardsStay.is_adult.in_([True])
    return bool(session.scalar(select(func.count()).where(*there, AwardsStay.holder != without)))


def _stay(
    session: Session, consumer_id: str, holder: int, household_id: int, *, is_adult: bool, by_guardian: bool
) -> Household:
    at = now(session)
    session.add(
        AwardsStay(
            household_id=household_id,
            holder=holder,
            is_adult=is_adult,
            by_guardian=by_guardian,
            since=civil_date(at),
            joined_at=at,
            ended_on=None,
            ended_at=None,
        )
    )
    session.flush()
    found = household_of(session, consumer_id)
    assert found is not None, "he joined a line ago"
    return found


def _digest(session: Session, code: str) -> bytes:
    return digest(session.info["keys"].for_purpose("awards.invitation"), code.strip().lower())
