"""Grounds: why runs of awards were given that rest on a filed promotion and not on evidence."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Whole
from greencredit.migrations.guards import append_only

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "ledger_ground",
        sa.Column("first", Whole, nullable=False, autoincrement=False),
        sa.Column("last", Whole, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("first", name="pk_ledger_ground"),
        sa.CheckConstraint("last >= first", name="ck_ledger_ground_not_empty"),
        sqlite_strict=True,
    )
    append_only("ledger_ground", key=("first",))
