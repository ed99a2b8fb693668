"""Energy-saving projects: what was opened, taken in, fitted, measured, adjusted and signed off, append-only."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from greencredit.kernel.database import DayColumn, FlagColumn, InstantColumn, Whole
from greencredit.migrations.guards import append_only

revision = "0017"
down_revision = "0016"

_OF_PROJECT = {
    "projects_data": ("project_id", "number"),
    "projects_baseline": ("project_id", "number"),
    "projects_measurement": ("project_id", "number"),
    "projects_adjustment": ("project_id", "number"),
    "projects_decision": ("project_id", "number"),
    "projects_step": ("project_id", "number"),
    "projects_share": ("project_id", "participant_id"),
    "projects_claim": ("meter", "day"),
}


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "projects_project",
        sa.Column("id", sa.Text, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("issuer_id", "region", "meter", "terms", "opened_by")),
        sa.Column("opened_at", InstantColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects_project"),
        sqlite_strict=True,
    )
    op.create_index("ix_projects_project_issuer_id_opened_at", "projects_project", ["issuer_id", "opened_at"])
    _create_data()
    _create_results()
    _create_adjustments()
    _create_outcome()
    append_only("projects_project")
    for table, key in _OF_PROJECT.items():
        append_only(table, key=key)


def _numbered(table: str, *columns: sa.Column[Any] | sa.Constraint) -> None:
    op.create_table(
        table,
        sa.Column("project_id", sa.Text, nullable=False),
        sa.Column("number", Whole, nullable=False, autoincrement=False),
        *columns,
        sa.PrimaryKeyConstraint("project_id", "number", name=f"pk_{table}"),
        sqlite_strict=True,
    )


def _of_project(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["project_id"], ["projects_project.id"], name=f"fk_{table}_project_id")


def _create_data() -> None:
    _numbered(
        "projects_data",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("part", "digest", "name", "record", "added_by")),
        sa.Column("added_at", InstantColumn, nullable=False),
        _of_project("projects_data"),
        sa.CheckConstraint("part IN ('baseline', 'reporting')", name="ck_projects_data_part"),
    )
    op.create_index("ix_projects_data_digest", "projects_data", ["digest"])


def _create_results() -> None:
    _numbered(
        "projects_baseline",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "record", "fitted_by")),
        sa.Column("fitted_at", InstantColumn, nullable=False),
        _of_project("projects_baseline"),
    )
    numbers = ("baseline_number", "saved_milli", "counted_milli", "grams", "counted_grams")
    _numbered(
        "projects_measurement",
        *(sa.Column(name, Whole, nullable=False) for name in numbers),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("digest", "record", "measured_by")),
        sa.Column("measured_at", InstantColumn, nullable=False),
        _of_project("projects_measurement"),
        sa.ForeignKeyConstraint(
            ["project_id", "baseline_number"],
            ["projects_baseline.project_id", "projects_baseline.number"],
            name="fk_projects_measurement_project_id_baseline_number",
        ),
    )


def _create_adjustments() -> None:
    _numbered(
        "projects_adjustment",
        sa.Column("since", DayColumn, nullable=False),
        sa.Column("until", DayColumn, nullable=False),
        sa.Column("amount_milli", Whole, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=True),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", InstantColumn, nullable=False),
        _of_project("projects_adjustment"),
    )
    _numbered(
        "projects_decision",
        sa.Column("signed", FlagColumn, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text, nullable=False),
        sa.Column("decided_at", InstantColumn, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id", "number"],
            ["projects_adjustment.project_id", "projects_adjustment.number"],
            name="fk_projects_decision_project_id_number",
        ),
    )


def _create_outcome() -> None:
    _numbered(
        "projects_step",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("state", "by", "reason")),
        sa.Column("at", InstantColumn, nullable=False),
        sa.Column("baseline_number", Whole, nullable=True),
        sa.Column("measurement_number", Whole, nullable=True),
        sa.Column("document", sa.Text, nullable=True),
        _of_project("projects_step"),
        sa.CheckConstraint(
            "state IN ('open', 'frozen', 'measured', 'signed_off', 'refused')", name="ck_projects_step_state"
        ),
    )
    op.create_table(
        "projects_share",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("project_id", "participant_id", "fingerprint")),
        *(sa.Column(name, Whole, nullable=False) for name in ("weight", "saved_milli", "grams")),
        sa.PrimaryKeyConstraint("project_id", "participant_id", name="pk_projects_share"),
        _of_project("projects_share"),
        sa.CheckConstraint("saved_milli >= 0 AND grams >= 0", name="ck_projects_share_nothing_negative_earns"),
        sqlite_strict=True,
    )
    op.create_index("ix_projects_share_fingerprint", "projects_share", ["fingerprint"], unique=True)
    op.create_table(
        "projects_claim",
        sa.Column("meter", sa.Text, nullable=False),
        sa.Column("day", DayColumn, nullable=False),
        sa.Column("project_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("meter", "day", name="pk_projects_claim"),
        _of_project("projects_claim"),
        sqlite_strict=True,
    )
