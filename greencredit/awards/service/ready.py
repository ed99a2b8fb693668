"""The rules in force of an issuer, made ready once and remembered for as long as nothing was filed."""

from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from greencredit.awards import queries, rules
from greencredit.awards.errors import RulesNotInForce
from greencredit.awards.rules import Compiled
from greencredit.awards.tables import AwardsRule
from greencredit.issuers import queries as issuers
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.database import after_commit
from greencredit.schemas.issuers import Filing

_READY: Final = "awards.ready"


class ReadyRules(NamedTuple):
    """What awarding needs of an issuer on a day."""

    as_of: tuple[Any, ...]
    """The issuer's newest step, the newest rule brought in, and the day."""
    filing: Filing
    rules: Compiled


def ready_rules(session: Session, issuer_id: str) -> ReadyRules:
    """Give the filing and the rules in force today.

    Raises:
        RulesNotInForce: nothing is filed, or nothing was brought in.
    """
    today = civil_date(now(session))
    newest = session.scalar(select(func.max(AwardsRule.id)).where(AwardsRule.issuer_id == issuer_id))
    as_of = (issuers.editions(session, [issuer_id]).get(issuer_id), newest, today)
    known: dict[str, ReadyRules] = session.info.get("memory", {}).setdefault(_READY, {})
    found = known.get(issuer_id)
    if found is not None and found.as_of == as_of:
        return found
    filing = issuers.filing_in_force(session, issuer_id, today)
    in_force = [] if filing is None else queries.rules_in_force(session, issuer_id)
    if filing is None or not in_force:
        raise RulesNotInForce(issuer_id)
    plan = rules.plan_of(filing.scheme, queries.counters(session, issuer_id))
    made = ReadyRules(as_of, filing, rules.compile_rules(in_force, plan))
    after_commit(session, lambda: known.update({issuer_id: made}))  # what is rolled back is not remembered
    return made
