"""Organisations and their members."""

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
