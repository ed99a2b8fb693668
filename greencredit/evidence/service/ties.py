"""Notes who acts for which merchant: an operator declares it, monitors look at it, nobody else reads it."""

from sqlalchemy.orm import Session

from greencredit.evidence.tables import EvidenceTie
from greencredit.kernel.clock import now
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.queries import holder_number
from greencredit.merchants import queries as merchants
from greencredit.people import queries as people
from greencredit.people.errors import UnknownConsumer
from greencredit.schemas.sources import TieKind


def tie(session: Session, merchant_id: str, consumer_id: str, kind: TieKind, *, by: str) -> None:
    """Note that a consumer owns a merchant or works there (关联关系); noted again, it is what it was noted as last.

    Raises:
        UnknownMerchant (merchants), UnknownConsumer (people): there is none.
    """
    merchants.merchant(session, merchant_id)
    if consumer_id not in people.consumers(session, [consumer_id]):
        raise UnknownConsumer(consumer_id)
    holder = ledger.holders(session, [consumer_id])[consumer_id]
    session.merge(
        EvidenceTie(
            merchant_id=merchant_id,
            holder=holder,
            kind=kind.value,
            declared_by=by,
            declared_at=now(session),
            ended_at=None,
        )
    )
    session.flush()


def end_tie(session: Session, merchant_id: str, consumer_id: str) -> bool:
    """Note that a consumer acts for a merchant no longer; tells whether he did."""
    try:
        holder = holder_number(session, consumer_id)
    except NoSuchHolder:  # nobody is given a number only to find that he has no tie
        return False
    row = session.get(EvidenceTie, (merchant_id, holder))
    if row is None or row.ended_at is not None:
        return False
    row.ended_at = now(session)
    session.flush()
    return True
