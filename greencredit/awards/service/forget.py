"""What awards forget of somebody who is erased: his household, and his own words; all else stands under a number."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from greencredit.awards.service.households import forget_household
from greencredit.awards.tables import AwardsAppeal, AwardsHold
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder


def forget(session: Session, consumer_id: str) -> None:
    """End his stay in a household and delete the words of his appeals; that he appealed, and when, is kept.

    To be called before the ledger forgets who he is.
    """
    try:
        holder = ledger.holder_number(session, consumer_id)
    except NoSuchHolder:
        return
    forget_household(session, consumer_id)
    own = select(AwardsHold.id).where(AwardsHold.holder == holder)
    session.execute(update(AwardsAppeal).where(AwardsAppeal.hold_id.in_(own)).values(words=None))
