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
from tests.factories.recorded import written_again

STATE: Final = {
    "awards": "SELECT a.*, h.subject_id FROM awards_award a JOIN ledger_holder h ON h.id = a.holder",
    "measures": "SELECT m.*, h.subject_id FROM awards_measure m JOIN ledger_holder h ON h.id = m.holder",
    "usage": "SELECT u.*, h.subject_id FROM awards_usage u LEFT JOIN ledger_holder h ON h.id = u.holder",
    "items": "SELECT i.*, h.subject_id FROM evidence_item i JOIN ledger_holder h ON h.id = i.holder",
    "rules": "SELECT * FROM awards_rule",
    "imports": "SELECT * FROM awards_import",
    "batches": "SELECT * FROM evidence_batch",
    "keys": "SELECT * FROM evidence_key",
    "rejects": "SELECT * FROM evidence_reject",
    "events": "SELECT e.id, e.grp, e.kind, e.amount, e.key, e.cause, t.at, e.serial, c.name, h.subject_id, "
    "s.award_month, s.terms_version, s.issuer_id FROM ledger_event e "
    "JOIN ledger_batch t ON e.id BETWEEN t.first AND t.last "
    "JOIN ledger_caller c ON c.id = e.caller JOIN ledger_holder h ON h.id = e.holder "
    "JOIN ledger_series s ON s.id = e.series",
    "balances": "SELECT b.leaf_id & 15 AS kind, h.subject_id, s.issuer_id, s.award_month, s.terms_version, b.posted "
    "FROM ledger_balance b JOIN ledger_series s ON s.id = (b.leaf_id >> 4) & 16777215 "
    "LEFT JOIN ledger_holder h ON h.id = b.leaf_id >> 28",
    "holders": "SELECT subject_id FROM ledger_holder",
}
"""Everything that an import writes; pseudonyms by their names, for a broken transaction leaves a gap in the numbers."""

_PSEUDONYMS: Final = ("holder",)


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

    def publish(session: Session) -> str:
        acting.publish_factors(session, actions.shipped_factor_file(), by="acc_example")
        return "published"

    written_again(session, "factors", publish) or publish(session)


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
        return {name: sorted(_rows(session, statement), key=repr) for name, statement in STATE.items()}


def _rows(session: Session, statement: str) -> list[tuple[Any, ...]]:
    rows = session.execute(text(statement)).mappings()
    return [
        tuple(
            bytes(value) if isinstance(value, memoryview) else value
            for name, value in row.items()
            if name not in _PSEUDONYMS
        )
        for row in rows
    ]


def credits_of(database: Database, consumer_id: str) -> int:
    """Give what a consumer has, as the ledger's balances say."""
    with database.reading() as session:
        return sum(one.outstanding for one in ledger.balances_of(session, consumer_id))


def awarded(database: Database, consumer_id: str) -> list[int]:
    """Give the credits of a consumer's awards, oldest first."""
    with database.reading() as session:
        return [line.credits for line in reversed(queries.awards_of(session, consumer_id, limit=1_000))]
