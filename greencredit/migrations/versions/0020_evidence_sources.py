"""Certificates, sources and fraud signals."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Create the tables."""
    op.add_column("evidence_item", sa.Column("hour", Whole, nullable=True))
    op.add_column("evidence_item", sa.Column("attributes", sa.Text, nullable=True))
    op.add_column("evidence_item", sa.Column("tier", sa.Text, nullable=True))
    op.create_index("ix_evidence_item_holder_happened_on", "evidence_item", ["holder", "happened_on"])
    _create_what_came()
    _create_certificates()
    _create_holds()
    append_only("evidence_aside", key=("batch_id", "line"))
    append_only("evidence_refund", key=("batch_id", "line"))
    append_only("evidence_told", key=("mark",))
    append_only("evidence_list")
    append_only("evidence_certificate", key=("list_id", "number"))
    append_only("awards_hold")
    append_only("awards_hold_decision", key=("hold_id",))


def _create_what_came() -> None:
    op.create_table(
        "evidence_aside",
        sa.Column("batch_id", Whole, nullable=False, autoincrement=False),
        sa.Column("line", Whole, nullable=False, autoincrement=False),
        sa.Column("first_batch_id", Whole, nullable=False),
        sa.Column("first_line", Whole, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_evidence_aside"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_refund",
        sa.Column("batch_id", Whole, nullable=False, autoincrement=False),
        sa.Column("line", Whole, nullable=False, autoincrement=False),
        sa.Column("evidence_id", Whole, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount_fen", Whole, nullable=False),
        sa.Column("happened_on", DayColumn, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_evidence_refund"),
        sqlite_strict=True,
    )
    op.create_index("ix_evidence_refund_evidence_id", "evidence_refund", ["evidence_id"])
    op.create_table(
        "evidence_pulse",
        sa.Column("feed_id", Whole, nullable=False, autoincrement=False),
        sa.Column("taken_in_at", InstantColumn, nullable=False),
        sa.Column("newest_at", InstantColumn, nullable=True),
        sa.Column("lag_seconds", Whole, nullable=True),
        sa.PrimaryKeyConstraint("feed_id", name="pk_evidence_pulse"),
        sa.ForeignKeyConstraint(["feed_id"], ["evidence_feed.id"], name="fk_evidence_pulse_feed_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_told",
        sa.Column("mark", Bytes, nullable=False),
        sa.Column("content", Bytes, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_evidence_told"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_certificates() -> None:
    op.create_table(
        "evidence_signer",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("algorithm", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("trusted_at", InstantColumn, nullable=False),
        sa.Column("ended_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_evidence_signer"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_list",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("listed_on", DayColumn, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
        sa.Column("certificates", Whole, nullable=False),
        sa.Column("imported_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evidence_list"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_certificate",
        sa.Column("list_id", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("list_id", "number", name="pk_evidence_certificate"),
        sa.ForeignKeyConstraint(["list_id"], ["evidence_list.id"], name="fk_evidence_certificate_list_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "evidence_tie",
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("declared_by", sa.Text, nullable=False),
        sa.Column("declared_at", InstantColumn, nullable=False),
        sa.Column("ended_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("merchant_id", "holder", name="pk_evidence_tie"),
        sqlite_strict=True,
    )


def _create_holds() -> None:
    op.create_table(
        "awards_hold",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("monitor", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("awards", sa.Text, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("freezes", sa.Text, nullable=False),
        sa.Column("placed_by", sa.Text, nullable=False),
        sa.Column("placed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_awards_hold"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_hold_holder", "awards_hold", ["holder"])
    op.create_table(
        "awards_appeal",
        sa.Column("hold_id", sa.Text, nullable=False),
        sa.Column("lodged_by", sa.Text, nullable=False),
        sa.Column("lodged_at", InstantColumn, nullable=False),
        sa.Column("words", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name="pk_awards_appeal"),
        sa.ForeignKeyConstraint(["hold_id"], ["awards_hold.id"], name="fk_awards_appeal_hold_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_hold_decision",
        sa.Column("hold_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("hold_id", name="pk_awards_hold_decision"),
        sa.ForeignKeyConstraint(["hold_id"], ["awards_hold.id"], name="fk_awards_hold_decision_hold_id"),
        sqlite_strict=True,
    )
