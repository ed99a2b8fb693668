"""What stands beside the catalogue: kept methods, overrides and their approval, used certificates, marks of schemes."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0018"
down_revision = "0017"

_SET = ("action", "name", "value", "unit", "tier", "publisher", "document", "document_digest", "page", "reason")


def upgrade() -> None:
    """Create the tables."""
    _create_methods()
    _create_overrides()
    _create_once()
    append_only("actions_method", key=("name", "version"))
    append_only("actions_override")
    append_only("actions_override_decision", key=("override_id",))
    append_only("actions_certificate", key=("fingerprint",))
    append_only("awards_claim", key=("evidence_id",))


def _create_methods() -> None:
    op.create_table(
        "actions_method",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False, autoincrement=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("kept_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_actions_method"),
        sqlite_strict=True,
    )


def _create_overrides() -> None:
    op.create_table(
        "actions_override",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("version", Whole, nullable=False),
        sa.Column("issuer_id", sa.Text, nullable=True),
        sa.Column("region", sa.Text, nullable=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in _SET),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until", DayColumn, nullable=True),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_actions_override"),
        sa.UniqueConstraint("place", "action", "name", "version", name="uq_actions_override_place_action_name_version"),
        sa.UniqueConstraint("id", "proposed_by", name="uq_actions_override_id_proposed_by"),
        sa.CheckConstraint("(issuer_id IS NULL) <> (region IS NULL)", name="ck_actions_override_one_place"),
        sa.CheckConstraint("version >= 1", name="ck_actions_override_version_from_one"),
        sa.CheckConstraint("tier IN ('A', 'B', 'C')", name="ck_actions_override_tier"),
        sqlite_strict=True,
    )
    op.create_table(
        "actions_override_decision",
        sa.Column("override_id", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("approved", FlagColumn, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", InstantColumn, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("override_id", name="pk_actions_override_decision"),
        sa.ForeignKeyConstraint(
            ["override_id", "proposed_by"],
            ["actions_override.id", "actions_override.proposed_by"],
            name="fk_actions_override_decision_override_id",
        ),
        sa.CheckConstraint("decided_by <> proposed_by", name="ck_actions_override_decision_another_person"),
        sa.CheckConstraint("approved IN (0, 1)", name="ck_actions_override_decision_approved"),
        sqlite_strict=True,
    )


def _create_once() -> None:
    op.create_table(
        "actions_certificate",
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("product", sa.Text, nullable=False),
        sa.Column("registry_name", sa.Text, nullable=False),
        sa.Column("use", sa.Text, nullable=False),
        sa.Column("used_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_actions_certificate"),
        sqlite_strict=True,
    )
    op.create_table(
        "awards_claim",
        sa.Column("evidence_id", Whole, nullable=False, autoincrement=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=True),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("grams", Whole, nullable=False),
        sa.Column("marked_at", InstantColumn, nullable=False),
        sa.Column("marked_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_awards_claim"),
        sa.CheckConstraint("grams > 0", name="ck_awards_claim_something"),
        sqlite_strict=True,
    )
