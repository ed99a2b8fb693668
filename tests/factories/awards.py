"""Earning rules, claims and imports for tests, and the whole state they leave behind."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import jobs, queries, rules
from greencredit.kernel.database import Database
from greencredit.ledger import queries as ledger
from greencredit.schemas.awards import EarningRule, Ground, ImportOutcome, PerKilogram, PerYuan
from greencredit.schemas.values import Credits, Words

STATE: Final = (
    "awards_award",
    "awards_import",
    "awards_measure",
    "awards_rule",
    "awards_usage",
    "evidence_batch",
    "evidence_item",
    "evidence_key",
    "evidence_reject",
    "ledger_balance",
    "ledger_event",
    "ledger_holder",
    "ledger_leaf",
    "ledger_series",
)
"""Everything that an import writes, but for the ledger's own book of batches, which counts transactions."""


def purchase_rule(**changes: Any) -> EarningRule:  # noqa: ANN401 - any field of a rule
    """Describe one credit for every yuan of organic produce."""
    facts: dict[str, Any] = {
        "name": "organic",
        "version": 1,
        "title": Words(zh="有机农产品", en="Organic produce"),
        "ground": Ground.PURCHASE,
        "products": ("organic_produce",),
        "rate": PerYuan(credits=Credits(1)),
        "since": date(2024, 1, 1),
    }
    return EarningRule(**(facts | changes))


def action_rule(**changes: Any) -> EarningRule:  # noqa: ANN401 - any field of a rule
    """Describe a hundred credits for every kilogram avoided by metro rides."""
    facts: dict[str, Any] = {
        "name": "travel",
        "version": 1,
        "title": Words(zh="绿色出行", en="Green travel"),
        "ground": Ground.ACTION,
        "actions": ("metro_trip_km",),
        "rate": PerKilogram(credits=Credits(100)),
        "since": date(2024, 1, 1),
    }
    return EarningRule(**(facts | changes))


def filed(rule: EarningRule, *, rule_id: int = 1, lineage: int = 1) -> rules.Filed:
    """Give a rule as it stands on file."""
    return rules.Filed(rule_id, lineage, rule)


def claim(**changes: Any) -> rules.Claim:  # noqa: ANN401 - any field of a claim
    """Give a claim for organic produce of ¥36.50 on 5 January 2026, alone on its receipt."""
    facts: dict[str, Any] = {
        "evidence_id": 1,
        "holder": 7,
        "on": date(2026, 1, 5),
        "ground": Ground.PURCHASE,
        "subject": "organic_produce",
        "spent_fen": 3650,
        "grams": 0,
        "times": 1,
    }
    facts |= changes
    facts.setdefault("bought", {facts["subject"]: facts["spent_fen"]})
    return rules.Claim(**facts)


def publish_factors(session: Session) -> None:
    """Publish the factors that come with the platform."""
    acting.publish_factors(session, actions.shipped_factor_file(), by="acc_example")


def take_in(database: Database, feed: str, path: Path, **more: Any) -> ImportOutcome:  # noqa: ANN401 - passed on
    """Import a file, and require that ledger and awards hold all their invariants afterwards."""
    outcome = jobs.import_file(database, feed, path, **more)
    require_sound(database)
    return outcome


def require_sound(database: Database) -> None:
    """Require that every invariant of ledger and awards holds."""
    with database.reading() as session:
        findings = [*ledger.audit(session), *queries.audit(session)]
    assert {finding.name: finding.broken for finding in findings if not finding.holds} == {}


def state(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Give every row that imports write, in an order of its own."""
    with database.reading() as session:
        return {table: sorted(_rows(session, table), key=repr) for table in STATE}


def _rows(session: Session, table: str) -> list[tuple[Any, ...]]:
    rows = session.execute(text(f"SELECT * FROM {table}"))
    return [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


def credits_of(database: Database, consumer_id: str) -> int:
    """Give what a consumer has, as the ledger's balances say."""
    with database.reading() as session:
        return sum(one.posted for one in ledger.balances_of(session, consumer_id))


def awarded(database: Database, consumer_id: str) -> list[int]:
    """Give the credits of a consumer's awards, oldest first."""
    with database.reading() as session:
        return [line.credits for line in reversed(queries.awards_of(session, consumer_id, limit=1_000))]
