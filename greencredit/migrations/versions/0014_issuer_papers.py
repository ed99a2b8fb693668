"""Agencies, assessors, indicator sets and reviews."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""
