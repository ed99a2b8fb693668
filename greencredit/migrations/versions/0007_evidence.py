"""Evidence: feeds, files, keys, items, rejects."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the tables."""
    _create_feeds()
    _create_lines()
    append_only("evidence_item")
    append_only("evidence_reject", key=("batch_id", "line"))


def _create_feeds() -> None:
    op.create_table(
        "evidence_feed",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Text, nullable=True),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("synthetic", FlagColumn, nullable=False),
        sa.Column("notice_zh", sa.Text, nullable=True),
        sa.Column("notice_en", sa.Text, nullable=True),
        sa.Column("opened_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_feed"),
        sa.UniqueConstraint("name", name="uq_evidence_feed_name"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_batch",
        sa.Column("id", Whole, nullable=False),
        sa.Column("feed_id", Whole, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("file_digest", sa.Text, nullable=False),
        sa.Column("lines", Whole, nullable=False),
        sa.Column("qualifying", Whole, nullable=False),
        sa.Column("duplicates", Whole, nullable=False),
        sa.Column("rejected", Whole, nullable=False),
        sa.Column("opened_at", InstantColumn, nullable=False),
        sa.Column("closed_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_batch"),
        sa.UniqueConstraint("feed_id", "file_digest", name="uq_evidence_batch_feed_id_file_digest"),
        sa.ForeignKeyConstraint(["feed_id"], ["evidence_feed.id"], name="fk_evidence_batch_feed_id"),
        sqlite_strict=True,
    )


def _create_lines() -> None:
    op.create_table(
        "evidence_key",
        sa.Column("fingerprint", Bytes, nullable=False),
        sa.Column("batch_id", Whole, nullable=False),
        sa.Column("line", Whole, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_evidence_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "evidence_item",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("happened_on", DayColumn, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("quantity", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("spent_fen", Whole, nullable=True),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_item"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_reject",
        sa.Column("batch_id", Whole, nullable=False),
        sa.Column("line", Whole, nullable=False, autoincrement=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("field", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_evidence_reject"),
        sa.ForeignKeyConstraint(["batch_id"], ["evidence_batch.id"], name="fk_evidence_reject_batch_id"),
        sqlite_strict=True,
    )
