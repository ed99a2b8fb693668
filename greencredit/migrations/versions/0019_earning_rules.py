"""What earning rules keep beside an award."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
