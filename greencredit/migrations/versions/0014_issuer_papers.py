"""Agencies over time, assessments between their two people, reviews of codes that fail a check."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Create the tables."""
    op.add_column("issuers_certificate", sa.Column("fees", sa.Text, nullable=True))
    op.add_column("issuers_assessment", sa.Column("fees", sa.Text, nullable=True))
    op.add_column("issuers_assessment", sa.Column("reviewer_id", sa.Text, nullable=True))
    _create_agencies()
    _create_scored()
    _create_code_reviews()
    append_only("issuers_agency")
    append_only("issuers_agency_standing", key=("agency_id", "number"))
    append_only("issuers_scored")
    append_only("issuers_review", key=("scored_id",))
    append_only("issuers_code_review")
    append_only("issuers_code_decision", key=("review_id",))


def _create_agencies() -> None:
    op.create_table(
        "issuers_agency",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("legal_representative", sa.Text, nullable=False),
        sa.Column("controlling_code", sa.Text, nullable=True),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_agency"),
        sa.UniqueConstraint("kind", "code", name="uq_issuers_agency_kind_code"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_agency_standing",
        sa.Column("agency_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("approval_number", sa.Text, nullable=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("agency_id", "number", name="pk_issuers_agency_standing"),
        sa.ForeignKeyConstraint(["agency_id"], ["issuers_agency.id"], name="fk_issuers_agency_standing_agency_id"),
        sqlite_strict=True,
    )


def _create_scored() -> None:
    op.create_table(
        "issuers_scored",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("paper", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("scored_by", sa.Text, nullable=False),
        sa.Column("scored_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_scored"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_scored_issuer_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_review",
        sa.Column("scored_id", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reviewed_by", sa.Text, nullable=False),
        sa.Column("reviewed_at", InstantColumn, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scored_id", name="pk_issuers_review"),
        sa.ForeignKeyConstraint(["scored_id"], ["issuers_scored.id"], name="fk_issuers_review_scored_id"),
        sqlite_strict=True,
    )


def _create_code_reviews() -> None:
    op.create_table(
        "issuers_code_review",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("found", sa.Text, nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_code_review"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_code_decision",
        sa.Column("review_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reviewer_id", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("reviewed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("review_id", name="pk_issuers_code_decision"),
        sa.ForeignKeyConstraint(["review_id"], ["issuers_code_review.id"], name="fk_issuers_code_decision_review_id"),
        sqlite_strict=True,
    )
