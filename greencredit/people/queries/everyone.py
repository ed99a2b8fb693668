"""Reads of people for whoever goes through many: the next consumers by id, who is registered, the guardians of one."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Role, ScopeKind
from greencredit.kernel.clock import now
from greencredit.kernel.driver import driver
from greencredit.people.tables import PeopleConsumer, PeopleGrant

ERASED_NAME: Final = ""
"""What stands for the name of somebody who was erased."""
_ASKED_AT_ONCE: Final = 10_000


def consumer_ids_after(session: Session, after: str, limit: int) -> list[str]:
    """List so many consumers behind an id, by id; erased ones are left out."""
    there = (PeopleConsumer.display_name != ERASED_NAME, PeopleConsumer.id > after)
    return list(session.scalars(select(PeopleConsumer.id).where(*there).order_by(PeopleConsumer.id).limit(limit)))


def registered(session: Session, consumer_ids: Collection[str]) -> set[str]:
    """Tell which of these ids are consumers who were not erased; by the driver, because batches of awards ask."""
    session.flush()
    wanted, found = list(consumer_ids), set[str]()
    for begin in range(0, len(wanted), _ASKED_AT_ONCE):
        some = wanted[begin : begin + _ASKED_AT_ONCE]
        marks = ", ".join("?" * len(some))
        statement = f"SELECT id FROM people_consumer WHERE id IN ({marks}) AND display_name <> ?"  # noqa: S608 - places
        found.update(row[0] for row in driver(session).rows(statement, (*some, ERASED_NAME)))
    return found


def guardians_of(session: Session, consumer_id: str) -> list[str]:
    """List the accounts that are a person's guardians today (监护人); a grown person has none."""
    at = now(session)
    return list(
        session.scalars(
            select(PeopleGrant.account_id)
            .where(
                PeopleGrant.scope_kind == ScopeKind.CONSUMER.value,
                PeopleGrant.scope_id == consumer_id,
                PeopleGrant.role == Role.GUARDIAN.value,
                PeopleGrant.revoked_at.is_(None),
                PeopleGrant.since <= at,
                or_(PeopleGrant.until.is_(None), PeopleGrant.until > at),
            )
            .distinct()
            .order_by(PeopleGrant.account_id)
        )
    )


def consumers_of_accounts(session: Session, account_ids: Collection[str]) -> list[str]:
    """List the consumers that these accounts stand for; an account that stands for none is left out."""
    if not account_ids:
        return []
    wanted = select(PeopleConsumer.id).where(PeopleConsumer.account_id.in_(sorted(account_ids)))
    return list(session.scalars(wanted.order_by(PeopleConsumer.id)))
