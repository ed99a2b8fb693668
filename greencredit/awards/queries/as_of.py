"""How things stood when evidence was judged: rules, caps and occasions of that time, from rows that never change.

The counters of caps move on with every award; what they said once is added up again from the awards themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.queries.filed import counters, filed, left_out
from greencredit.awards.queries.members import households
from greencredit.awards.rules import Claim, Compiled, Limit, Plan, Ready, UsageKey
from greencredit.awards.rules.decide import budget_key
from greencredit.awards.rules.limits import ALL, DAY, HOUSEHOLD, IN_ALL, MONTH, PERSON
from greencredit.awards.tables import AwardsAward, AwardsJudged, AwardsPart, AwardsReversal, AwardsRule
from greencredit.evidence import rules as evidence_rules
from greencredit.issuers import queries as issuers
from greencredit.issuers.rules import ACCEPTED_EVER
from greencredit.kernel.clock import civil_date
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import Filing

_LONG_AGO: Final = 0
_AT_ONCE: Final = 1_000


@dataclass(frozen=True)
class Moment:
    """When a piece of evidence was judged, and what stood before it."""

    issuer_id: str
    evidence_id: int
    as_of: int
    """The newest ledger event before its batch."""
    first_evidence: int
    """Where its batch began: what stands between there and the evidence itself was judged before it, too."""
    judged_at: datetime
    number: int
    """The place of its batch among all that the issuer had judged; 0: judged before that was kept."""


def moment_of(session: Session, issuer_id: str, evidence_id: int, *, kept_at: datetime) -> Moment:
    """Give the moment at which evidence was judged.

    Evidence from before such moments were kept is taken to have been judged right after the award before it in its
    file, at the time at which the file was opened: `kept_at`.
    """
    row = session.scalars(
        select(AwardsJudged)
        .where(
            AwardsJudged.issuer_id == issuer_id,
            AwardsJudged.first_evidence <= evidence_id,
            AwardsJudged.last_evidence >= evidence_id,
        )
        .order_by(AwardsJudged.first_evidence.desc())
        .limit(1)
    ).first()
    if row is not None:
        return Moment(issuer_id, evidence_id, row.as_of, row.first_evidence, row.judged_at, row.number)
    batch, _ = evidence_rules.place_of(evidence_id)
    first = evidence_rules.evidence_id(batch, 1)
    before = session.scalar(
        select(func.max(AwardsAward.event_id)).where(
            AwardsAward.evidence_id >= first, AwardsAward.evidence_id < evidence_id
        )
    )
    if before is None:
        after = session.scalar(select(func.min(AwardsAward.event_id)).where(AwardsAward.evidence_id > evidence_id))
        before = ledger.newest(session) if after is None else after - 1
    return Moment(issuer_id, evidence_id, before, first, kept_at, _LONG_AGO)


def rules_at(session: Session, issuer_id: str, at: datetime) -> tuple[Compiled, Filing | None]:
    """Give the rules as they were known and in force at an instant, made ready, and the filing in force then."""
    day = civil_date(at)
    filings = [
        one
        for one in issuers.filings(session, issuer_id)
        if one.state in ACCEPTED_EVER
        and one.effective_on is not None
        and one.effective_on <= day
        and (one.decided_at is None or one.decided_at <= at)
    ]
    filings.sort(key=lambda one: (one.effective_on, one.version))
    rows = session.scalars(
        select(AwardsRule)
        .where(AwardsRule.issuer_id == issuer_id, AwardsRule.brought_in_at <= at)
        .order_by(AwardsRule.id)
    )
    in_force = rules.ended([filed(row) for row in rows], left_out(filings))
    newest = filings[-1] if filings else None
    plan = rules.NO_PLAN if newest is None else rules.plan_of(newest.scheme, counters(session, issuer_id))
    return rules.compile_rules(in_force, plan), newest


def usage_as_of(session: Session, moment: Moment, compiled: Compiled, claim: Claim) -> dict[UsageKey, int]:
    """Give how much of every cap and budget that a claim's rules look at was used before it was judged."""
    used: dict[UsageKey, int] = {}
    for ready in _concerned(compiled, claim):
        for limit in ready.limits:
            key = limit.key(claim.holder, claim.household, rules.windows(claim.on))
            if key not in used:
                used[key] = _used(session, moment, compiled.plan, ready, limit, claim)
        for payer in ready.split:
            if payer.budget is not None and budget_key(payer.counter) not in used:
                used[budget_key(payer.counter)] = _paid(session, moment, payer.counter)
    return used


def _concerned(compiled: Compiled, claim: Claim) -> Iterable[Ready]:
    for group in compiled.by_subject.get((claim.ground, claim.subject), ()):
        yield from group.rules


