"""The register of issued reports; a row is written once and never changed."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reports_report",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until_day", DayColumn, nullable=False),
        sa.Column("facts_sha256", sa.Text, nullable=False),
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", Whole, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("renderer", sa.Text, nullable=False),
        sa.Column("issued_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("number", "media_type", name="pk_reports_report"),
        sa.CheckConstraint("lang = 'zh' OR lang = 'en'", name="ck_reports_report_lang"),
        sa.CheckConstraint("length(facts_sha256) = 64 AND length(file_sha256) = 64", name="ck_reports_report_digests"),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_report_subject_id", "reports_report", ["subject_id"])
    append_only("reports_report", key=("number", "media_type"))
