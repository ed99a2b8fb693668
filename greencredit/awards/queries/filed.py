"""The rules as they were filed, when they hold, and how much of their caps is used."""

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from greencredit.awards import rules
from greencredit.awards.rules import Filed, UsageKey
from greencredit.awards.tables import AwardsRule
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
    return rules.ended([filed(row) for row in rows], _left_out(filings))


def filings_in_effect(session: Session, issuer_id: str) -> list[Filing]:
    """List the accepted versions of an issuer's filing that are or were in effect, in the order of their days."""
    today = civil_date(now(session))
    accepted = [
        (one.effective_on, one.version, one)
        for one in issuers.filings(session, issuer_id)
        if one.state in ACCEPTED_EVER and one.effective_on is not None and one.effective_on <= today
    ]
    return [one for _, _, one in sorted(accepted, key=lambda found: found[:2])]


def _left_out(filings: Iterable[Filing]) -> dict[str, date]:
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


def usage(session: Session, lineage: int, holders: Collection[int], windows: Collection[int]) -> dict[UsageKey, int]:
    """Give how much of a rule's caps is used, for some holders in some windows; what is absent is unused."""
    sqlite = is_sqlite(session)
    within = "IN (SELECT value FROM json_each({}))" if sqlite else "= ANY({})"
    statement = (
        'SELECT holder, "window", credits FROM awards_usage WHERE lineage = :lineage '  # noqa: S608 - constants
        f'AND holder {within.format(":holders")} AND "window" {within.format(":windows")}'
    )
    asked: dict[str, Any] = {"lineage": lineage, "holders": list(holders), "windows": list(windows)}
    if sqlite:
        asked |= {"holders": json.dumps(asked["holders"]), "windows": json.dumps(asked["windows"])}
    rows = session.execute(text(statement), asked)
    return {(lineage, holder, window): credits_ for holder, window, credits_ in rows}