def _used(session: Session, moment: Moment, plan: Plan, ready: Ready, limit: Limit, claim: Claim) -> int:
    """Add up what was given under a limit before the moment, and take off what was taken back before it."""
    wanted = [_before(moment), _whose(session, moment, limit, claim), _in_window(limit, claim)]
    if limit.lineage == plan.counter:
        wanted.append(AwardsRule.issuer_id == moment.issuer_id)
        wanted.append(AwardsAward.terms_version.in_(_plans_with(session, moment, ready, limit)))
    else:
        wanted.append(AwardsAward.rule_id.in_(_versions_with(session, ready, limit)))
    given = (
        select(AwardsAward.event_id, AwardsAward.credits)
        .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
        .where(*wanted)
        .subquery()
    )
    earned = session.scalar(select(func.coalesce(func.sum(given.c.credits), 0)))
    taken = session.scalar(
        select(func.coalesce(func.sum(AwardsReversal.credits), 0))
        .join(given, given.c.event_id == AwardsReversal.award_id)
        .where(AwardsReversal.event_id <= moment.as_of)
    )
    return int(earned or 0) - int(taken or 0)


def _before(moment: Moment) -> ColumnElement[bool]:
    """Choose the awards that were there: those of earlier batches, and of its own those of earlier evidence."""
    return or_(
        AwardsAward.event_id <= moment.as_of,
        and_(AwardsAward.evidence_id >= moment.first_evidence, AwardsAward.evidence_id < moment.evidence_id),
    )


def _whose(session: Session, moment: Moment, limit: Limit, claim: Claim) -> ColumnElement[bool]:
    if limit.whose == PERSON:
        return AwardsAward.holder == claim.holder
    if limit.whose == HOUSEHOLD:
        alone = AwardsAward.household.is_(None)
        if not claim.household:
            return and_(alone, AwardsAward.holder == claim.holder)
        known = households(session, [claim.holder], at=moment.judged_at)
        members = known.members(claim.household, rules.windows(claim.on)[limit.window])
        return or_(AwardsAward.household == claim.household, and_(alone, AwardsAward.holder.in_(members)))
    assert limit.whose == ALL, "a limit is for a person, a household or everybody"
    return AwardsAward.event_id > 0


def _in_window(limit: Limit, claim: Claim) -> ColumnElement[bool]:
    if limit.window == IN_ALL:
        return AwardsAward.event_id > 0
    if limit.window == DAY:
        return AwardsAward.occurred_on == claim.on
    length = 7 if limit.window == MONTH else 4
    return func.substr(AwardsAward.occurred_on, 1, length) == claim.on.isoformat()[:length]


def _versions_with(session: Session, ready: Ready, limit: Limit) -> list[int]:
    """List the versions of a rule that have this limit: what was given under the others was never counted for it."""
    rows = session.scalars(select(AwardsRule).where(AwardsRule.lineage == ready.filed.lineage))
    return [
        row.id
        for row in rows
        if any(
            (one.whose, one.window) == (limit.whose, limit.window) for one in rules.limits_of(filed(row), rules.NO_PLAN)
        )
    ]


def _plans_with(session: Session, moment: Moment, ready: Ready, limit: Limit) -> list[int]:
    """List the versions of the filing under which the issuer had this limit on all its rules together."""
    numbers = counters(session, moment.issuer_id)
    found: list[int] = []
    for one in issuers.filings(session, moment.issuer_id):
        if one.state not in ACCEPTED_EVER or not rules.is_counted(one.scheme, numbers):
            continue  # nothing was awarded under it yet
        plan = rules.plan_of(one.scheme, numbers)
        if any(_same(limit, other) for other in rules.limits_of(ready.filed, plan)):
            found.append(one.version)
    return found


def _same(limit: Limit, other: Limit) -> bool:
    return (limit.lineage, limit.whose, limit.window) == (other.lineage, other.whose, other.window)


def _paid(session: Session, moment: Moment, counter: int) -> int:
    """Add up what a funder had paid: parts of awards, and below zero parts of what was taken back."""
    own = select(AwardsAward.event_id).where(
        AwardsAward.evidence_id >= moment.first_evidence, AwardsAward.evidence_id < moment.evidence_id
    )
    paid = session.scalar(
        select(func.coalesce(func.sum(AwardsPart.credits), 0)).where(
            AwardsPart.counter == counter,
            or_(AwardsPart.event_id <= moment.as_of, AwardsPart.event_id.in_(own)),
        )
    )
    return int(paid or 0)


def undone(session: Session, lineage: int, evidence_ids: Sequence[int], *, as_of: int | None) -> set[int]:
    """Give the evidence whose award under a rule was taken back in full, up to an event; none: up to now."""
    found = set[int]()
    for first in range(0, len(evidence_ids), _AT_ONCE):
        statement = (
            select(AwardsAward.evidence_id, AwardsAward.credits, func.sum(AwardsReversal.credits))
            .join(AwardsReversal, AwardsReversal.award_id == AwardsAward.event_id)
            .join(AwardsRule, AwardsRule.id == AwardsAward.rule_id)
            .where(
                AwardsRule.lineage == lineage,
                AwardsAward.evidence_id.in_(evidence_ids[first : first + _AT_ONCE]),
            )
            .group_by(AwardsAward.evidence_id, AwardsAward.credits)
        )
        if as_of is not None:
            statement = statement.where(AwardsReversal.event_id <= as_of)
        found |= {number for number, credits_, taken in session.execute(statement) if int(taken) >= credits_}
    return found
