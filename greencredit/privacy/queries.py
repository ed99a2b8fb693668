"""Reads all that is kept about one person, out of every room that keeps something."""

from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.awards.queries.explained import unearned
from greencredit.badges import queries as badges
from greencredit.evidence.queries.signals import ties
from greencredit.kernel.clock import now
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.notices import queries as notices
from greencredit.organisations import queries as organisations
from greencredit.people import queries as people
from greencredit.reports import queries as reports
from greencredit.schemas.awards import AwardLine
from greencredit.schemas.ledger import Movement
from greencredit.schemas.privacy import BeforeErasure, OwedCredits, PersonalCopy
from greencredit.schemas.values import Period

_AT_ONCE: Final = 500
_EVERYTHING: Final = 10**9
_ANY_DAY: Final = Period(since=date(1, 1, 1), until=date(9999, 12, 31))


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
        levels=awards.every_level_of(session, consumer_id),
        awards=_awards(session, consumer_id),
        unearned=unearned(session, consumer_id, _ANY_DAY, limit=_EVERYTHING, looked_at=_EVERYTHING),
        acts_for=_acts_for(session, consumer_id),
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


def _awards(session: Session, consumer_id: str) -> tuple[AwardLine, ...]:
    found: list[AwardLine] = []
    before: int | None = None
    while page := awards.awards_of(session, consumer_id, before=before, limit=_AT_ONCE):
        found += page
        before = page[-1].award_id
    return tuple(found)


def _acts_for(session: Session, consumer_id: str) -> dict[str, str]:
    try:
        holder = ledger.holder_number(session, consumer_id)
    except NoSuchHolder:
        return {}
    return ties(session, [holder]).get(holder, {})


def _movements(session: Session, consumer_id: str) -> tuple[Movement, ...]:
    found: list[Movement] = []
    before: int | None = None
    while page := ledger.movements_of(session, consumer_id, before=before, limit=_AT_ONCE):
        found += page
        before = page[-1].event_id
    return tuple(found)
