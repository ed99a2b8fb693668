"""Checks, places and opinions of filings; a version stays what it was, and one at a time waits for a decision."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0015"
down_revision = "0014"

_WAITING = sa.text("state = 'submitted'")
_SEALED = ("id", "issuer_id", "version", "digest", "drafted_at")
"""What a version is, from its first day."""
_SAID_ONCE = ("submitted_at", "number", "decided_at", "effective_on")
"""What is said of it later, once."""


def upgrade() -> None:
    """Create the tables and guards."""
    _create_checks()
    _create_decisions()
    append_only("issuers_check", key=("filing_id", "number"))
    append_only("issuers_placing", key=("filing_id",))
    append_only("issuers_opinion", key=("filing_id", "number"))
    op.create_index(
        "uq_issuers_filing_waiting",
        "issuers_filing",
        ["issuer_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    _seal_filings()


def _create_checks() -> None:
    op.create_table(
        "issuers_check",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("filing_digest", sa.Text, nullable=False),
        sa.Column("report_digest", sa.Text, nullable=False),
        sa.Column("passed", FlagColumn, nullable=False),
        sa.Column("stopping", sa.Text, nullable=False),
        sa.Column("report", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", "number", name="pk_issuers_check"),
        sa.ForeignKeyConstraint(["filing_id"], ["issuers_filing.id"], name="fk_issuers_check_filing_id"),
        sa.CheckConstraint("passed IN (0, 1)", name="ck_issuers_check_passed"),
        sqlite_strict=True,
    )


def _create_decisions() -> None:
    op.create_table(
        "issuers_placing",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("authority", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", name="pk_issuers_placing"),
        sa.ForeignKeyConstraint(["filing_id"], ["issuers_filing.id"], name="fk_issuers_placing_filing_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_opinion",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("filing_digest", sa.Text, nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", "number", name="pk_issuers_opinion"),
        sa.ForeignKeyConstraint(["filing_id"], ["issuers_filing.id"], name="fk_issuers_opinion_filing_id"),
        sa.CheckConstraint("verdict IN ('accept', 'return', 'refuse')", name="ck_issuers_opinion_verdict"),
        sqlite_strict=True,
    )


def _seal_filings() -> None:
    """Let the database itself refuse to change or remove a version; its state alone goes on."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    same = "IS" if sqlite else "IS NOT DISTINCT FROM"
    kept = [f"NEW.{name} {same} OLD.{name}" for name in _SEALED]
    kept += [f"(OLD.{name} IS NULL OR NEW.{name} {same} OLD.{name})" for name in _SAID_ONCE]
    kept.append("(NEW.state <> 'draft' OR OLD.state = 'draft')")
    sealed = " AND ".join(kept)
    if sqlite:
        op.execute(
            f"CREATE TRIGGER issuers_filing_stays BEFORE UPDATE ON issuers_filing WHEN NOT ({sealed}) "
            "BEGIN SELECT RAISE(ABORT, 'issuers_filing is sealed'); END"
        )
        op.execute(
            "CREATE TRIGGER issuers_filing_no_delete BEFORE DELETE ON issuers_filing "
            "BEGIN SELECT RAISE(ABORT, 'issuers_filing is sealed'); END"
        )
        op.execute(
            "CREATE TRIGGER issuers_filing_no_replace BEFORE INSERT ON issuers_filing "
            "WHEN EXISTS (SELECT 1 FROM issuers_filing WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'issuers_filing is sealed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION issuers_filing_check() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF {sealed} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'issuers_filing is sealed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER issuers_filing_stays BEFORE UPDATE OR DELETE ON issuers_filing "
        "FOR EACH ROW EXECUTE FUNCTION issuers_filing_check()"
    )
