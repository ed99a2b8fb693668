"""Takes an award back: an opposite event in the ledger, and the caps it had used are free again."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from greencredit.awards import queries, rules
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.queries.as_of import undone
from greencredit.awards.service.replay import occasions_of
from greencredit.awards.tables import AwardsAward, AwardsOccasion, AwardsPart, AwardsReversal, AwardsRule
from greencredit.evidence import queries as evidence
from greencredit.kernel.errors import Refusal
from greencredit.ledger import queries as ledger_queries
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.schemas.awards import OCCASIONAL
from greencredit.schemas.ledger import Reason, Reversal, TakenBack

_CALLER = "awards.reverse"


class TakeBack(NamedTuple):
    """What somebody asks to be taken back."""

    award_id: int
    credits: int
    actor_id: str
    reason: str
    document: str | None
    key: str


def take_back_each(session: Session, wishes: Sequence[TakeBack]) -> list[TakenBack | Refusal]:
    """Take awards back, each for itself: the batch verb of the writer.

    An award under a rule frees the caps it had used; a direct award is taken back as far as its filing says.
    """
    return [_taken_or_refused(session, wish) for wish in wishes]


def _taken_or_refused(session: Session, wish: TakeBack) -> TakenBack | Refusal:
    try:
        if session.get(AwardsAward, wish.award_id) is None:
            return _take_back_direct(session, wish)
        return take_back(
            session,
            wish.award_id,
            credits_=wish.credits,
            actor_id=wish.actor_id,
            reason=wish.reason,
            document=wish.document,
            key=wish.key,
        )
    except Refusal as refusal:  # every refusal comes before the first row
        return refusal


def _take_back_direct(session: Session, wish: TakeBack) -> TakenBack:
    ground = ledger_queries.grounds_of(session, [wish.award_id]).get(wish.award_id)
    if ground is None:
        raise NoSuchAward(wish.award_id)
    reversal = Reversal(
        award=wish.award_id,
        credits=wish.credits,
        key=_key(wish.award_id, wish.credits, wish.key),
        reason=Reason(wish.actor_id, wish.reason, wish.document),
    )
    return ledger.reverse(session, ledger.caller(session, _CALLER), reversal)


def take_back(
    session: Session,
    award_id: int,
    *,
    credits_: int,
    actor_id: str,
    reason: str,
    document: str | None = None,
    key: str = "",
) -> TakenBack:
    """Reverse an award, whole or in part (冲正); asking twice takes back once, unless the second has another key.

    Raises:
        NoSuchAward: there is none under this number.
        AlreadyReversed (ledger): less of it is left to take back.
    """
    row = session.get(AwardsAward, award_id)
    if row is None:
        raise NoSuchAward(award_id)
    caller = ledger.caller(session, _CALLER)
    reversal = Reversal(
        award=award_id,
        credits=credits_,
        key=_key(award_id, credits_, key),
        reason=Reason(actor_id, reason, document),
    )
    posted = ledger.reverse(session, caller, reversal)
    if not posted.repeated:
        session.add(AwardsReversal(event_id=posted.event_id, award_id=award_id, credits=credits_))
        session.flush()
        parts = queries.parts_left(session, award_id)
        freed = rules.shares_of(credits_, list(parts.values())) if parts else []
        for counter, share in zip(parts, freed, strict=True):
            if share:
                session.add(AwardsPart(event_id=posted.event_id, counter=counter, credits=-share))
        _free_caps(session, row, credits_, dict(zip(parts, freed, strict=True)))
        _uncount(session, row)
    return posted


def _key(award_id: int, credits_: int, key: str) -> bytes:
    """Make the key of a reversal: whoever names one may use it once; without one, an amount is taken back once."""
    return key_of(f"{award_id}:key:{key}" if key else f"{award_id}:{credits_}")


def _free_caps(session: Session, row: AwardsAward, credits_: int, freed: Mapping[int, int]) -> None:
    """Give back what an award had used of its caps, and each funder what he had paid."""
    moves = [
        {"credits": credits_, "lineage": lineage, "holder": holder, "window": window}
        for _, _, (lineage, holder, window) in queries.limits_of_award(session, row)
    ]
    moves += [
        {"credits": share, "lineage": counter, "holder": rules.EVERYONE, "window": rules.EVER}
        for counter, share in freed.items()
    ]
    if moves:
        session.execute(
            text(
                "UPDATE awards_usage SET credits = credits - :credits "
                'WHERE lineage = :lineage AND holder = :holder AND "window" = :window'
            ),
            moves,
        )


def _uncount(session: Session, row: AwardsAward) -> None:
    """Count a holder's occasions anew once an award was taken back in full: what was undone was no occasion."""
    filed = queries.filed_rule(session, row.rule_id)
    if not any(isinstance(one, OCCASIONAL) for one in filed.rule.conditions) or row.evidence_id < 0:
        return  # a gift's occasion stays: it is given for it once, whatever became of the credits
    if row.evidence_id not in undone(session, filed.lineage, [row.evidence_id], as_of=None):
        return
    (item,) = evidence.items(session, [row.evidence_id])
    issuer_id = session.get_one(AwardsRule, row.rule_id).issuer_id
    left = occasions_of(session, issuer_id, item, filed.rule.ground, filed, before=None)
    own = AwardsOccasion.lineage == filed.lineage, AwardsOccasion.holder == row.holder
    session.execute(delete(AwardsOccasion).where(*own))
    names = ("lineage", "holder", "window", "number")
    rows = [dict(zip(names, (*key, number), strict=True)) for key, number in left.items()]
    if rows:
        session.execute(insert(AwardsOccasion), rows)
