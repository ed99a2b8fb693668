"""Forgets a person in every room, in one transaction; what the law keeps stays under numbers that lead to nobody."""

from contextlib import suppress

from sqlalchemy.orm import Session

from greencredit.awards import service as awards
from greencredit.badges import service as badges
from greencredit.kernel.messages import queue
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.notices import service as notices
from greencredit.organisations import service as organisations
from greencredit.people import service as people
from greencredit.privacy import queries
from greencredit.privacy.errors import CreditsDiffer, StillUnderWay
from greencredit.reports import queries as reports
from greencredit.reports.jobs import REMOVE_FILES
from greencredit.schemas.privacy import Erased, Erasure


def erase(session: Session, consumer_id: str, wanted: Erasure) -> Erased:
    """Forget a person: name, sign-in, cards, contacts, memberships, notices, words, with the secret every way back.

    His events, awards and evidence stay under a number that leads to nobody; totals and old proofs hold. The files of
    his reports are removed by a job that follows the commit; the register keeps their numbers and digests.

    Raises:
        UnknownConsumer: there is nobody of this id, or he was erased already.
        StillUnderWay: credits are held for an order, or frozen by a decision.
        CreditsDiffer: another number of credits would be lost than he was told.
        OfficeHeld: his account holds a role that must end first.
    """
    # Counted under the ledger's lock: what is awarded meanwhile is not lost unseen.
    ledger.lock_head(session)
    found = queries.before_erasure(session, consumer_id)
    if found.held or found.frozen:
        raise StillUnderWay(held=found.held, frozen=found.frozen)
    if found.credits != wanted.credits:
        raise CreditsDiffer(told=wanted.credits, found=found.credits)
    people.erase(session, consumer_id)
    organisations.forget(session, consumer_id)
    awards.forget(session, consumer_id)
    notices.forget(session, consumer_id)
    badges.forget(session, consumer_id)
    events = 0
    with suppress(NoSuchHolder):  # who never earned anything has no number
        events = ledger.erase(session, consumer_id)
    if found.reports or reports.is_in_a_batch(session, consumer_id):
        queue.enqueue(session, REMOVE_FILES, consumer_id, {"subject_id": consumer_id})
    return Erased(
        consumer_id=consumer_id,
        credits_given_up=found.credits,
        events_frozen=events,
        reports_removed=found.reports,
    )
