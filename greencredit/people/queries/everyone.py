"""Reads of people for jobs that go through all of them: the next consumers by id, and the guardians of one."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from greencredit.kernel.access import Role, ScopeKind
from greencredit.kernel.clock import now
from greencredit.people.tables import PeopleConsumer, PeopleGrant

ERASED_NAME: Final = ""
"""What stands for the name of somebody who was erased."""


def consumer_ids_after(session: Session, after: str, limit: int) -> list[str]:
    """List so many consumers behind an id, by id; erased ones are left out."""
    there = (PeopleConsumer.display_name != ERASED_NAME, PeopleConsumer.id > after)
    return list(session.scalars(select(PeopleConsumer.id).where(*there).order_by(PeopleConsumer.id).limit(limit)))


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
