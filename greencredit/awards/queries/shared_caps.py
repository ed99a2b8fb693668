"""Reads of a household as one of its members sees it: who is there, how far its caps are used, what they cut."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.catalogue.sentences import sentence
from greencredit.awards.queries.filed import plans, rules_in_force, usage
from greencredit.awards.queries.lines import awards_of, holder_number
from greencredit.awards.queries.members import households, present
from greencredit.awards.rules import Limit, Ready, UsageKey
from greencredit.awards.rules.households import FIRST_HOUSEHOLD, Households, counts_until
from greencredit.awards.rules.limits import HOUSEHOLD
from greencredit.awards.tables import AwardsAward, AwardsRule, AwardsStay
from greencredit.kernel.clock import civil_date, now
from greencredit.schemas.awards import HouseholdCap, HouseholdCut, HouseholdMember
from greencredit.schemas.values import Credits

HOUSEHOLD_STEPS: Final = frozenset(
    f"{whose}household{window}" for whose in ("", "issuer_") for window in ("", "_day", "_month", "_year")
)
"""The steps of an award in which a household's cap cuts."""
_LOOKED_AT: Final = 200
"""So many of one's latest awards are looked through."""


def household_members(session: Session, consumer_id: str) -> tuple[HouseholdMember, ...]:
    """List who is in somebody's household, in the order in which they came; in none: nobody."""
    row = _present(session, consumer_id)
    if row is None:
        return ()
    there = session.scalars(
        select(AwardsStay)
        .where(AwardsStay.household_id == row.household_id, AwardsStay.ended_at.is_(None))
        .order_by(AwardsStay.id)
    ).all()
    head = next((one.id for one in there if one.is_adult), None)
    return tuple(
        HouseholdMember(
            since=one.since,
            is_adult=one.is_adult,
            by_guardian=one.by_guardian,
            is_head=one.id == head,
            is_self=one.id == row.id,
        )
        for one in there
    )


def counts_with_former_until(session: Session, consumer_id: str) -> date | None:
    """Give the day until which somebody still counts with a household that he left; none: with no former one."""
    holder = holder_number(session, consumer_id)
    if holder is None or present(session, holder) is not None:
        return None
    today = civil_date(now(session))
    ends = session.scalars(select(AwardsStay.ended_on).where(AwardsStay.holder == holder))
    return max((day for one in ends if (day := counts_until(one)) is not None and day > today), default=None)


def household_caps(session: Session, consumer_id: str) -> tuple[HouseholdCap, ...]:
    """List the household's caps of today with their use: of every issuer that ever gave one of the members something.

    Use is told for the household as a whole, as the cap looks at it, and never by member.
    """
    row = _present(session, consumer_id)
    if row is None:
        return ()
    known, today = households(session, [row.holder]), civil_date(now(session))
    household = FIRST_HOUSEHOLD + row.household_id
    found: dict[UsageKey, HouseholdCap] = {}
    for issuer_id in _issuers(session, known.members(household, rules.EVER)):
        plan = next(reversed(plans(session, issuer_id).values()), rules.NO_PLAN)
        compiled = rules.compile_rules(rules_in_force(session, issuer_id), plan)
        for ready, limit in _limits(compiled.rules, today):
            key = limit.key(row.holder, household, rules.windows(today))
            if key not in found:
                found[key] = HouseholdCap(
                    issuer_id=issuer_id,
                    rule_title=None if limit.lineage == plan.counter else ready.filed.rule.title,
                    cap=sentence("caps", limit.step),
                    most=Credits(limit.most),
                    used=Credits(_used(session, known, key)),
                )
    return tuple(found.values())


def cut_by_household(session: Session, consumer_id: str, *, limit: int) -> tuple[HouseholdCut, ...]:
    """List somebody's own latest awards that a household's cap cut, newest first."""
    found = [
        HouseholdCut(
            award_id=line.award_id,
            occurred_on=line.occurred_on,
            what=line.title,
            cap=sentence("caps", step.step),
            before=Credits(step.found),
            credits=step.credits,
        )
        for line in awards_of(session, consumer_id, limit=_LOOKED_AT)
        for step in line.trace
        if step.step in HOUSEHOLD_STEPS
    ]
    return tuple(found[:limit])


def _present(session: Session, consumer_id: str) -> AwardsStay | None:
    holder = holder_number(session, consumer_id)
    return None if holder is None else present(session, holder)


def _issuers(session: Session, members: Iterable[int]) -> list[str]:
    statement = (
        select(AwardsRule.issuer_id)
        .join(AwardsAward, AwardsAward.rule_id == AwardsRule.id)
        .where(AwardsAward.holder.in_(sorted(members)))
        .distinct()
        .order_by(AwardsRule.issuer_id)
    )
    return list(session.scalars(statement))


def _limits(ready: Iterable[Ready], today: date) -> Iterable[tuple[Ready, Limit]]:
    """Give the household's limits of the rules that hold today, each with its rule."""
    for one in ready:
        if one.since <= today.toordinal() < one.until:
            yield from ((one, limit) for limit in one.limits if limit.whose == HOUSEHOLD)


def _used(session: Session, known: Households, key: UsageKey) -> int:
    """Add up what the household used, and what its members used by themselves in the same window."""
    lineage, _, window = key
    counters = [key, *known.own_keys(key)]
    return sum(usage(session, lineage, [whose for _, whose, _ in counters], [window]).values())
