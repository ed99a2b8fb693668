"""Brings the earning rules of an accepted filing in: as they were filed, never changed afterwards."""

import hashlib

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.awards import queries
from greencredit.awards.errors import RuleDiffers, RulesNotInForce
from greencredit.awards.rules import Filed
from greencredit.awards.tables import AwardsRule
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
    return queries.rules_in_force(session, issuer_id)


def _bring_in(session: Session, issuer_id: str, rule: EarningRule, filing_id: str, terms_version: int) -> None:
    document = rule.model_dump_json()
    digest = hashlib.sha256(document.encode()).hexdigest()
    versions = session.scalars(
        select(AwardsRule)
        .where(AwardsRule.issuer_id == issuer_id, AwardsRule.name == rule.name)
        .order_by(AwardsRule.id)
    ).all()
    for known in versions:
        if known.version == rule.version:
            if known.digest != digest:
                raise RuleDiffers(name=rule.name, version=rule.version)
            return
    number = (session.scalars(select(AwardsRule.id).order_by(AwardsRule.id.desc()).limit(1)).one_or_none() or 0) + 1
    session.add(
        AwardsRule(
            id=number,
            issuer_id=issuer_id,
            name=rule.name,
            version=rule.version,
            lineage=versions[0].lineage if versions else number,
            document=document,
            digest=digest,
            filing_id=filing_id,
            terms_version=terms_version,
            brought_in_at=now(session),
        )
    )
    session.flush()
