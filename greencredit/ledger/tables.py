"""Tables of the ledger: one of events, one of leaf balances, and the few names they refer to.

Events have no foreign keys: an audit invariant says that every leaf exists, and posting stays fast.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}


class LedgerHead(Table):
    """The one row every posting locks: ids come from it, gap-free and in commit order."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    next_event: Mapped[int]
    next_batch: Mapped[int]
    log_size: Mapped[int]
    epoch: Mapped[int]


class LedgerHolder(Table):
    """A holder's pseudonym: the number stays for ever, the name goes when a person is erased."""

    __tablename__ = "ledger_holder"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    subject_id: Mapped[str | None] = mapped_column(Text, unique=True)


class LedgerCaller(Table):
    """Whoever posts; idempotency keys are unique per caller."""

    __tablename__ = "ledger_caller"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)


class LedgerSeries(Table):
    """The terms a credit carries for life; immutable."""

    __tablename__ = "ledger_series"
    __table_args__ = (
        UniqueConstraint(
            "issuer_id", "terms_version", "funding", "award_month", "expires_at", name="uq_ledger_series_terms"
        ),
        CheckConstraint("cap > 0", name="cap_positive"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    issuer_id: Mapped[str]
    terms_version: Mapped[int]
    funding: Mapped[str]
    award_month: Mapped[int]
    expires_at: Mapped[int]
    """Microseconds since 1970; the largest 64-bit number means never."""
    cap: Mapped[int]


class LedgerLeaf(Table):
    """An account at the end of a branch: (kind, holder, series); counter-leaves have holder 0."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (UniqueConstraint("series_id", "kind", "holder_id"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    series_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_series.id"))
    kind: Mapped[str]
    holder_id: Mapped[int] = mapped_column(Whole, index=True)


class LedgerBalance(Table):
    """What stands on a leaf: kept once per batch, checked here, rebuilt from events by the audit."""

    __tablename__ = "ledger_balance"
    __table_args__ = (
        CheckConstraint("sign = 1 OR sign = -1", name="sign"),
        CheckConstraint("held >= 0 AND posted * sign >= held", name="never_overdrawn"),
        STRICT,
    )

    leaf_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_leaf.id"), primary_key=True, autoincrement=False)
    sign: Mapped[int]
    """1 for what is owed to somebody, -1 for the issued counter-leaf, which only goes down."""
    posted: Mapped[int]
    held: Mapped[int]


class LedgerEvent(Table):
    """One movement between two leaves; balanced by construction, never changed."""

    __tablename__ = "ledger_event"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("debit <> credit", name="two_leaves"),
        Index(
            "uq_ledger_event_caller_day_key",
            "caller",
            "day",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
        Index("ix_ledger_event_holder_id", "holder", "id"),
        Index(
            "ix_ledger_event_cause",
            "cause",
            sqlite_where=text("cause IS NOT NULL"),
            postgresql_where=text("cause IS NOT NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    grp: Mapped[int]
    kind: Mapped[int]
    debit: Mapped[int]
    credit: Mapped[int]
    amount: Mapped[int]
    holder: Mapped[int]
    caller: Mapped[int]
    day: Mapped[int]
    key: Mapped[bytes | None]
    fingerprint: Mapped[bytes | None]
    cause: Mapped[int | None]
    at: Mapped[datetime]
    serial: Mapped[int | None]


class LedgerBlock(Table):
    """The serials one posting batch gave out in one series; ranges follow each other without a gap."""

    __tablename__ = "ledger_block"
    __table_args__ = (CheckConstraint("last >= first", name="in_order"), STRICT)

    series_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_series.id"), primary_key=True)
    first: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    last: Mapped[int]
    batch_id: Mapped[int]


class LedgerBatch(Table):
    """One posting batch: the range of events it wrote."""

    __tablename__ = "ledger_batch"
    __table_args__ = (CheckConstraint("last >= first", name="in_order"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    first: Mapped[int]
    last: Mapped[int]
    at: Mapped[datetime]


class LedgerNote(Table):
    """Why an event was written, where that is not told by an award: who, reason, document."""

    __tablename__ = "ledger_note"

    event_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_event.id"), primary_key=True, autoincrement=False)
    actor_id: Mapped[str]
    reason: Mapped[str]
    document: Mapped[str | None]
