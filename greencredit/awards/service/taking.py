"""Awards what a chunk of a source proves, in one transaction: read, keep, measure, award, take back, hold back."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from greencredit.actions import rules as quantification
from greencredit.awards.service.award import Awarded, award
from greencredit.awards.service.certified import spend_serials
from greencredit.awards.service.hold import place_holds, thaw
from greencredit.awards.service.measure import measure
from greencredit.awards.service.reverse import take_back
from greencredit.awards.tables import AwardsAward, AwardsReversal
from greencredit.evidence import queries as evidence_queries
from greencredit.evidence import rules as evidence_rules
from greencredit.evidence import service as evidence
from greencredit.schemas.awards import Ground
from greencredit.schemas.evidence import Batch, Feed, Item
from greencredit.schemas.ledger import Reason

_MACHINE = "machine"
_BACK = {"refund": "退款 · refund", "chargeback": "拒付 · chargeback"}
"""Why an award is taken back, as the ledger keeps it."""


class Took(NamedTuple):
    """What a chunk came to: the awards, what earned, and by line what was taken back."""

    awarded: Awarded
    items: Sequence[Item]
    taken_back: dict[int, int]
    """Line → credits."""
    refunded: frozenset[int]
    """Lines of refunds."""


def take_chunk(
    session: Session,
    source: evidence.Source,
    batch_id: int,
    chunk: evidence.Chunk,
    *,
    after: int,
    book: quantification.FactorBook | None,
) -> Took:
    """Take a chunk in after so many records; what its source says is read, and what is new of it is awarded.

    Raises:
        BatchMovedOn (evidence): another import of the same file has read on meanwhile.
        NotActive (issuers), RulesNotInForce: the issuer may not issue now, or has no rules.
    """
    feed = source.feed
    reading = spend_serials(session, feed.issuer_id, source.read(session, batch_id, chunk))
    quantifications = {}
    if source.is_action:
        assert book is not None, "actions are measured with factors"
        measured = measure(reading.items, region=feed.region, book=book)
        reading = reading.without(measured.rejects)
        quantifications = measured.quantifications
    reading = source.pair(session, reading)
    resolved = source.resolve(session, batch_id, reading)
    kept, returned = source.keep(session, batch_id, resolved, after=after)
    ground = Ground.ACTION if source.is_action else Ground.PURCHASE
    fresh = {item.evidence_id: quantifications[item.evidence_id] for item in kept.items if source.is_action}
    awarded = award(session, feed.issuer_id, ground, kept.items, fresh)
    taken_back = _take_back(session, returned)
    place_holds(session, feed.issuer_id, evidence_queries.verdicts(session, kept.items), placed_by=_MACHINE)
    refunded = frozenset(one.line for one in resolved.reading.coming_back)
    return Took(awarded, kept.items, taken_back, refunded)


def open_import(session: Session, batch: Batch, feed: Feed) -> None:
    """Begin the books of a file, or of a day of single records."""
    session.execute(
        text(
            "INSERT INTO awards_import (batch_id, issuer_id, awarded, no_credit, credits, grams) "
            "VALUES (:batch, :issuer, 0, 0, 0, 0) ON CONFLICT DO NOTHING"
        ),
        {"batch": batch.batch_id, "issuer": feed.issuer_id},
    )


def advance(session: Session, batch_id: int, awarded: Awarded) -> None:
    """Move the books of a file on by a chunk."""
    session.execute(
        text(
            "UPDATE awards_import SET awarded = awarded + :awarded, no_credit = no_credit + :no_credit, "
            "credits = credits + :credits, grams = grams + :grams WHERE batch_id = :batch"
        ),
        {
            "awarded": awarded.awarded,
            "no_credit": awarded.no_credit,
            "credits": awarded.credits,
            "grams": awarded.grams,
            "batch": batch_id,
        },
    )


def credits_of(session: Session, evidence_ids: Sequence[int]) -> dict[int, int]:
    """Give what these pieces of evidence earned, by all rules together."""
    statement = select(AwardsAward.evidence_id, AwardsAward.credits).where(AwardsAward.evidence_id.in_(evidence_ids))
    earned: Counter[int] = Counter()
    for number, credits_ in session.execute(statement):
        earned[number] += credits_
    return dict(earned)


def _take_back(session: Session, returned: Sequence[evidence.Returned]) -> dict[int, int]:
    """Take awards back in proportion to the money that came back; issuers who may no longer award still take back."""
    taken: Counter[int] = Counter()
    for one in returned:
        statement = select(AwardsAward).where(AwardsAward.evidence_id == one.evidence_id)
        for row in session.scalars(statement.order_by(AwardsAward.event_id)).all():
            taken[one.line] += _share(session, row, one)
    return dict(taken)


def _share(session: Session, row: AwardsAward, one: evidence.Returned) -> int:
    """Take one award back, as far as the money that came back says and it was not taken back before."""
    before = session.scalars(select(AwardsReversal.credits).where(AwardsReversal.award_id == row.event_id)).all()
    share = evidence_rules.share_to_take_back(
        credits_=row.credits, amount_fen=one.spent_fen, refunded_fen=one.refunded_fen, taken=sum(before)
    )
    if share:
        key = f"{one.kind}:{one.mark.hex()}"
        thaw(session, row.event_id, share, key=key, reason=Reason(_MACHINE, _BACK[one.kind]))
        take_back(
            session,
            row.event_id,
            credits_=share,
            actor_id=_MACHINE,
            reason=_BACK[one.kind],
            key=key,
        )
    return share
