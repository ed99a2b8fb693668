"""What every month of an organisation came to, kept when it was first published: longer periods add these up."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "organisations_month",
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("month", DayColumn, nullable=False),
        sa.Column("as_of_event", Whole, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", "month", name="pk_organisations_month"),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations_organisation.id"],
            name="fk_organisations_month_organisation_id",
        ),
        sqlite_strict=True,
    )
    append_only("organisations_month", key=("organisation_id", "month"))
