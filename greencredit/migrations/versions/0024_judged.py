"""When each batch of evidence was judged, by which what earned nothing is replayed; and worked cases of filings."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the tables; what was judged before has no row."""
    op.create_table(
        "awards_judged",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("first_evidence", Whole, nullable=False),
        sa.Column("last_evidence", Whole, nullable=False),
        sa.Column("as_of", Whole, nullable=False),
        sa.Column("judged_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "number", name="pk_awards_judged"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_awards_judged_first_evidence", "awards_judged", ["first_evidence"])
    append_only("awards_judged", key=("issuer_id", "number"))
    op.create_table(
        "awards_case",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("edition", Whole, nullable=False, autoincrement=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("stored_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", "edition", name="pk_awards_case"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    append_only("awards_case", key=("filing_id", "edition"))
