"""Tables of projects: what was opened, taken in, fitted, measured, adjusted, decided, shared; nothing is ever edited.

Where a project stands is the state of its last step; whoever writes a step locks the project's row first.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}


class ProjectRow(Table):
    """A project as it was opened."""

    __tablename__ = "projects_project"
    __table_args__ = (Index("ix_projects_project_issuer_id_opened_at", "issuer_id", "opened_at"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str]
    region: Mapped[str]
    meter: Mapped[str]
    terms: Mapped[str]
    """The order as it was given, canonical JSON."""
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]


class DataRow(Table):
    """One side of the comparison as it was taken in; a later file of the same side takes its place."""

    __tablename__ = "projects_data"
    __table_args__ = (
        CheckConstraint("part IN ('baseline', 'reporting')", name="part"),
        Index("ix_projects_data_digest", "digest"),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    part: Mapped[str]
    digest: Mapped[str]
    name: Mapped[str]
    record: Mapped[str]
    added_by: Mapped[str]
    added_at: Mapped[datetime]


class BaselineRow(Table):
    """A baseline that was fitted."""

    __tablename__ = "projects_baseline"
    __table_args__ = STRICT

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    digest: Mapped[str]
    record: Mapped[str]
    fitted_by: Mapped[str]
    fitted_at: Mapped[datetime]


class MeasurementRow(Table):
    """A saving that was measured, whatever its sign."""

    __tablename__ = "projects_measurement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "baseline_number"], ["projects_baseline.project_id", "projects_baseline.number"]
        ),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    baseline_number: Mapped[int]
    digest: Mapped[str]
    saved_milli: Mapped[int]
    counted_milli: Mapped[int]
    grams: Mapped[int]
    counted_grams: Mapped[int]
    record: Mapped[str]
    measured_by: Mapped[str]
    measured_at: Mapped[datetime]


class AdjustmentRow(Table):
    """A non-routine adjustment that somebody proposed."""

    __tablename__ = "projects_adjustment"
    __table_args__ = STRICT

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    since: Mapped[date]
    until: Mapped[date]
    amount_milli: Mapped[int]
    reason: Mapped[str]
    document: Mapped[str | None]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class DecisionRow(Table):
    """What the verifier said about an adjustment, once."""

    __tablename__ = "projects_decision"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "number"], ["projects_adjustment.project_id", "projects_adjustment.number"]
        ),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    signed: Mapped[bool]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class StepRow(Table):
    """One step of a project."""

    __tablename__ = "projects_step"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'frozen', 'measured', 'signed_off', 'refused')", name="state"),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    state: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    baseline_number: Mapped[int | None]
    measurement_number: Mapped[int | None]
    document: Mapped[str | None]


class ShareRow(Table):
    """What one participant has of a signed-off saving."""

    __tablename__ = "projects_share"
    __table_args__ = (
        CheckConstraint("saved_milli >= 0 AND grams >= 0", name="nothing_negative_earns"),
        Index("ix_projects_share_fingerprint", "fingerprint", unique=True),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"), primary_key=True)
    participant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    weight: Mapped[int]
    saved_milli: Mapped[int]
    grams: Mapped[int]
    fingerprint: Mapped[str]


class ClaimRow(Table):
    """A day of a meter whose saving was signed off: the key itself keeps it from being counted twice."""

    __tablename__ = "projects_claim"
    __table_args__ = STRICT

    meter: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(Text, ForeignKey("projects_project.id"))
