"""The first tables of people."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
