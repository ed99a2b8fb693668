"""Tables of evidence: feeds, the files they sent, keys that never come twice, items, rejects."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}


class EvidenceFeed(Table):
    """A source of evidence."""

    __tablename__ = "evidence_feed"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str]
    issuer_id: Mapped[str]
    merchant_id: Mapped[str | None]
    region: Mapped[str]
    synthetic: Mapped[bool]
    notice_zh: Mapped[str | None]
    notice_en: Mapped[str | None]
    opened_at: Mapped[datetime]


class EvidenceBatch(Table):
    """One file; its counters move on with every chunk, in the chunk's own transaction."""

    __tablename__ = "evidence_batch"
    __table_args__ = (UniqueConstraint("feed_id", "file_digest"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    feed_id: Mapped[int] = mapped_column(Whole, ForeignKey("evidence_feed.id"))
    file_name: Mapped[str]
    file_digest: Mapped[str]
    lines: Mapped[int]
    qualifying: Mapped[int]
    duplicates: Mapped[int]
    rejected: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class EvidenceKey(Table):
    """The keyed fingerprint of every line ever taken in: the same line never comes twice, whoever sends it."""

    __tablename__ = "evidence_key"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    fingerprint: Mapped[bytes] = mapped_column(primary_key=True)
    batch_id: Mapped[int]
    line: Mapped[int]


class EvidenceItem(Table):
    """What may earn: kept with all that is needed to compute the award again, under the holder's pseudonym."""

    __tablename__ = "evidence_item"

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """The batch times 2³² plus the line."""
    holder: Mapped[int]
    happened_on: Mapped[date]
    subject: Mapped[str]
    quantity: Mapped[str]
    unit: Mapped[str]
    spent_fen: Mapped[int | None]
    receipt: Mapped[str]
    inputs: Mapped[str]


class EvidenceReject(Table):
    """A line that was sent back."""

    __tablename__ = "evidence_reject"

    batch_id: Mapped[int] = mapped_column(Whole, ForeignKey("evidence_batch.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    code: Mapped[str]
    field: Mapped[str]
    found: Mapped[str]
    wanted: Mapped[str]
