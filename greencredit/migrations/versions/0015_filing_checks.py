"""Checks, decisions and clocks of filings."""

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Create the tables."""
