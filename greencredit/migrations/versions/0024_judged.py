"""When each batch of evidence was judged, and after which ledger event: what earned nothing can be replayed by it."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Create the table; what was judged before has no row."""
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
