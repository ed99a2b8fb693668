"""The first tables of issuers; papers, sections and history are guarded by triggers."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0006"
down_revision = "0005"

_LIVING = sa.text("state NOT IN ('closed', 'refused', 'lapsed')")


def upgrade() -> None:
    """Create the tables."""
    _create_issuer()
    _create_papers()
    _create_filings()
    _create_history()
    append_only("issuers_certificate")
    append_only("issuers_assessment")
    append_only("issuers_section", key=("filing_id", "name"))
    append_only("issuers_step", key=("issuer_id", "number"))


def _create_issuer() -> None:
    op.create_table(
        "issuers_issuer",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("english_name", sa.Text, nullable=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("legal_representative", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("contact", sa.Text, nullable=False),
        sa.Column("controlling_code", sa.Text, nullable=True),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("code_review", sa.Text, nullable=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_issuer"),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_issuers_issuer_living_code",
        "issuers_issuer",
        ["code"],
        unique=True,
        sqlite_where=_LIVING,
        postgresql_where=_LIVING,
    )


def _create_papers() -> None:
    op.create_table(
        "issuers_certificate",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("body_name", sa.Text, nullable=False),
        sa.Column("body_code", sa.Text, nullable=True),
        sa.Column("approval_number", sa.Text, nullable=True),
        sa.Column("certificate_number", sa.Text, nullable=False),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("score", Whole, nullable=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("valid_since", DayColumn, nullable=False),
        sa.Column("valid_until", DayColumn, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("recorded_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_certificate"),
        sa.UniqueConstraint("issuer_id", "number", name="uq_issuers_certificate_issuer_id_number"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_certificate_issuer_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_assessment",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False),
        sa.Column("assessor_id", sa.Text, nullable=False),
        sa.Column("assessor_name", sa.Text, nullable=False),
        sa.Column("assessor_code", sa.Text, nullable=False),
        sa.Column("assessor_controlling_code", sa.Text, nullable=True),
        sa.Column("criteria_version", sa.Text, nullable=False),
        sa.Column("indicators", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("conditions", sa.Text, nullable=False),
        sa.Column("signed_on", DayColumn, nullable=False),
        sa.Column("valid_since", DayColumn, nullable=False),
        sa.Column("valid_until", DayColumn, nullable=False),
        sa.Column("declaration", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("recorded_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_assessment"),
        sa.UniqueConstraint("issuer_id", "number", name="uq_issuers_assessment_issuer_id_number"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_assessment_issuer_id"),
        sqlite_strict=True,
    )


def _create_filings() -> None:
    op.create_table(
        "issuers_filing",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=True),
        sa.Column("drafted_at", InstantColumn, nullable=False),
        sa.Column("submitted_at", InstantColumn, nullable=True),
        sa.Column("decided_at", InstantColumn, nullable=True),
        sa.Column("effective_on", DayColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_issuers_filing"),
        sa.UniqueConstraint("issuer_id", "version", name="uq_issuers_filing_issuer_id_version"),
        sa.UniqueConstraint("number", name="uq_issuers_filing_number"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_filing_issuer_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "issuers_section",
        sa.Column("filing_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("filing_id", "name", name="pk_issuers_section"),
        sa.ForeignKeyConstraint(["filing_id"], ["issuers_filing.id"], name="fk_issuers_section_filing_id"),
        sqlite_strict=True,
    )


def _create_history() -> None:
    op.create_table(
        "issuers_step",
        sa.Column("issuer_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("from_state", sa.Text, nullable=True),
        sa.Column("to_state", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=True),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document_digest", sa.Text, nullable=True),
        sa.PrimaryKeyConstraint("issuer_id", "number", name="pk_issuers_step"),
        sa.ForeignKeyConstraint(["issuer_id"], ["issuers_issuer.id"], name="fk_issuers_step_issuer_id"),
        sqlite_strict=True,
    )
