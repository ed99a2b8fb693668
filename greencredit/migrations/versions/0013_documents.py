"""Documents by content hash: what is stored, who handed it in, to which place it belongs."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "documents_document",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("size_bytes", Whole, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("stored_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_documents_document"),
        sqlite_strict=True,
    )
    op.create_table(
        "documents_deposit",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("digest", "account_id", name="pk_documents_deposit"),
        sa.ForeignKeyConstraint(["digest"], ["documents_document.digest"], name="fk_documents_deposit_digest"),
        sqlite_strict=True,
    )
    op.create_index("ix_documents_deposit_account_id_at", "documents_deposit", ["account_id", "at"])
    op.create_table(
        "documents_attachment",
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("place", "digest", name="pk_documents_attachment"),
        sa.ForeignKeyConstraint(["digest"], ["documents_document.digest"], name="fk_documents_attachment_digest"),
        sqlite_strict=True,
    )
    append_only("documents_document", key=("digest",))
    append_only("documents_deposit", key=("digest", "account_id"))
    append_only("documents_attachment", key=("place", "digest"))
