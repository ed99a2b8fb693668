"""What links earning to projects, households, member levels, cards and receipts; marks that are withdrawn."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Create the tables."""
    _create_projects()
    _create_households()
    _create_withdrawals()
    _create_purchases()
    append_only("awards_claim_withdrawal", key=("evidence_id",))
    append_only("evidence_purchase", key=("batch_id", "line"))
    append_only("awards_household")
    append_only("awards_level", key=("issuer_id", "holder", "number"))


def _create_projects() -> None:
    op.create_table(
        "awards_project",
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("signed_off_at", InstantColumn, nullable=False),
        sa.Column("batch_id", Whole, nullable=True),
        sa.Column("parts", Whole, nullable=False),
        sa.Column("waits_for", sa.Text, nullable=True),
        sa.Column("done_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("project_id", name="pk_awards_project"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_project_signed_off_at", "awards_project", ["signed_off_at"])
    op.create_index("ix_awards_project_done_at", "awards_project", ["done_at"])


def _create_households() -> None:
    op.create_table(
        "awards_household",
        sa.Column("id", Whole, nullable=False),
        sa.Column("founded_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_awards_household"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_stay",
        sa.Column("id", Whole, nullable=False),
        sa.Column("household_id", Whole, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("is_adult", FlagColumn, nullable=False),
        sa.Column("by_guardian", FlagColumn, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("joined_at", InstantColumn, nullable=False),
        sa.Column("ended_on", DayColumn, nullable=True),
        sa.Column("ended_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_awards_stay"),
        sa.ForeignKeyConstraint(["household_id"], ["awards_household.id"], name="fk_awards_stay_household_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_stay_household_id", "awards_stay", ["household_id"])
    op.create_index("ix_awards_stay_holder", "awards_stay", ["holder"])
    is_there = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_awards_stay_present",
        "awards_stay",
        ["holder"],
        unique=True,
        sqlite_where=is_there,
        postgresql_where=is_there,
    )
    op.create_table(
        "awards_invitation",
        sa.Column("code_digest", Bytes, nullable=False),
        sa.Column("household_id", Whole, nullable=False),
        sa.Column("made_at", InstantColumn, nullable=False),
        sa.Column("expires_at", InstantColumn, nullable=False),
        sa.Column("used_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("code_digest", name="pk_awards_invitation"),
        sa.ForeignKeyConstraint(["household_id"], ["awards_household.id"], name="fk_awards_invitation_household_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_awards_invitation_household_id", "awards_invitation", ["household_id"])
    op.create_table(
        "awards_level",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False, autoincrement=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "holder", "number", name="pk_awards_level"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_withdrawals() -> None:
    op.create_table(
        "awards_claim_withdrawal",
        sa.Column("evidence_id", Whole, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("withdrawn_by", sa.Text, nullable=False),
        sa.Column("withdrawn_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_awards_claim_withdrawal"),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["awards_claim.evidence_id"], name="fk_awards_claim_withdrawal_evidence_id"
        ),
        sqlite_strict=True,
    )


def _create_purchases() -> None:
    op.create_table(
        "evidence_purchase",
        sa.Column("batch_id", Whole, nullable=False, autoincrement=False),
        sa.Column("line", Whole, nullable=False, autoincrement=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Text, nullable=False),
        sa.Column("holder", Whole, nullable=False),
        sa.Column("happened_on", DayColumn, nullable=False),
        sa.Column("amount_fen", Whole, nullable=False),
        sa.Column("by_card", FlagColumn, nullable=False),
        sa.Column("same_batch_id", Whole, nullable=True),
        sa.Column("same_line", Whole, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "line", name="pk_evidence_purchase"),
        sqlite_strict=True,
    )
    op.create_index("ix_evidence_purchase_issuer_id_holder", "evidence_purchase", ["issuer_id", "holder", "amount_fen"])
