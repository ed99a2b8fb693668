"""Notices: what people are told, the delivery log, contacts, choices, senders, and how far reminders are."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, FlagColumn, InstantColumn, Whole

revision = "0011"
down_revision = "0010"

_UNREAD = sa.text("read_at IS NULL AND in_inbox = 1")


def upgrade() -> None:
    """Create the tables; issuers that are registered already are known by name from the start."""
    _create_notices()
    _create_people()
    _create_senders()
    op.execute(
        "INSERT INTO notices_sender (issuer_id, name, english_name) SELECT id, name, english_name FROM issuers_issuer"
    )


def _create_notices() -> None:
    op.create_table(
        "notices_notice",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_key", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("in_inbox", FlagColumn, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("read_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_notices_notice"),
        sa.UniqueConstraint(
            "consumer_id", "kind", "subject_key", name="uq_notices_notice_consumer_id_kind_subject_key"
        ),
        sa.CheckConstraint("in_inbox IN (0, 1)", name="ck_notices_notice_in_inbox"),
        sqlite_strict=True,
    )
    op.create_index("ix_notices_notice_consumer_id_id", "notices_notice", ["consumer_id", "id"])
    op.create_index(
        "ix_notices_notice_unread", "notices_notice", ["consumer_id"], sqlite_where=_UNREAD, postgresql_where=_UNREAD
    )
    op.create_table(
        "notices_attempt",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("notice_id", sa.Text, nullable=False),
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("attempt", Whole, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notices_attempt"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices_notice.id"], name="fk_notices_attempt_notice_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_notices_attempt_notice_id", "notices_attempt", ["notice_id"])
    op.create_index("ix_notices_attempt_consumer_id_way_at", "notices_attempt", ["consumer_id", "way", "at"])


def _create_people() -> None:
    op.create_table(
        "notices_contact",
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        sa.Column("sealed", Bytes, nullable=False),
        sa.Column("set_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", "way", name="pk_notices_contact"),
        sa.CheckConstraint("way IN ('mail', 'sms')", name="ck_notices_contact_way"),
        sqlite_strict=True,
    )
    op.create_table(
        "notices_preference",
        sa.Column("consumer_id", sa.Text, nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("changed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("consumer_id", name="pk_notices_preference"),
        sqlite_strict=True,
    )


def _create_senders() -> None:
    op.create_table(
        "notices_sender",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("english_name", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", name="pk_notices_sender"),
        sqlite_strict=True,
    )
    op.create_table(
        "notices_reminding",
        sa.Column("day", DayColumn, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("told", Whole, nullable=False),
        sa.Column("done_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("day", name="pk_notices_reminding"),
        sqlite_strict=True,
    )
