"""Certificates, sources and fraud signals."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
