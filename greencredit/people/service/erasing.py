"""Forgets who a consumer was; what proves that he agreed, and who did what, stays under ids that lead to nobody."""

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from greencredit.kernel import identities
from greencredit.kernel.clock import now
from greencredit.people import queries, rules
from greencredit.people.errors import OfficeHeld
from greencredit.people.service.consumers import withdraw_consent
from greencredit.people.tables import (
    PeopleAccount,
    PeopleApiKey,
    PeopleAttempt,
    PeopleConsumer,
    PeopleMembershipCard,
    PeopleSession,
)
from greencredit.schemas.people import AccountState


def erase(session: Session, consumer_id: str) -> None:
    """Delete a consumer's name, cards and sign-in, and end his consents; the id itself stays, nameless.

    Consents and the audit log are kept, as the law asks (PIPL art. 56, CSL art. 23): they hold ids and no names.

    Raises:
        OfficeHeld: his account holds a role in somebody else's service.
    """
    consumer = queries.consumer(session, consumer_id)
    if consumer.account_id is not None:
        _require_no_office(session, consumer.account_id)
    for consent in queries.consents(session, consumer_id):
        if consent.withdrawn_at is None:
            withdraw_consent(session, consumer_id, consent.purpose)
    session.execute(delete(PeopleMembershipCard).where(PeopleMembershipCard.consumer_id == consumer_id))
    session.execute(
        update(PeopleConsumer)
        .where(PeopleConsumer.id == consumer_id)
        .values(account_id=None, display_name=queries.ERASED_NAME)
    )
    if consumer.account_id is not None:
        _close(session, consumer.account_id)


def _require_no_office(session: Session, account_id: str) -> None:
    at = now(session)
    for grant in queries.grants_of(session, account_id):
        ends = [end for end in (grant.until, grant.revoked_at) if end is not None]
        if not ends or min(ends) > at:
            raise OfficeHeld(account_id, role=grant.role)


def _close(session: Session, account_id: str) -> None:
    """Leave of an account its id alone: nobody signs in with it, nobody can tell whose it was."""
    login = session.scalars(select(PeopleAccount.login).where(PeopleAccount.id == account_id)).one()
    digest = rules.digest(session.info["keys"].for_purpose("people.login"), login)
    session.execute(delete(PeopleAttempt).where(PeopleAttempt.login_digest == digest))
    session.execute(delete(PeopleSession).where(PeopleSession.account_id == account_id))
    session.execute(delete(PeopleApiKey).where(PeopleApiKey.account_id == account_id))
    session.execute(
        update(PeopleAccount)
        .where(PeopleAccount.id == account_id)
        .values(
            # A login is one word: nobody can have taken this one.
            login=f"erased {account_id}",
            display_name=queries.ERASED_NAME,
            password_hash=None,
            state=AccountState.SUSPENDED.value,
        )
    )
    identities.forget(session)
