"""Enterprises as holders; organisations, their units and members, and the figures that were published of them."""

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import Bytes, DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0022"
down_revision = "0021"

_NEWEST_FIRST = ("publication", "membership", "unit", "organisation")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "people_enterprise",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "name", "code")),
        sa.Column("registered_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_people_enterprise"),
        sa.UniqueConstraint("code", name="uq_people_enterprise_code"),
        sqlite_strict=True,
    )
    _create_organisations()
    _create_units()
    _create_memberships()
    _create_publications()
    append_only("people_enterprise")
    append_only("organisations_publication", key=("number",))


def _create_organisations() -> None:
    op.create_table(
        "organisations_organisation",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "kind", "name", "region")),
        sa.Column("smallest_group", Whole, nullable=False),
        sa.Column("enterprise_id", sa.Text, nullable=True),
        sa.Column("founded_at", InstantColumn, nullable=False),
        sa.Column("closed_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organisations_organisation"),
        sa.UniqueConstraint("enterprise_id", name="uq_organisations_organisation_enterprise_id"),
        sa.CheckConstraint("smallest_group >= 10", name="ck_organisations_organisation_smallest_group"),
        sqlite_strict=True,
    )


def _create_units() -> None:
    op.create_table(
        "organisations_unit",
        *(sa.Column(name, sa.Text, nullable=name == "parent_id") for name in ("id", "organisation_id", "parent_id")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("level", "name")),
        sa.Column("for_children", FlagColumn, nullable=False),
        sa.Column("join_digest", Bytes, nullable=True),
        sa.Column("added_at", InstantColumn, nullable=False),
        sa.Column("closed_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organisations_unit"),
        sa.UniqueConstraint("join_digest", name="uq_organisations_unit_join_digest"),
        _of_organisation("unit"),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations_unit.id"], name="fk_organisations_unit_parent_id"),
        sa.CheckConstraint("for_children IN (0, 1)", name="ck_organisations_unit_for_children"),
        sqlite_strict=True,
    )
    op.create_index("ix_organisations_unit_organisation_id", "organisations_unit", ["organisation_id"])


def _create_memberships() -> None:
    op.create_table(
        "organisations_membership",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "organisation_id", "unit_id", "consumer_id")),
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until", DayColumn, nullable=True),
        sa.Column("age", sa.Text, nullable=False),
        sa.Column("by_guardian", FlagColumn, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("agreed_by", "notice_version")),
        sa.Column("joined_at", InstantColumn, nullable=False),
        sa.Column("left_at", InstantColumn, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_organisations_membership"),
        _of_organisation("membership"),
        sa.ForeignKeyConstraint(["unit_id"], ["organisations_unit.id"], name="fk_organisations_membership_unit_id"),
        sa.CheckConstraint("by_guardian IN (0, 1)", name="ck_organisations_membership_by_guardian"),
        sqlite_strict=True,
    )
    present = sa.text("left_at IS NULL")
    op.create_index(
        "ix_organisations_membership_present",
        "organisations_membership",
        ["organisation_id", "consumer_id"],
        unique=True,
        sqlite_where=present,
        postgresql_where=present,
    )
    op.create_index("ix_organisations_membership_consumer_id", "organisations_membership", ["consumer_id"])
    op.create_index("ix_organisations_membership_unit_id", "organisations_membership", ["unit_id"])


def _create_publications() -> None:
    op.create_table(
        "organisations_publication",
        sa.Column("number", Whole, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("id", "organisation_id")),
        *(sa.Column(name, DayColumn, nullable=False) for name in ("since", "until")),
        sa.Column("published_at", InstantColumn, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("document", "told_apart")),
        sa.PrimaryKeyConstraint("number", name="pk_organisations_publication"),
        sa.UniqueConstraint("id", name="uq_organisations_publication_id"),
        sa.UniqueConstraint(
            "organisation_id", "since", "until", name="uq_organisations_publication_organisation_id_since_until"
        ),
        _of_organisation("publication"),
        sqlite_strict=True,
    )


def _of_organisation(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id"], ["organisations_organisation.id"], name=f"fk_organisations_{table}_organisation_id"
    )
