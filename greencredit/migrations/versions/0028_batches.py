"""Batches of reports: what was asked for, the parts that workers take, every subject once, and the manifests."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Create the tables."""
    _create_batches()
    op.create_table(
        "reports_item",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("position", Whole, nullable=False, autoincrement=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", Whole, nullable=False),
        sa.Column("run_after", InstantColumn, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("media_type", sa.Text),
        sa.Column("code", sa.Text),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("batch_id", "position", name="pk_reports_item"),
        sa.UniqueConstraint("batch_id", "subject_id", name="uq_reports_item_batch_id_subject_id"),
        sa.UniqueConstraint("batch_id", "number", name="uq_reports_item_batch_id_number"),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dead')", name="ck_reports_item_state"),
        sa.CheckConstraint("(state = 'done') = (number IS NOT NULL)", name="ck_reports_item_numbered"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_reports_item_dead",
        "reports_item",
        ["batch_id", "position"],
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index("ix_reports_item_subject_id", "reports_item", ["subject_id"])
    op.create_table(
        "reports_manifest",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("edition", Whole, nullable=False, autoincrement=False),
        sa.Column("reports", Whole, nullable=False),
        sa.Column("refused", Whole, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", Whole, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("made_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "edition", name="pk_reports_manifest"),
        sqlite_strict=True,
    )
    append_only("reports_manifest", key=("batch_id", "edition"))
    # Whose guardians are told is asked for every report of a batch.
    op.create_index("ix_people_grant_scope_id", "people_grant", ["scope_id"])


def _create_batches() -> None:
    op.create_table(
        "reports_batch",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until_day", DayColumn, nullable=False),
        sa.Column("population", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text),
        sa.Column("tells", FlagColumn, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("edition", Whole, nullable=False),
        sa.Column("cut_after", sa.Text, nullable=False),
        sa.Column("subjects", Whole, nullable=False),
        sa.Column("parts", Whole, nullable=False),
        sa.Column("parts_left", Whole, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", InstantColumn, nullable=False),
        sa.Column("closed_at", InstantColumn),
        sa.PrimaryKeyConstraint("id", name="pk_reports_batch"),
        sa.UniqueConstraint("key", name="uq_reports_batch_key"),
        sa.CheckConstraint("state IN ('cutting', 'issuing', 'closing', 'closed')", name="ck_reports_batch_state"),
        sa.CheckConstraint("parts_left >= 0 AND parts_left <= parts AND subjects >= 0", name="ck_reports_batch_counts"),
        sa.CheckConstraint("(population = 'issuer') = (issuer_id IS NOT NULL)", name="ck_reports_batch_population"),
        sa.CheckConstraint("tells IN (0, 1)", name="ck_reports_batch_tells"),
        sqlite_strict=True,
    )
    op.create_table(
        "reports_part",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("part", Whole, nullable=False, autoincrement=False),
        sa.Column("subjects", Whole, nullable=False),
        sa.Column("done", Whole, nullable=False),
        sa.Column("dead", Whole, nullable=False),
        sa.Column("is_open", FlagColumn, nullable=False),
        sa.Column("began_at", InstantColumn),
        sa.Column("touched_at", InstantColumn),
        sa.PrimaryKeyConstraint("batch_id", "part", name="pk_reports_part"),
        sa.CheckConstraint("done >= 0 AND dead >= 0 AND done + dead <= subjects", name="ck_reports_part_counts"),
        sa.CheckConstraint("is_open IN (0, 1)", name="ck_reports_part_is_open"),
        sa.CheckConstraint("is_open = 1 OR done + dead = subjects", name="ck_reports_part_complete"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
