"""Custody statements, coverage, and what a suspension froze."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0016"
down_revision = "0015"

_OPEN = sa.text("outcome IS NULL")


def upgrade() -> None:
    """Create the tables."""
    _create_statement()
    _create_coverage()
    _create_watch()
    _create_frozen()
    append_only("issuers_statement")
    append_only("issuers_coverage", key=("issuer_id", "number"))


def _create_statement() -> None:
    op.create_table(
        "issuers_statement",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("amount_fen", Whole, nullable=False),
        sa.Column("as_of", DayColumn, nullable=False),
        sa.Column("bank", sa.Text, nullable=False),
        sa.Column("account_kind", sa.Text, nullable=False),
        sa.Column("account_title", sa.Text, nullable=False),
        sa.Column("account_last4", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("recorded_at", InstantColumn, nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_statement"),
        sa.UniqueConstraint("issuer_id", "number", name="uq_issuers_statement_issuer_id_number"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_statement_issuer_id"),
        sa.CheckConstraint("amount_fen >= 0", name="ck_issuers_statement_not_negative"),
        sa.CheckConstraint(
            "account_kind IN ('custody_account', 'bank_guarantee', 'surety_insurance')",
            name="ck_issuers_statement_kind",
        ),
        sa.CheckConstraint(
            "replace(account_title, '备付金', '') = account_title", name="ck_issuers_statement_no_reserve"
        ),
        sa.CheckConstraint("length(account_last4) = 4", name="ck_issuers_statement_last_four"),
        sqlite_strict=True,
    )


def _create_coverage() -> None:
    op.create_table(
        "issuers_coverage",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("statement_id", sa.Text, nullable=True),
        sa.Column("guarantee_fen", Whole, nullable=False),
        sa.Column("lines", sa.Text, nullable=False),
        sa.Column("outstanding", Whole, nullable=False),
        sa.Column("worth_fen", Whole, nullable=False),
        sa.Column("basis_points", Whole, nullable=True),
        sa.Column("filed_basis_points", Whole, nullable=False),
        sa.Column("kept", FlagColumn, nullable=False),
        sa.Column("as_of_event", Whole, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", "number", name="pk_issuers_coverage"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_coverage_issuer_id"),
        sa.ForeignKeyConstraint(["statement_id"], ["issuers_statement.id"], name="fk_issuers_coverage_statement_id"),
        sa.CheckConstraint("(basis_points IS NULL) = (worth_fen = 0)", name="ck_issuers_coverage_ratio_of_something"),
        sa.CheckConstraint("kept IN (0, 1)", name="ck_issuers_coverage_kept"),
        sqlite_strict=True,
    )


def _create_watch() -> None:
    op.create_table(
        "issuers_watch",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("day", DayColumn, nullable=False),
        sa.Column("edition", Whole, nullable=False),
        sa.PrimaryKeyConstraint("issuer_id", name="pk_issuers_watch"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_watch_issuer_id"),
        sqlite_strict=True,
    )


def _create_frozen() -> None:
    op.create_table(
        "issuers_frozen",
        sa.Column("event_id", Whole, nullable=False, autoincrement=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("credits", Whole, nullable=False),
        sa.Column("frozen_at", InstantColumn, nullable=False),
        sa.Column("outcome", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("decided_by", sa.Text, nullable=True),
        sa.Column("decided_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_issuers_frozen"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_frozen_issuer_id"),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="ck_issuers_frozen_decided_whole"),
        sa.CheckConstraint("outcome IN ('activated', 'reversed', 'gone')", name="ck_issuers_frozen_outcome"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_issuers_frozen_open",
        "issuers_frozen",
        ["issuer_id", "event_id"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
