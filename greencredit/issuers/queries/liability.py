"""What an issuer owed, period by period, out of the ledger's own events (积分负债变动); and what a suspension froze."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.issuers import rules
from greencredit.issuers.tables import FrozenRow
from greencredit.kernel.clock import start_of
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import FrozenAward, FrozenSum, RollForward
from greencredit.schemas.ledger import Verb
from greencredit.schemas.values import Credits, Period


def roll_forward(session: Session, issuer_id: str, period: Period) -> RollForward:
    """Give opening, granted, redeemed, expired, adjusted and closing of a period, by the time of posting."""
    return roll_forwards(session, issuer_id, [period])[0]


def roll_forwards(session: Session, issuer_id: str, periods: Sequence[Period]) -> list[RollForward]:
    """Give the roll-forward of periods that rise in time; every event is looked at once, however many they are."""
    found: list[RollForward] = []
    before: list[tuple[Verb, int]] = []
    counted = 0
    for period in periods:
        first = max(counted, ledger.last_event_before(session, start_of(period.since)))
        last = max(first, ledger.last_event_before(session, start_of(period.until)))
        before += _flows(session, issuer_id, after=counted, until=first)
        within = _flows(session, issuer_id, after=first, until=last)
        found.append(rules.roll_forward_of(period, before, within, (first + 1, last)))
        before, counted = before + within, last
    return found


def frozen_awards(session: Session, issuer_id: str, *, open_only: bool = False, limit: int = 1000) -> list[FrozenAward]:
    """List awards that a suspension froze, in the order of their events."""
    wanted = select(FrozenRow).where(FrozenRow.issuer_id == issuer_id).order_by(FrozenRow.event_id).limit(limit)
    if open_only:
        wanted = wanted.where(FrozenRow.outcome.is_(None))
    return [
        FrozenAward(
            event_id=row.event_id,
            credits=Credits(row.credits),
            frozen_at=row.frozen_at,
            outcome=row.outcome,
            reason=row.reason,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
        )
        for row in session.scalars(wanted)
    ]


def frozen_sum(session: Session, issuer_id: str) -> FrozenSum:
    """Count what suspensions froze, and how much of it is undecided."""
    rows = session.execute(
        select(FrozenRow.outcome.is_(None), func.count(), func.sum(FrozenRow.credits))
        .where(FrozenRow.issuer_id == issuer_id)
        .group_by(FrozenRow.outcome.is_(None))
    )
    found = {bool(is_open): (int(awards), int(credits_)) for is_open, awards, credits_ in rows}
    open_awards, open_credits = found.get(True, (0, 0))
    awards, credits_ = found.get(False, (0, 0))
    return FrozenSum(
        awards=open_awards + awards,
        credits=Credits(open_credits + credits_),
        open_awards=open_awards,
        open_credits=Credits(open_credits),
    )


def _flows(session: Session, issuer_id: str, *, after: int, until: int) -> list[tuple[Verb, int]]:
    if until <= after:
        return []
    found = ledger.flows(session, [issuer_id], after=after, until=until)
    return [(one.verb, one.credits) for one in found]
