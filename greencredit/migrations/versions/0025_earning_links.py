"""What links earning to projects, households, member levels, cards and receipts; marks that are withdrawn."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import InstantColumn, Whole

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the tables."""
    _create_projects()


def _create_projects() -> None:
    op.create_table(
        "awards_project",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("signed_off_at", InstantColumn, nullable=False),
        sa.Column("batch_id", Whole, nullable=True),
        sa.Column("parts", Whole, nullable=False),
        sa.Column("waits_for", sa.Text, nullable=True),
        sa.Column("done_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("project_id", name="pk_awards_project"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_project_signed_off_at", "awards_project", ["signed_off_at"])
    op.create_index("ix_awards_project_done_at", "awards_project", ["done_at"])
