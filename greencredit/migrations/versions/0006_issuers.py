"""The first tables of issuers."""

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables."""
