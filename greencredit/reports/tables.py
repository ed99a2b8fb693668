"""Issued reports: the register behind every number; a row is written once and never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, PrimaryKeyConstraint, UniqueConstraint, text
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


class SealRow(Table):
    """A certificate that reports were or are signed with (签章证书); its secret half is never in the database."""

    __tablename__ = "reports_seal"
    __table_args__ = (
        UniqueConstraint("fingerprint"),
        CheckConstraint("length(fingerprint) = 64", name="fingerprint"),
        {"sqlite_strict": True},
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str]
    certificates: Mapped[str]
    """PEM, the signer's own first."""
    is_own: Mapped[bool]
    """Whether this installation made it; else its key lies in a file that the settings name."""
    status_key: Mapped[str]
    log_from: Mapped[int]
    """The log had this size when the certificate was told to it: its entry lies there or later."""
    made_at: Mapped[datetime]


class AnnouncementRow(Table):
    """Reports that were announced to the log together, before they were drawn (报告公告批)."""

    __tablename__ = "reports_announcement"

    id: Mapped[str] = mapped_column(primary_key=True)
    seal: Mapped[int] = mapped_column(ForeignKey("reports_seal.number"))
    count: Mapped[int]
    root: Mapped[bytes]
    log_from: Mapped[int]
    announced_at: Mapped[datetime]


class AnnouncedRow(Table):
    """One report of an announcement; it is announced once for a table and a certificate.

    Its place among the others of the announcement follows from their numbers, in order.
    """

    __tablename__ = "reports_announced"
    __table_args__ = (
        Index(None, "announcement_id", "number"),
        CheckConstraint("length(facts_sha256) = 64 AND length(table_sha256) = 64", name="digests"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    table_sha256: Mapped[str] = mapped_column(primary_key=True)
    seal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    announcement_id: Mapped[str]
    kind: Mapped[str]
    lang: Mapped[str]
    facts_sha256: Mapped[str]


class LoggedRow(Table):
    """Where the log holds an announcement, and the signed size that its receipts are given under, for ever."""

    __tablename__ = "reports_logged"
    __table_args__ = (CheckConstraint("entry < size AND seal_entry < size", name="place"), {"sqlite_strict": True})

    announcement_id: Mapped[str] = mapped_column(ForeignKey("reports_announcement.id"), primary_key=True)
    entry: Mapped[int]
    seal_entry: Mapped[int]
    size: Mapped[int]


class SignatureRow(Table):
    """How one file of a report was signed (签名); a file that is lost and signed anew is another one."""

    __tablename__ = "reports_signature"
    __table_args__ = (
        CheckConstraint("level = 'B-B' OR level = 'B-T'", name="level"),
        Index(None, "number"),
        {"sqlite_strict": True},
    )

    file_sha256: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    level: Mapped[str]
    certificate_sha256: Mapped[str]
    unsigned_sha256: Mapped[str]
    unsigned_bytes: Mapped[int]
    signed_at: Mapped[datetime]


class WithdrawalRow(Table):
    """That a report no longer stands (撤销 / 取代), since when and why; nothing is ever taken back."""

    __tablename__ = "reports_withdrawal"
    __table_args__ = (
        CheckConstraint(
            "(status = 'superseded' AND successor IS NOT NULL) OR (status = 'revoked' AND successor IS NULL)",
            name="successor",
        ),
        {"sqlite_strict": True},
    )

    number: Mapped[str] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    successor: Mapped[str | None]
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime]
