"""The log: entries, tiles, keys, checkpoints, witnesses; what was written or signed is never changed."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables."""
    _create_log()
    _create_signed()
    _create_witnesses()
    append_only("proofs_entry", key=("position",))
    append_only("proofs_tile", key=("level", "number"))
    append_only("proofs_key", key=("number",))
    append_only("proofs_checkpoint", key=("size",))
    append_only("proofs_cosignature", key=("size", "vkey"))
    append_only("proofs_conflict", key=("origin", "size", "root"))


def _create_log() -> None:
    op.create_table(
        "proofs_log",
        sa.Column("id", Whole, nullable=False, autoincrement=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("published", Whole, nullable=False),
        sa.Column("publisher", sa.Text, nullable=True),
        sa.Column("leased_until", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_proofs_log"),
        sa.CheckConstraint("id = 1", name="ck_proofs_log_one_row"),
        sa.CheckConstraint("published >= 0", name="ck_proofs_log_size"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_entry",
        sa.Column("position", Whole, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", Bytes, nullable=False),
        sa.Column("hash", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_proofs_entry"),
        sa.CheckConstraint(
            "position >= 0 AND length(body) <= 65535 AND length(hash) = 32", name="ck_proofs_entry_shape"
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_tile",
        sa.Column("level", Whole, nullable=False, autoincrement=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("hashes", Bytes, nullable=False),
        sa.Column("root", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_proofs_tile"),
        sa.CheckConstraint("level >= 0 AND number >= 0", name="ck_proofs_tile_place"),
        sa.CheckConstraint("length(hashes) = 8192 AND length(root) = 32", name="ck_proofs_tile_shape"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_pending",
        sa.Column("id", Whole, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proofs_pending"),
        sa.CheckConstraint("length(body) <= 65535", name="ck_proofs_pending_shape"),
        sqlite_strict=True,
    )


def _create_signed() -> None:
    op.create_table(
        "proofs_key",
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("since", Whole, nullable=False),
        sa.Column("change", Bytes, nullable=True),
        sa.Column("made_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_proofs_key"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_checkpoint",
        sa.Column("size", Whole, nullable=False, autoincrement=False),
        sa.Column("root", Bytes, nullable=False),
        sa.Column("note", Bytes, nullable=False),
        sa.Column("key_number", Whole, nullable=False),
        sa.Column("signed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_proofs_checkpoint"),
        sa.CheckConstraint("size >= 0 AND length(root) = 32", name="ck_proofs_checkpoint_shape"),
        sqlite_strict=True,
    )


def _create_witnesses() -> None:
    op.create_table(
        "proofs_witness",
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.Column("ended_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("vkey", name="pk_proofs_witness"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_cosignature",
        sa.Column("size", Whole, nullable=False, autoincrement=False),
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("cosigned_seconds", Whole, nullable=False),
        sa.Column("line", Bytes, nullable=False),
        sa.PrimaryKeyConstraint("size", "vkey", name="pk_proofs_cosignature"),
        sa.CheckConstraint("size >= 0", name="ck_proofs_cosignature_size"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_watched",
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("vkey", sa.Text, nullable=False),
        sa.Column("size", Whole, nullable=False),
        sa.Column("root", Bytes, nullable=True),
        sa.Column("note", Bytes, nullable=True),
        sa.Column("cosigned_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("origin", name="pk_proofs_watched"),
        sa.CheckConstraint("size >= 0", name="ck_proofs_watched_size"),
        sqlite_strict=True,
    )
    op.create_table(
        "proofs_conflict",
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("size", Whole, nullable=False, autoincrement=False),
        sa.Column("root", Bytes, nullable=False),
        sa.Column("kept", Bytes, nullable=False),
        sa.Column("offered", Bytes, nullable=False),
        sa.Column("seen_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "root", name="pk_proofs_conflict"),
        sqlite_strict=True,
    )
