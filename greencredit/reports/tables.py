"""Issued reports: the register behind every number; a row is written once and never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table


class ReportRow(Table):
    """One issued file; the same facts may exist as a PDF and, where no PDF could be made, as a page."""

    __tablename__ = "reports_report"
    __table_args__ = (
        PrimaryKeyConstraint("number", "media_type"),
        CheckConstraint("lang = 'zh' OR lang = 'en'", name="lang"),
        CheckConstraint("length(facts_sha256) = 64 AND length(file_sha256) = 64", name="digests"),
        Index(None, "subject_id"),
        {"sqlite_strict": True},
    )

    number: Mapped[str]
    media_type: Mapped[str]
    kind: Mapped[str]
    lang: Mapped[str]
    subject_id: Mapped[str]
    since: Mapped[date]
    until: Mapped[date] = mapped_column("until_day")  # UNTIL is a word of PostgreSQL's own
    facts_sha256: Mapped[str]
    file_sha256: Mapped[str]
    size_bytes: Mapped[int]
    path: Mapped[str]
    renderer: Mapped[str]
    issued_at: Mapped[datetime]


class BatchRow(Table):
    """Many reports of one kind, period and language, asked for together."""

    __tablename__ = "reports_batch"
    __table_args__ = (
        CheckConstraint("state IN ('cutting', 'issuing', 'closing', 'closed')", name="state"),
        CheckConstraint("parts_left >= 0 AND parts_left <= parts AND subjects >= 0", name="counts"),
        CheckConstraint("(population = 'issuer') = (issuer_id IS NOT NULL)", name="population"),
        CheckConstraint("tells IN (0, 1)", name="tells"),
        {"sqlite_strict": True},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    lang: Mapped[str]
    since: Mapped[date]
    until: Mapped[date] = mapped_column("until_day")
    population: Mapped[str]
    issuer_id: Mapped[str | None]
    tells: Mapped[bool]
    state: Mapped[str]
    edition: Mapped[int]
    """Counts the runs: the first one, and one more after each time that dead subjects were put back."""
    cut_after: Mapped[str]
    """How far the population was listed."""
    subjects: Mapped[int]
    parts: Mapped[int]
    parts_left: Mapped[int]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class PartRow(Table):
    """Some subjects of a batch that one worker takes at a time."""

    __tablename__ = "reports_part"
    __table_args__ = (
        CheckConstraint("done >= 0 AND dead >= 0 AND done + dead <= subjects", name="counts"),
        CheckConstraint("is_open IN (0, 1)", name="is_open"),
        CheckConstraint("is_open = 1 OR done + dead = subjects", name="complete"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    batch_id: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subjects: Mapped[int]
    done: Mapped[int]
    dead: Mapped[int]
    is_open: Mapped[bool]
    began_at: Mapped[datetime | None]
    touched_at: Mapped[datetime | None]


class ItemRow(Table):
    """One subject of a batch, once; its number as soon as its report is issued, or why there is none."""

    __tablename__ = "reports_item"
    __table_args__ = (
        UniqueConstraint("batch_id", "subject_id"),
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("state IN ('waiting', 'done', 'dead')", name="state"),
        CheckConstraint("(state = 'done') = (number IS NOT NULL)", name="numbered"),
        Index(
            "ix_reports_item_dead",
            "batch_id",
            "position",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index(None, "subject_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    batch_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    subject_id: Mapped[str]
    state: Mapped[str]
    attempts: Mapped[int]
    run_after: Mapped[datetime]
    number: Mapped[str | None]
    media_type: Mapped[str | None]
    code: Mapped[str | None]
    reason: Mapped[str | None]


class ManifestRow(Table):
    """The list of what a batch issued, as it was when a run of it ended; its digest is in the log."""

    __tablename__ = "reports_manifest"

    batch_id: Mapped[str] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    reports: Mapped[int]
    refused: Mapped[int]
    sha256: Mapped[str]
    size_bytes: Mapped[int]
    path: Mapped[str]
    made_at: Mapped[datetime]
