"""The first tables of reports."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables."""
