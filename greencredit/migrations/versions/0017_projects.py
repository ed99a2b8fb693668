"""Energy-saving projects."""

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
