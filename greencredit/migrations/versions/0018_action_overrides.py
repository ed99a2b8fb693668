"""What the catalogue of actions needs beside its files."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
