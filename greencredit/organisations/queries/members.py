"""Who belongs to which unit, since when and until when."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from greencredit.organisations.errors import UnknownMembership
from greencredit.organisations.tables import MembershipRow
from greencredit.people import queries as people
from greencredit.schemas.organisations import AgeBand, Membership, RosterLine


def membership(session: Session, membership_id: str) -> Membership:
    """Give a membership, or refuse an id that nobody has."""
    row = session.get(MembershipRow, membership_id)
    if row is None:
        raise UnknownMembership(membership_id)
    return shape_of(row)


def memberships_of(session: Session, consumer_id: str) -> list[Membership]:
    """List every membership a person ever had, oldest first."""
    rows = session.scalars(
        select(MembershipRow)
        .where(MembershipRow.consumer_id == consumer_id)
        .order_by(MembershipRow.joined_at, MembershipRow.id)
    )
    return [shape_of(row) for row in rows]


def roster(session: Session, unit_id: str) -> list[RosterLine]:
    """List who belongs to this very unit today, by name; a unit's names are for whoever keeps it."""
    rows = session.scalars(
        select(MembershipRow).where(MembershipRow.unit_id == unit_id, MembershipRow.left_at.is_(None))
    ).all()
    names = people.consumers(session, [row.consumer_id for row in rows])
    lines = [
        RosterLine(
            membership_id=row.id,
            consumer_id=row.consumer_id,
            display_name=names[row.consumer_id].display_name,
            since=row.since,
        )
        for row in rows
        if row.consumer_id in names
    ]
    return sorted(lines, key=lambda line: (line.display_name, line.consumer_id))


class Belonging(NamedTuple):
    """Who belonged to which unit, and when: as little of a membership as adding up takes."""

    unit_id: str
    consumer_id: str
    since: date
    until: date | None


def stays_of(session: Session, organisation_id: str, since: date, until: date) -> list[Belonging]:
    """List who belonged to an organisation in these days; there may be a hundred thousand."""
    rows = session.execute(
        select(MembershipRow.unit_id, MembershipRow.consumer_id, MembershipRow.since, MembershipRow.until)
        .where(
            MembershipRow.organisation_id == organisation_id,
            MembershipRow.since < until,
            or_(MembershipRow.until.is_(None), MembershipRow.until > since),
            or_(MembershipRow.until.is_(None), MembershipRow.until > MembershipRow.since),
        )
        .order_by(MembershipRow.unit_id, MembershipRow.id)
    )
    return [Belonging(*row) for row in rows]


def shape_of(row: MembershipRow) -> Membership:
    """Give the shape of a membership's row."""
    return Membership(
        membership_id=row.id,
        organisation_id=row.organisation_id,
        unit_id=row.unit_id,
        consumer_id=row.consumer_id,
        since=row.since,
        until=row.until,
        age=AgeBand(row.age),
        by_guardian=row.by_guardian,
        agreed_by=row.agreed_by,
        notice_version=row.notice_version,
        joined_at=row.joined_at,
        left_at=row.left_at,
    )
