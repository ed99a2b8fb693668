"""The first tables of messages: jobs, the outbox, and the cursors of pullers."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import InstantColumn, Whole

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
    _create_queue("kernel_job")
    _create_queue("kernel_message")
    op.create_table(
        "kernel_cursor",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("moved_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kernel_cursor"),
        sqlite_strict=True,
    )


def _create_queue(name: str) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", Whole, nullable=False),
        sa.Column("attempts_max", Whole, nullable=False),
        sa.Column("run_after", InstantColumn, nullable=False),
        sa.Column("leased_until", InstantColumn, nullable=True),
        sa.Column("worker", sa.Text, nullable=True),
        sa.Column("last_error", sa.Text, nullable=True),
        sa.Column("request_id", sa.Text, nullable=True),
        sa.Column("created_at", InstantColumn, nullable=False),
        sa.Column("done_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("kind", "key", name=f"uq_{name}_kind_key"),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name=f"ck_{name}_state"),
        sa.CheckConstraint("attempts >= 0 AND attempts_max > 0", name=f"ck_{name}_attempts"),
        sa.CheckConstraint("state <> 'running' OR leased_until IS NOT NULL", name=f"ck_{name}_leased"),
        sqlite_strict=True,
    )
    op.create_index(f"ix_{name}_state_run_after_id", name, ["state", "run_after", "id"])
