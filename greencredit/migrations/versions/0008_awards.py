"""Awards: filed rules, awards, quantifications, use of caps, files done."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the tables."""
    _create_awards()
    _create_books()
    append_only("awards_rule")
    append_only("awards_award", key=("event_id",))
    append_only("awards_measure", key=("evidence_id",))
    append_only("awards_reversal", key=("event_id",))


def _create_awards() -> None:
    op.create_table(
        "awards_rule",
        sa.Column("id", Whole, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("lineage", Whole, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("terms_version", Whole, nullable=False),
        sa.Column("brought_in_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_awards_rule"),
        sa.UniqueConstraint("issuer_id", "name", "version", name="uq_awards_rule_issuer_id_name_version"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_award",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("rule_id", Whole, nullable=False),
        sa.Column("evidence_id", Whole, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("occurred_on", DayColumn, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("spent_fen", Whole, nullable=True),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("grams", Whole, nullable=True),
        sa.Column("tier", sa.Text, nullable=True),
        sa.Column("trace", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_awards_award"),
        sa.UniqueConstraint("evidence_id", name="uq_awards_award_evidence_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_award_holder_occurred_on", "awards_award", ["holder", "occurred_on"])
    op.create_table(
        "awards_reversal",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("award_id", Whole, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_awards_reversal"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_reversal_award_id", "awards_reversal", ["award_id"])


def _create_books() -> None:
    op.create_table(
        "awards_measure",
        sa.Column("evidence_id", Whole, nullable=False, autoincrement=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("occurred_on", DayColumn, nullable=False),
        sa.Column("grams", Whole, nullable=False),
        sa.Column("tier", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_awards_measure"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_measure_holder_occurred_on", "awards_measure", ["holder", "occurred_on"])
    op.create_table(
        "awards_usage",
        sa.Column("lineage", Whole, nullable=False, autoincrement=False),
        sa.Column("holder", Whole, nullable=False, autoincrement=False),
        sa.Column("window", Whole, nullable=False, autoincrement=False),
        sa.Column("credits", Whole, nullable=False),
        sa.PrimaryKeyConstraint("lineage", "holder", "window", name="pk_awards_usage"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "awards_import",
        sa.Column("batch_id", Whole, nullable=False, autoincrement=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("awarded", Whole, nullable=False),
        sa.Column("no_credit", Whole, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("grams", Whole, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name="pk_awards_import"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_import_issuer_id", "awards_import", ["issuer_id"])
