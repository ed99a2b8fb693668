"""Member levels (会员等级): an issuer gives them to its own; rules look at that of the day something happened."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from greencredit.awards.errors import LevelInThePast
from greencredit.awards.service.direct import holders_of
from greencredit.awards.service.turns import wait_for_turn
from greencredit.awards.tables import AwardsLevel
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.people import queries as people
from greencredit.schemas.awards import LevelSet, LevelsSet

_AT_ONCE = 10_000


def set_levels(session: Session, issuer_id: str, wanted: Sequence[LevelSet], *, by: str) -> LevelsSet:
    """Set levels of the issuer's own members, from today or a later day on; cards that are nobody's are named.

    Raises:
        UnknownIssuer (issuers): there is no such issuer.
        LevelInThePast: what was earned before stands; nothing was set.
    """
    issuers.issuer(session, issuer_id)
    today = civil_date(now(session))
    if past := min((one.since for one in wanted if one.since < today), default=None):
        raise LevelInThePast(found=past, wanted=today)
    wait_for_turn(session, issuer_id)
    cards = people.consumers_by_card(session, issuer_id, {one.card for one in wanted})
    numbers = holders_of(session, set(cards.values()))
    last = _last(session, issuer_id, sorted(numbers.values()))
    rows, unknown = [], []
    for place, one in enumerate(wanted):
        holder = numbers.get(cards.get(one.card, ""))
        if holder is None:
            unknown.append(place)
            continue
        last[holder] = last.get(holder, 0) + 1
        facts = {"issuer_id": issuer_id, "holder": holder, "number": last[holder], "set_by": by, "set_at": now(session)}
        rows.append(facts | {"level": one.level, "since": one.since})
    if rows:
        session.execute(insert(AwardsLevel), rows)
    return LevelsSet(set=len(rows), unknown=tuple(unknown))


def _last(session: Session, issuer_id: str, holders: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for first in range(0, len(holders), _AT_ONCE):
        statement = (
            select(AwardsLevel.holder, func.max(AwardsLevel.number))
            .where(AwardsLevel.issuer_id == issuer_id, AwardsLevel.holder.in_(holders[first : first + _AT_ONCE]))
            .group_by(AwardsLevel.holder)
        )
        found |= {holder: number for holder, number in session.execute(statement)}  # noqa: C416 - rows are no pairs to mypy
    return found
