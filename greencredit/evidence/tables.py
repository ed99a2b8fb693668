"""Tables of evidence: feeds, the files they sent, keys that never come twice, items, rejects."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
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
    __table_args__ = (Index("ix_evidence_item_holder_happened_on", "holder", "happened_on"), STRICT)

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
    hour: Mapped[int | None]
    """Of the day in China; none: not known."""
    attributes: Mapped[str | None]
    """What earning rules look at, as canonical JSON; none: nothing is known."""
    tier: Mapped[str | None]
    """How well it is known; none: recorded by the feed's system, before tiers were kept."""


class EvidenceReject(Table):
    """A line that was sent back."""

    __tablename__ = "evidence_reject"

    batch_id: Mapped[int] = mapped_column(Whole, ForeignKey("evidence_batch.id"), primary_key=True)
    line: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    code: Mapped[str]
    field: Mapped[str]
    found: Mapped[str]
    wanted: Mapped[str]


class EvidenceAside(Table):
    """A claim on what counts for another issuer already: neither of them learns of the other, the overseer of both."""

    __tablename__ = "evidence_aside"

    batch_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    first_batch_id: Mapped[int]
    first_line: Mapped[int]
    at: Mapped[datetime]


class EvidenceRefund(Table):
    """Money that came back of a piece of evidence."""

    __tablename__ = "evidence_refund"
    __table_args__ = (Index("ix_evidence_refund_evidence_id", "evidence_id"), STRICT)

    batch_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    evidence_id: Mapped[int]
    kind: Mapped[str]
    amount_fen: Mapped[int]
    happened_on: Mapped[date]


class EvidencePulse(Table):
    """When the last record of a feed came, and when the newest of what it reports happened."""

    __tablename__ = "evidence_pulse"

    feed_id: Mapped[int] = mapped_column(Whole, ForeignKey("evidence_feed.id"), primary_key=True, autoincrement=False)
    taken_in_at: Mapped[datetime]
    newest_at: Mapped[datetime | None]
    lag_seconds: Mapped[int | None]


class EvidenceTold(Table):
    """What a single record was answered with, by its idempotency key."""

    __tablename__ = "evidence_told"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    """A keyed digest of feed and key."""
    content: Mapped[bytes]
    """A digest of the record: the same key with another record is refused."""
    answer: Mapped[str]


class EvidenceSigner(Table):
    """The key of a publisher of certificates, from when it is trusted until when."""

    __tablename__ = "evidence_signer"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    publisher: Mapped[str]
    algorithm: Mapped[str]
    public_key: Mapped[str]
    trusted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class EvidenceList(Table):
    """A signed list of certificates, word for word known by its digest."""

    __tablename__ = "evidence_list"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    """Kind, publisher and number: a number is given once."""
    publisher: Mapped[str]
    kind: Mapped[str]
    number: Mapped[int]
    listed_on: Mapped[date]
    digest: Mapped[str]
    key_id: Mapped[str]
    signature: Mapped[str]
    certificates: Mapped[int]
    imported_at: Mapped[datetime]


class EvidenceCertificate(Table):
    """One certificate of a list, as the list has it."""

    __tablename__ = "evidence_certificate"

    list_id: Mapped[str] = mapped_column(Text, ForeignKey("evidence_list.id"), primary_key=True)
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    document: Mapped[str]


class EvidenceTie(Table):
    """Somebody who acts for a merchant: what he buys there is looked at (关联关系)."""

    __tablename__ = "evidence_tie"

    merchant_id: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    declared_by: Mapped[str]
    declared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class EvidencePurchase(Table):
    """One purchase as a receipt or a card transaction told of it, where an issuer is sent both (同一消费比对)."""

    __tablename__ = "evidence_purchase"
    __table_args__ = (Index("ix_evidence_purchase_issuer_id_holder", "issuer_id", "holder", "amount_fen"), STRICT)

    batch_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    line: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """The first of its lines that is evidence."""
    issuer_id: Mapped[str]
    merchant_id: Mapped[str]
    holder: Mapped[int]
    happened_on: Mapped[date]
    amount_fen: Mapped[int]
    """Of the whole receipt, not of its green lines alone."""
    by_card: Mapped[bool]
    same_batch_id: Mapped[int | None]
    """The purchase of the other kind that it is, and that counts; none: it counts itself."""
    same_line: Mapped[int | None]
