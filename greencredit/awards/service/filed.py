"""Brings the earning rules of an accepted filing in: as they were filed, never changed afterwards."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards import queries, rules
from greencredit.awards.errors import RuleDiffers, RulesNotInForce
from greencredit.awards.rules import Filed
from greencredit.awards.service.turns import wait_for_turn
from greencredit.awards.tables import AwardsCounter, AwardsRule
from greencredit.kernel.clock import now
from greencredit.schemas.awards import EarningRule


def bring_in_rules(session: Session, issuer_id: str) -> list[Filed]:
    """Make the rules of the filings in effect so far ready for awarding; doing it again changes nothing.

    Raises:
        RulesNotInForce: no filing of the issuer is in effect.
        RuleDiffers: a rule's version was filed before with another text.
    """
    filings = queries.filings_in_effect(session, issuer_id)
    if not filings:
        raise RulesNotInForce(issuer_id)
    for filing in filings:
        for rule in filing.scheme.rules:
            _bring_in(session, issuer_id, rule, filing.filing_id, filing.version)
    _bring_in_counters(session, issuer_id, [name for filing in filings for name in rules.counters_of(filing.scheme)])
    return queries.rules_in_force(session, issuer_id)


def _bring_in(session: Session, issuer_id: str, rule: EarningRule, filing_id: str, terms_version: int) -> None:
    document = rule.model_dump_json()
    digest = hashlib.sha256(document.encode()).hexdigest()
    if _stands(session, issuer_id, rule, digest):
        return
    wait_for_turn(session, "rules")
    if _stands(session, issuer_id, rule, digest):  # whoever waited looks again
        return
    number = (session.scalar(select(func.max(AwardsRule.id))) or 0) + 1
    lineage = session.scalar(
        select(func.min(AwardsRule.lineage)).where(AwardsRule.issuer_id == issuer_id, AwardsRule.name == rule.name)
    )
    session.add(
        AwardsRule(
            id=number,
            issuer_id=issuer_id,
            name=rule.name,
            version=rule.version,
            lineage=lineage or number,
            document=document,
            digest=digest,
            filing_id=filing_id,
            terms_version=terms_version,
            brought_in_at=now(session),
        )
    )
    session.flush()


def _bring_in_counters(session: Session, issuer_id: str, wanted: Sequence[rules.CounterName]) -> None:
    """Give every funder, and the issuer where it caps all its rules, a number under which use is counted."""
    if not set(wanted) - queries.counters(session, issuer_id).keys():
        return
    wait_for_turn(session, "rules")
    known = queries.counters(session, issuer_id)
    number = session.scalar(select(func.max(AwardsCounter.id))) or 0
    for kind, name in sorted(set(wanted) - known.keys()):
        number += 1
        session.add(AwardsCounter(id=number, issuer_id=issuer_id, kind=kind, name=name))
    session.flush()


def _stands(session: Session, issuer_id: str, rule: EarningRule, digest: str) -> bool:
    """Tell whether a rule's version is on file; one with another text is refused."""
    known = session.scalar(
        select(AwardsRule.digest).where(
            AwardsRule.issuer_id == issuer_id, AwardsRule.name == rule.name, AwardsRule.version == rule.version
        )
    )
    if known is not None and known != digest:
        raise RuleDiffers(name=rule.name, version=rule.version)
    return known is not None
