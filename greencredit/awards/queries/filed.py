"""The rules as they were filed, when they hold, and how much of their caps is used."""

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.rules import CounterName, Filed, Plan, UsageKey
from greencredit.awards.tables import AwardsAward, AwardsCounter, AwardsPart, AwardsReversal, AwardsRule
from greencredit.issuers import queries as issuers
from greencredit.issuers.rules import ACCEPTED_EVER
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import is_sqlite
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.issuers import Filing


def filed_rule(session: Session, rule_id: int) -> Filed:
    """Give a rule version by the number under which it is kept."""
    return filed(session.get_one(AwardsRule, rule_id))


def filed(row: AwardsRule) -> Filed:
    """Give a rule version as it was filed."""
    return Filed(row.id, row.lineage, EarningRule.model_validate_json(row.document))


def rules_in_force(session: Session, issuer_id: str) -> list[Filed]:
    """List the rule versions of an issuer, each with the day on which it ends.

    A version ends where the next one begins, and where a filing takes effect that leaves its rule out.
    """
    rows = session.scalars(select(AwardsRule).where(AwardsRule.issuer_id == issuer_id).order_by(AwardsRule.id))
    filings = filings_in_effect(session, issuer_id)
    return rules.ended([filed(row) for row in rows], left_out(filings))


def filings_in_effect(session: Session, issuer_id: str) -> list[Filing]:
    """List the accepted versions of an issuer's filing that are or were in effect, in the order of their days."""
    today = civil_date(now(session))
    accepted = [
        (one.effective_on, one.version, one)
        for one in issuers.filings(session, issuer_id)
        if one.state in ACCEPTED_EVER and one.effective_on is not None and one.effective_on <= today
    ]
    return [one for _, _, one in sorted(accepted, key=lambda found: found[:2])]


def left_out(filings: Iterable[Filing]) -> dict[str, date]:
    """Give the day on which each rule ended because a filing no longer named it; filed again, it goes on."""
    left_out: dict[str, date] = {}
    named: set[str] = set()
    for filing in filings:
        assert filing.effective_on is not None, "a filing in effect has its day"
        names = {rule.name for rule in filing.scheme.rules}
        left_out |= dict.fromkeys(named - names - left_out.keys(), filing.effective_on)
        left_out = {name: day for name, day in left_out.items() if name not in names}
        named |= names
    return left_out


def counters(session: Session, issuer_id: str) -> dict[CounterName, int]:
    """Give the numbers under which the use of an issuer's own caps and of its funders' budgets is counted."""
    rows = session.execute(
        select(AwardsCounter.kind, AwardsCounter.name, AwardsCounter.id).where(AwardsCounter.issuer_id == issuer_id)
    )
    return {(kind, name): -number for kind, name, number in rows}


def plans(session: Session, issuer_id: str) -> dict[int, Plan]:
    """Give what stood above the rules in each version of an issuer's filing under which something could be awarded.

    A version takes effect on its day, and is brought in with the first evidence after it: until then it is left out.
    """
    numbers = counters(session, issuer_id)
    return {
        one.version: rules.plan_of(one.scheme, numbers)
        for one in filings_in_effect(session, issuer_id)
        if rules.is_counted(one.scheme, numbers)
    }


def limits_of_award(session: Session, row: AwardsAward) -> list[tuple[str, int, UsageKey]]:
    """List the limits under which an award was given: step, most credits, counter."""
    kept = session.get_one(AwardsRule, row.rule_id)
    plan = rules.NO_PLAN
    if row.terms_version is not None:
        plan = plans(session, kept.issuer_id).get(row.terms_version, plan)
    return rules.limits(filed(kept), row.holder, row.occurred_on, household=row.household or 0, plan=plan)


def parts_left(session: Session, award_id: int) -> dict[int, int]:
    """Give what each funder pays of what is left of an award; empty: the issuer the whole."""
    undone = select(AwardsReversal.event_id).where(AwardsReversal.award_id == award_id)
    rows = session.execute(
        select(AwardsPart.counter, func.sum(AwardsPart.credits))
        .where(or_(AwardsPart.event_id == award_id, AwardsPart.event_id.in_(undone)))
        .group_by(AwardsPart.counter)
        .order_by(AwardsPart.counter.desc())
    )
    return {counter: int(left) for counter, left in rows}


def usage(session: Session, lineage: int, holders: Collection[int], windows: Collection[int]) -> dict[UsageKey, int]:
    """Give how much of a rule's caps is used, for some holders in some windows; what is absent is unused."""
    return _counted(session, "awards_usage", "credits", lineage, holders, windows)


def occasions(
    session: Session, lineage: int, holders: Collection[int], windows: Collection[int]
) -> dict[UsageKey, int]:
    """Give how often some holders did what a rule is about; what is absent never happened."""
    return _counted(session, "awards_occasion", "number", lineage, holders, windows)


def _counted(
    session: Session, table: str, column: str, lineage: int, holders: Collection[int], windows: Collection[int]
) -> dict[UsageKey, int]:
    sqlite = is_sqlite(session)
    within = "IN (SELECT value FROM json_each({}))" if sqlite else "= ANY({})"
    statement = (
        f'SELECT holder, "window", {column} FROM {table} WHERE lineage = :lineage '  # noqa: S608 - constants
        f'AND holder {within.format(":holders")} AND "window" {within.format(":windows")}'
    )
    asked: dict[str, Any] = {"lineage": lineage, "holders": list(holders), "windows": list(windows)}
    if sqlite:
        asked |= {"holders": json.dumps(asked["holders"]), "windows": json.dumps(asked["windows"])}
    rows = session.execute(text(statement), asked)
    return {(lineage, holder, window): credits_ for holder, window, credits_ in rows}
