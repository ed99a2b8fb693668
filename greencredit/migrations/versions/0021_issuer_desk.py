"""What the desk keeps of a filing's progress."""

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Create the tables."""


def downgrade() -> None:
    """Drop what was created."""
