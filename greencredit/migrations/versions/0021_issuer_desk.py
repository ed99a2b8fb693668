"""Filings are found complete, recalled and lapse; reports of a section's owner; sums of what issuers owe."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0021"
down_revision = "0020"

_ACCRUED = sa.text("kind = 3")
_RESTORED = sa.text("kind = 10")
_WAITING = sa.text("state IN ('submitted', 'admitted')")
_SEALED = ("id", "issuer_id", "version", "digest", "drafted_at")
"""What a version is, from its first day."""
_SAID_ONCE = ("submitted_at", "admitted_at", "number", "decided_at", "effective_on")
"""What is said of it later, once."""


def upgrade() -> None:
    """Create what is new and guard it."""
    op.add_column("issuers_filing", sa.Column("admitted_at", InstantColumn, nullable=True))
    _seal_filings_again()
    op.drop_index("uq_issuers_filing_waiting", "issuers_filing")
    op.create_index(
        "uq_issuers_filing_waiting",
        "issuers_filing",
        ["issuer_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    _create_findings()
    append_only("issuers_findings", key=("filing_id", "section", "number"))
    op.add_column("issuers_coverage", sa.Column("promises", sa.Text, nullable=True))
    _create_sums()
    append_only("ledger_sum", key=("series_id", "stretch", "kind"))
    for name, where in (("ix_ledger_event_waiting", _ACCRUED), ("ix_ledger_event_restored", _RESTORED)):
        op.create_index(name, "ledger_event", ["series", "id"], sqlite_where=where, postgresql_where=where)


def _seal_filings_again() -> None:
    """Let the database itself keep the new column, too, as it keeps what else is said of a version."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    kept = [f"NEW.{name} {same} OLD.{name}" for name in _SEALED]
    kept += [f"(OLD.{name} IS NULL OR NEW.{name} {same} OLD.{name})" for name in _SAID_ONCE]
    kept.append("(NEW.state <> 'draft' OR OLD.state = 'draft')")
    sealed = " AND ".join(kept)
    if sqlite:
        op.execute("DROP TRIGGER issuers_filing_stays")
        op.execute(
            f"CREATE TRIGGER issuers_filing_stays BEFORE UPDATE ON issuers_filing WHEN NOT ({sealed}) "
            "BEGIN SELECT RAISE(ABORT, 'issuers_filing is sealed'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION issuers_filing_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {sealed} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'issuers_filing is sealed'; END $$"
    )


def _create_findings() -> None:
    op.create_table(
        "issuers_findings",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("section_digest", sa.Text, nullable=False),
        sa.Column("report_digest", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("passed", FlagColumn, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", "section", "number", name="pk_issuers_findings"),
        sa.ForeignKeyConstraint(["filing_id"], ["issuers_filing.id"], name="fk_issuers_findings_filing_id"),
        sa.CheckConstraint("passed IN (0, 1)", name="ck_issuers_findings_passed"),
        sqlite_strict=True,
    )


def _create_sums() -> None:
    op.create_table(
        "ledger_sum",
        sa.Column("series_id", Whole, nullable=False, autoincrement=False),
        sa.Column("stretch", Whole, nullable=False, autoincrement=False),
        sa.Column("kind", Whole, nullable=False, autoincrement=False),
        sa.Column("credits", Whole, nullable=False),
        sa.PrimaryKeyConstraint("series_id", "stretch", "kind", name="pk_ledger_sum"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
