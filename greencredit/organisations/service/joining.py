"""People join a unit by their own consent, a child by a guardian's; they leave at any time, and are forgotten."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Role, Scope, ScopeKind, serving
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.ids import base32, new_id
from greencredit.organisations import queries, rules
from greencredit.organisations.errors import Closed, MemberAlready, UnknownMembership, WrongJoinCode
from greencredit.organisations.tables import MembershipRow, OrganisationRow, UnitRow
from greencredit.people import queries as people_queries
from greencredit.people import service as people
from greencredit.people.rules import digest
from greencredit.schemas.organisations import JoinCode, Joining, Membership

_CODE_BYTES: Final = 10
_CHOOSING: Final = "membership.choose"


def invite(session: Session, unit_id: str) -> JoinCode:
    """Give a unit a new code to hand to those who belong to it; the one before ends.

    Without one anybody could join, also to learn by his own numbers those of the few others.

    Raises:
        Closed: the unit was closed.
    """
    row = session.get(UnitRow, queries.unit(session, unit_id).unit_id)
    assert row is not None, "it was there a line ago"
    if row.closed_at is not None:
        raise Closed(unit_id)
    code = base32(session.info["entropy"](_CODE_BYTES))
    row.join_digest = _digest(session, code)
    session.flush()
    return JoinCode(unit_id=unit_id, code=code)


def join(session: Session, actor: Actor, consumer_id: str, joining: Joining) -> Membership:
    """Let a person belong to the unit whose code was handed out, from today, because he or his guardian agreed.

    Raises:
        WrongJoinCode: no open unit hands out this code.
        NoticeOutdated, GuardianWanted, OwnConsentWanted: nobody agreed who could, or not to what is in force.
        MemberAlready: he belongs to a unit of this organisation.
    """
    people_queries.consumer(session, consumer_id)
    unit = session.scalars(
        select(UnitRow).where(UnitRow.join_digest == _digest(session, joining.code), UnitRow.closed_at.is_(None))
    ).one_or_none()
    if unit is None:
        raise WrongJoinCode
    notice = queries.notice()
    by_guardian = _is_guardian(actor, consumer_id)
    rules.require_consent(
        joining, for_children=unit.for_children, by_guardian=by_guardian, notice_version=notice.version
    )
    _require_apart(session, unit.organisation_id, consumer_id)
    at = now(session)
    row = MembershipRow(
        id=new_id(session, "mbr", at),
        organisation_id=unit.organisation_id,
        unit_id=unit.id,
        consumer_id=consumer_id,
        since=civil_date(at),
        until=None,
        age=joining.age.value,
        by_guardian=by_guardian,
        agreed_by=str(actor.account_id),
        notice_version=notice.version,
        joined_at=at,
        left_at=None,
    )
    session.add(row)
    people.give_consent(session, consumer_id, unit.organisation_id, version=notice.version)
    session.flush()
    return queries.membership(session, row.id)


def _is_guardian(actor: Actor, consumer_id: str) -> bool:
    """Tell whether somebody acts for a child of his, and not for himself."""
    child = Scope(ScopeKind.CONSUMER, consumer_id)
    return actor.subject_id != consumer_id and any(
        grant.role is Role.GUARDIAN and grant.scope == child for grant in serving(actor, _CHOOSING)
    )


def _require_apart(session: Session, organisation_id: str, consumer_id: str) -> None:
    """Refuse a second unit; two who join at once wait for each other at the organisation."""
    session.execute(select(OrganisationRow.id).where(OrganisationRow.id == organisation_id).with_for_update())
    there = session.scalars(
        select(MembershipRow.unit_id).where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.consumer_id == consumer_id,
            MembershipRow.left_at.is_(None),
        )
    ).one_or_none()
    if there is not None:
        raise MemberAlready(consumer_id, unit_id=there)


def leave(session: Session, consumer_id: str, membership_id: str) -> Membership:
    """Let a person leave, from today, without a reason; leaving again changes nothing.

    Raises:
        UnknownMembership: this person has no such membership.
    """
    if queries.membership(session, membership_id).consumer_id != consumer_id:
        raise UnknownMembership(membership_id)
    return end(session, membership_id)


def end(session: Session, membership_id: str) -> Membership:
    """End a membership, by whoever keeps the unit: somebody moved away, or joined by mistake."""
    queries.membership(session, membership_id)
    _end(session, [session.get_one(MembershipRow, membership_id)])
    return queries.membership(session, membership_id)


def end_all(session: Session, unit_ids: Sequence[str]) -> None:
    """End every membership of units that are closed."""
    rows = session.scalars(
        select(MembershipRow).where(MembershipRow.unit_id.in_(unit_ids), MembershipRow.left_at.is_(None))
    )
    _end(session, list(rows))


def _end(session: Session, rows: Sequence[MembershipRow]) -> None:
    at = now(session)
    for row in rows:
        if row.left_at is None:
            row.left_at, row.until = at, civil_date(at)
            people.withdraw_consent(session, row.consumer_id, row.organisation_id)
    session.flush()


def forget(session: Session, consumer_id: str) -> int:
    """Forget to what a person belonged, so that nothing leads to him; gives how many memberships there were.

    Sums that were published keep: they are of ten people at least, and nobody can be taken out of them again.
    """
    ids = session.scalars(select(MembershipRow.id).where(MembershipRow.consumer_id == consumer_id)).all()
    session.execute(delete(MembershipRow).where(MembershipRow.id.in_(ids)))
    return len(ids)


def _digest(session: Session, code: str) -> bytes:
    return digest(session.info["keys"].for_purpose("organisations.join"), code.strip().lower())
