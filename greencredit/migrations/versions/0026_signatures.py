"""Signatures of reports: who signs, what was announced to the log, how files were signed, what was withdrawn."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reports_seal",
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("certificates", sa.Text, nullable=False),
        sa.Column("is_own", FlagColumn, nullable=False),
        sa.Column("status_key", sa.Text, nullable=False),
        sa.Column("log_from", Whole, nullable=False),
        sa.Column("made_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_reports_seal"),
        sa.UniqueConstraint("fingerprint", name="uq_reports_seal_fingerprint"),
        sa.CheckConstraint("length(fingerprint) = 64", name="ck_reports_seal_fingerprint"),
        sqlite_strict=True,
    )
    _create_announcements()
    _create_signatures()
    append_only("reports_seal", key=("number",))
    append_only("reports_announcement")
    append_only("reports_announced", key=("number", "table_sha256", "seal"))
    append_only("reports_logged", key=("announcement_id",))
    append_only("reports_signature", key=("file_sha256",))
    append_only("reports_withdrawal", key=("number", "status"))


def _create_announcements() -> None:
    op.create_table(
        "reports_announcement",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("seal", Whole, nullable=False),
        sa.Column("count", Whole, nullable=False),
        sa.Column("root", Bytes, nullable=False),
        sa.Column("log_from", Whole, nullable=False),
        sa.Column("announced_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reports_announcement"),
        sa.ForeignKeyConstraint(["seal"], ["reports_seal.number"], name="fk_reports_announcement_seal"),
        sqlite_strict=True,
    )
    op.create_table(
        "reports_announced",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("table_sha256", sa.Text, nullable=False),
        sa.Column("seal", Whole, nullable=False, autoincrement=False),
        sa.Column("announcement_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("facts_sha256", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", "table_sha256", "seal", name="pk_reports_announced"),
        sa.CheckConstraint(
            "length(facts_sha256) = 64 AND length(table_sha256) = 64", name="ck_reports_announced_digests"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_reports_announced_announcement_id_number",
        "reports_announced",
        ["announcement_id", "number"],
    )
    op.create_table(
        "reports_logged",
        sa.Column("announcement_id", sa.Text, nullable=False),
        sa.Column("entry", Whole, nullable=False),
        sa.Column("seal_entry", Whole, nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.PrimaryKeyConstraint("announcement_id", name="pk_reports_logged"),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["reports_announcement.id"], name="fk_reports_logged_announcement_id"
        ),
        sa.CheckConstraint("entry < size AND seal_entry < size", name="ck_reports_logged_place"),
        sqlite_strict=True,
    )


def _create_signatures() -> None:
    op.create_table(
        "reports_signature",
        sa.Column("file_sha256", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("certificate_sha256", sa.Text, nullable=False),
        sa.Column("unsigned_sha256", sa.Text, nullable=False),
        sa.Column("unsigned_bytes", Whole, nullable=False),
        sa.Column("signed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("file_sha256", name="pk_reports_signature"),
        sa.CheckConstraint("level = 'B-B' OR level = 'B-T'", name="ck_reports_signature_level"),
        sqlite_strict=True,
    )
    op.create_index("ix_reports_signature_number", "reports_signature", ["number"])
    op.create_table(
        "reports_withdrawal",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("successor", sa.Text, nullable=True),
        sa.Column("withdrawn_by", sa.Text, nullable=False),
        sa.Column("withdrawn_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("number", "status", name="pk_reports_withdrawal"),
        sa.CheckConstraint(
            "(status = 'superseded' AND successor IS NOT NULL) OR (status = 'revoked' AND successor IS NULL)",
            name="ck_reports_withdrawal_successor",
        ),
        sqlite_strict=True,
    )
