"""Actions: the factor files that were published and the versions of every factor, append-only."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0004"
down_revision = "0003"

_TEXTS = ("series", "selection", "category", "title_zh", "title_en", "value", "unit", "gas", "region")
_SOURCES = ("tier", "verification", "publisher", "document", "source_url")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "actions_factor_file",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("published_at", InstantColumn, nullable=False),
        sa.Column("published_by", sa.Text, nullable=False),
        sa.Column("factors", Whole, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_actions_factor_file"),
        sqlite_strict=True,
    )
    op.create_table(
        "actions_factor",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False, autoincrement=False),
        sa.Column("file_digest", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
        sa.Column("valid_from", DayColumn, nullable=True),
        sa.Column("valid_to", DayColumn, nullable=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _SOURCES),
        sa.Column("derivation", sa.Text, nullable=True),
        sa.Column("notes", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", "version", name="pk_actions_factor"),
        sa.ForeignKeyConstraint(["file_digest"], ["actions_factor_file.digest"], name="fk_actions_factor_file_digest"),
        sa.CheckConstraint("version >= 1", name="ck_actions_factor_version_from_one"),
        sqlite_strict=True,
    )
    append_only("actions_factor_file", key=("digest",))
    append_only("actions_factor", key=("id", "version"))
