"""Takes an award back: an opposite event in the ledger, and the caps it had used are free again."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import queries, rules
from greencredit.awards.errors import NoSuchAward
from greencredit.awards.rules import Filed
from greencredit.awards.tables import AwardsAward, AwardsReversal
from greencredit.ledger import service as ledger
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Reason, Reversal, TakenBack

_CALLER = "awards.reverse"


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
        AlreadyReversed, NotEnoughCredits (ledger): less of it is left.
    """
    row = session.get(AwardsAward, award_id)
    if row is None:
        raise NoSuchAward(award_id)
    caller = ledger.caller(session, _CALLER)
    reversal = Reversal(
        award=award_id,
        credits=credits_,
        key=key_of(f"{award_id}:{credits_}:{key}"),
        reason=Reason(actor_id, reason, document),
    )
    posted = ledger.reverse(session, caller, reversal)
    if not posted.repeated:
        session.add(AwardsReversal(event_id=posted.event_id, award_id=award_id, credits=credits_))
        session.flush()
        _free_caps(session, row, queries.filed_rule(session, row.rule_id), credits_)
    return posted


def _free_caps(session: Session, row: AwardsAward, filed: Filed, credits_: int) -> None:
    moves = [
        {"credits": credits_, "lineage": lineage, "holder": holder, "window": window}
        for lineage, holder, window in rules.usage_keys(filed, row.holder, row.occurred_on)
    ]
    if moves:
        session.execute(
            text(
                "UPDATE awards_usage SET credits = credits - :credits "
                'WHERE lineage = :lineage AND holder = :holder AND "window" = :window'
            ),
            moves,
        )
