"""Issued reports: the register behind every number; a row is written once and never changed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint
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
