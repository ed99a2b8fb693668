"""The salt of an erased person's event in which an enterprise has a stake: its account can be proved further on."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column; what was frozen before has none."""
    op.add_column("ledger_frozen", sa.Column("salt", Bytes, nullable=True))
