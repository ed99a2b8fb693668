"""Portable proofs: keys that sign them, status lists and their versions, the proofs themselves."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Create the tables; keys and signed lists are written once."""
    _create_keys()
    _create_lists()
    _create_proofs()


def _create_keys() -> None:
    op.create_table(
        "badges_key",
        sa.Column("suite", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("public", sa.Text, nullable=False),
        sa.Column("thumbprint", sa.Text, nullable=False),
        sa.Column("sealed", Bytes, nullable=True),
        sa.Column("since", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("suite", "number", name="pk_badges_key"),
        sa.CheckConstraint("number > 0", name="ck_badges_key_number"),
        sqlite_strict=True,
    )
    append_only("badges_key", key=("suite", "number"))


def _create_lists() -> None:
    op.create_table(
        "badges_list",
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("taken", Whole, nullable=False),
        sa.Column("opened_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_badges_list"),
        sa.CheckConstraint("taken >= 0", name="ck_badges_list_taken"),
        sqlite_strict=True,
    )
    op.create_table(
        "badges_version",
        sa.Column("list", Whole, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("revoked", Whole, nullable=False),
        sa.Column("signed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("list", "version", name="pk_badges_version"),
        sa.CheckConstraint("version > 0 AND revoked >= 0 AND length(sha256) = 64", name="ck_badges_version_shape"),
        sqlite_strict=True,
    )
    append_only("badges_version", key=("list", "version"))


def _create_proofs() -> None:
    op.create_table(
        "badges_proof",
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("credential_id", sa.Text, nullable=False),
        sa.Column("consumer_id", sa.Text, nullable=True),
        sa.Column("salt", sa.Text, nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("token", sa.Text, nullable=True),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("lang", sa.Text, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until_day", DayColumn, nullable=False),
        sa.Column("as_of", InstantColumn, nullable=False),
        sa.Column("awards", Whole, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("grams", Whole, nullable=False),
        sa.Column("quantified", Whole, nullable=False),
        sa.Column("list", Whole, nullable=False),
        sa.Column("slot", Whole, nullable=False),
        sa.Column("issued_at", InstantColumn, nullable=False),
        sa.Column("revoked_at", InstantColumn, nullable=True),
        sa.Column("why", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_badges_proof"),
        sa.UniqueConstraint("list", "slot", name="uq_badges_proof_list_slot"),
        sa.UniqueConstraint("credential_id", name="uq_badges_proof_credential_id"),
        sa.CheckConstraint("lang IN ('zh', 'en')", name="ck_badges_proof_lang"),
        sa.CheckConstraint("length(sha256) = 64 AND slot >= 0 AND awards > 0", name="ck_badges_proof_shape"),
        sa.CheckConstraint("(revoked_at IS NULL) = (why IS NULL)", name="ck_badges_proof_why"),
        sa.CheckConstraint(
            "(consumer_id IS NULL) = (salt IS NULL) AND (salt IS NULL) = (document IS NULL) "
            "AND (document IS NULL) = (token IS NULL)",
            name="ck_badges_proof_forgotten",
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_badges_proof_consumer_id", "badges_proof", ["consumer_id"])
