"""The first tables of messages."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables."""
