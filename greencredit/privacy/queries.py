"""Reads all that is kept about one person, out of every room that keeps something."""

from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.badges import queries as badges
from greencredit.kernel.clock import now
from greencredit.ledger import queries as ledger
from greencredit.notices import queries as notices
from greencredit.organisations import queries as organisations
from greencredit.people import queries as people
from greencredit.reports import queries as reports
from greencredit.schemas.ledger import Movement
from greencredit.schemas.privacy import BeforeErasure, OwedCredits, PersonalCopy

_AT_ONCE: Final = 500


def copy_of(session: Session, consumer_id: str) -> PersonalCopy:
    """Gather everything about a person, contacts in full: what he may ask for at any time (PIPL art. 45)."""
    consumer = people.consumer(session, consumer_id)
    account_id = consumer.account_id
    return PersonalCopy(
        as_of=now(session),
        consumer=consumer,
        account=None if account_id is None else people.account(session, account_id),
        grants=() if account_id is None else tuple(people.grants_of(session, account_id)),
        api_keys=() if account_id is None else tuple(people.api_keys(session, account_id)),
        cards_known_to=people.card_owners(session, consumer_id),
        consents=tuple(people.consents(session, consumer_id)),
        household=awards.household_of(session, consumer_id),
        holds=tuple(awards.holds_of(session, consumer_id)),
        memberships=tuple(organisations.memberships_of(session, consumer_id)),
        balances=tuple(ledger.balances_of(session, consumer_id)),
        owed=tuple(map(OwedCredits.of, ledger.owed_by(session, consumer_id))),
        movements=_movements(session, consumer_id),
        told=notices.everything_of(session, consumer_id),
        reports=tuple(reports.reports_of(session, consumer_id)),
        portable_proofs=tuple(badges.proofs_of(session, consumer_id)),
    )


def before_erasure(session: Session, consumer_id: str) -> BeforeErasure:
    """Tell what a person would give up, so that nobody is erased who did not know it."""
    consumer = people.consumer(session, consumer_id)
    balances = ledger.balances_of(session, consumer_id)
    held, frozen = sum(one.held for one in balances), sum(one.frozen for one in balances)
    return BeforeErasure(
        consumer_id=consumer_id,
        credits=sum(one.outstanding for one in balances) - held - frozen,
        held=held,
        frozen=frozen,
        owed=sum(one.credits for one in ledger.owed_by(session, consumer_id)),
        reports=len({one.number for one in reports.reports_of(session, consumer_id)}),
        has_account=consumer.account_id is not None,
    )


def _movements(session: Session, consumer_id: str) -> tuple[Movement, ...]:
    found: list[Movement] = []
    before: int | None = None
    while page := ledger.movements_of(session, consumer_id, before=before, limit=_AT_ONCE):
        found += page
        before = page[-1].event_id
    return tuple(found)
