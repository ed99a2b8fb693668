"""Custody statements, coverage, and what a suspension froze."""

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the tables."""
