"""Reads of members: with which household a holder's day counts, and which level an issuer had given him."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from greencredit.awards.rules.households import FIRST_HOUSEHOLD, Households, Stay, counts_until
from greencredit.awards.tables import AwardsLevel, AwardsStay
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.schemas.awards import Household, IssuersLevel, LevelLine

_AT_ONCE = 10_000


class Levels:
    """The levels that one issuer gave some holders, by day."""

    def __init__(self, rows: Iterable[tuple[int, int, date, str]] = ()) -> None:
        """Order rows of holder, number, first day, level; of one day the later row holds."""
        by_holder: defaultdict[int, dict[date, str]] = defaultdict(dict)
        for holder, _, since, level in sorted(rows):
            # What is set later ends what was to begin after it.
            known = by_holder[holder]
            for day in [day for day in known if day > since]:
                del known[day]
            known[since] = level
        self._by_holder = {holder: sorted(known.items()) for holder, known in by_holder.items()}

    def of(self, holder: int, on: date) -> str:
        """Give a holder's level on a day; empty: none."""
        known = self._by_holder.get(holder)
        if known is None:
            return ""
        place = bisect_right(known, on, key=lambda one: one[0])
        return known[place - 1][1] if place else ""


def households(session: Session, holders: Collection[int], *, at: datetime | None = None) -> Households:
    """Give the households of some holders with all who ever counted with them, as they were known at an instant."""
    own = _stays(session, AwardsStay.holder, holders)
    numbers = {one.household_id for one in own}
    return Households(
        Stay(FIRST_HOUSEHOLD + row.household_id, row.holder, row.since, counts_until(_end(row, at)))
        for row in _stays(session, AwardsStay.household_id, numbers)
        if at is None or row.joined_at <= at
    )


def _end(row: AwardsStay, at: datetime | None) -> date | None:
    known = row.ended_at is not None and (at is None or row.ended_at <= at)
    return row.ended_on if known else None


def _stays(session: Session, column: InstrumentedAttribute[int], wanted: Collection[int]) -> list[AwardsStay]:
    listed = sorted(wanted)
    found: list[AwardsStay] = []
    for first in range(0, len(listed), _AT_ONCE):
        found += session.scalars(select(AwardsStay).where(column.in_(listed[first : first + _AT_ONCE])))
    return sorted(found, key=lambda row: row.id)


def levels(session: Session, issuer_id: str, holders: Collection[int], *, at: datetime | None = None) -> Levels:
    """Give the levels that an issuer gave some holders, as they were known at an instant."""
    listed = sorted(holders)
    found: list[tuple[int, int, date, str]] = []
    for first in range(0, len(listed), _AT_ONCE):
        statement = select(AwardsLevel.holder, AwardsLevel.number, AwardsLevel.since, AwardsLevel.level).where(
            AwardsLevel.issuer_id == issuer_id, AwardsLevel.holder.in_(listed[first : first + _AT_ONCE])
        )
        if at is not None:
            statement = statement.where(AwardsLevel.set_at <= at)
        found += [(holder, number, since, level) for holder, number, since, level in session.execute(statement)]
    return Levels(found)


def levels_of(session: Session, issuer_id: str, consumer_id: str) -> tuple[LevelLine, ...]:
    """List the levels that an issuer ever gave somebody, oldest first."""
    try:
        holder = ledger.holder_number(session, consumer_id)
    except NoSuchHolder:
        return ()
    rows = session.scalars(
        select(AwardsLevel)
        .where(AwardsLevel.issuer_id == issuer_id, AwardsLevel.holder == holder)
        .order_by(AwardsLevel.number)
    )
    return tuple(LevelLine(level=row.level, since=row.since, set_at=row.set_at) for row in rows)


def every_level_of(session: Session, consumer_id: str) -> tuple[IssuersLevel, ...]:
    """List the levels that any issuer ever gave somebody, by issuer, oldest first."""
    try:
        holder = ledger.holder_number(session, consumer_id)
    except NoSuchHolder:
        return ()
    rows = session.scalars(
        select(AwardsLevel).where(AwardsLevel.holder == holder).order_by(AwardsLevel.issuer_id, AwardsLevel.number)
    )
    return tuple(
        IssuersLevel(issuer_id=row.issuer_id, level=row.level, since=row.since, set_at=row.set_at) for row in rows
    )


def household_of(session: Session, consumer_id: str) -> Household | None:
    """Give the household to which somebody belongs; none: he is one of his own."""
    try:
        holder = ledger.holder_number(session, consumer_id)
    except NoSuchHolder:
        return None
    row = present(session, holder)
    if row is None:
        return None
    there = session.scalars(
        select(AwardsStay)
        .where(AwardsStay.household_id == row.household_id, AwardsStay.ended_at.is_(None))
        .order_by(AwardsStay.id)
    ).all()
    head = next((one.holder for one in there if one.is_adult), None)
    return Household(household_id=row.household_id, since=row.since, members=len(there), is_head=head == holder)


def present(session: Session, holder: int) -> AwardsStay | None:
    """Give somebody's stay in a household now."""
    statement = select(AwardsStay).where(AwardsStay.holder == holder, AwardsStay.ended_at.is_(None))
    return session.scalars(statement).one_or_none()
