"""Tables of the ledger: one of events, one of leaf balances, and the few names they refer to.

A leaf has no row of names: its number says holder, series and kind (`rules.leaf_of`), and an event's two leaves follow
from its verb (`rules.PATHS`), so that no event can name a path that is not there. Events have no foreign keys: an audit
invariant says that what they name exists, and posting stays fast. The time of an event is its batch's.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}

Small = BigInteger().with_variant(Integer(), "sqlite").with_variant(SmallInteger(), "postgresql")
"""A number below 2^15; two bytes on PostgreSQL."""

Medium = BigInteger().with_variant(Integer(), "sqlite").with_variant(Integer(), "postgresql")
"""A number below 2^31; four bytes on PostgreSQL."""


_WAITS = text("kind = 3")
_RESTORES = text("kind = 10")


class LedgerHead(Table):
    """The one row every posting locks: ids come from it, gap-free and in commit order."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    next_event: Mapped[int]
    next_batch: Mapped[int]
    log_size: Mapped[int]
    epoch: Mapped[int]
    """Rises with every posting."""
    erasures: Mapped[int]
    """Rises with every erasure: secrets that a process remembers are good while it stays the same."""
    latest: Mapped[int]
    """Micros of the last batch: the ledger's time never falls, whatever a clock says."""


class LedgerHolder(Table):
    """A pseudonym: the number stays for ever; name and secret go when a person is erased."""

    __tablename__ = "ledger_holder"
    __table_args__ = (CheckConstraint("(subject_id IS NULL) = (secret IS NULL)", name="erased_whole"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    subject_id: Mapped[str | None] = mapped_column(Text, unique=True)
    secret: Mapped[bytes | None]
    """What salts the hashes of this holder's events; disclosed to nobody."""


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
        CheckConstraint("clawback_cap >= 0 AND refund_grace_days >= 0", name="terms_not_negative"),
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
    clawback_cap: Mapped[int]
    refund_grace_days: Mapped[int]


class LedgerBalance(Table):
    """What stands on a leaf: kept once per batch, checked here, rebuilt from events by the audit.

    Kinds 0 (issued) and 6 (owed) stand at zero or below, all others at zero or above.
    """

    __tablename__ = "ledger_balance"
    __table_args__ = (
        CheckConstraint("CASE WHEN leaf_id & 15 IN (0, 6) THEN posted <= 0 ELSE posted >= 0 END", name="never_crossed"),
        Index(
            "ix_ledger_balance_owed",
            "leaf_id",
            sqlite_where=text("leaf_id & 15 = 6"),
            postgresql_where=text("leaf_id & 15 = 6"),
        ),
        STRICT,
    )

    leaf_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    posted: Mapped[int]


class LedgerEvent(Table):
    """One movement between two leaves; balanced by construction, never changed."""

    __tablename__ = "ledger_event"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("kind BETWEEN 1 AND 28", name="known_verb"),
        CheckConstraint("length(key) = 16", name="key_whole"),
        Index(
            "uq_ledger_event_caller_key",
            "caller",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
        # Led by the era, 262,144 events, so that an award in a full ledger touches few pages: SQLite skips through eras
        # by itself. PostgreSQL keeps one entry for all events of a holder where nothing else is in the index.
        Index("ix_ledger_event_holder", text("(id >> 18)"), "holder", "id").ddl_if(dialect="sqlite"),
        Index("ix_ledger_event_holder", "holder").ddl_if(dialect="postgresql"),
        Index(
            "ix_ledger_event_cause",
            "cause",
            sqlite_where=text("cause IS NOT NULL"),
            postgresql_where=text("cause IS NOT NULL"),
        ),
        Index(
            "ix_ledger_event_party_id",
            "party",
            "id",
            sqlite_where=text("party IS NOT NULL"),
            postgresql_where=text("party IS NOT NULL"),
        ),
        # Awards that wait are few, and so are refunds: only they pay for being found by issuer.
        Index("ix_ledger_event_waiting", "series", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_ledger_event_restored", "series", "id", sqlite_where=_RESTORES, postgresql_where=_RESTORES),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    grp: Mapped[int | None]
    """The first event of its group; none: it is the first itself."""
    kind: Mapped[int] = mapped_column(Small)
    series: Mapped[int] = mapped_column(Medium)
    holder: Mapped[int] = mapped_column(Medium)
    party: Mapped[int | None] = mapped_column(Medium)
    amount: Mapped[int]
    caller: Mapped[int] = mapped_column(Small)
    key: Mapped[bytes | None]
    fingerprint: Mapped[bytes | None]
    cause: Mapped[int | None]
    serial: Mapped[int | None]
    """The first serial of credits that came into being."""


class LedgerBlock(Table):
    """The serials one posting batch gave out in one series; ranges follow each other without a gap."""

    __tablename__ = "ledger_block"
    __table_args__ = (CheckConstraint("last >= first", name="in_order"), STRICT)

    series_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_series.id"), primary_key=True)
    first: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    last: Mapped[int]
    batch_id: Mapped[int]


class LedgerBatch(Table):
    """One posting batch: its events, its time, its place in the log, and the subtree hashes of every 128 events."""

    __tablename__ = "ledger_batch"
    __table_args__ = (
        CheckConstraint("last >= first", name="in_order"),
        UniqueConstraint("first"),
        Index("ix_ledger_batch_at", "at"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    first: Mapped[int]
    last: Mapped[int]
    at: Mapped[datetime]
    entry: Mapped[int]
    """The index of this batch's record in the log."""
    hashes: Mapped[bytes]


class LedgerTouch(Table):
    """Which series a complete stretch of 4,096 events touched, so that nobody looks through all events for one issuer.

    Series 0 stands for the stretch itself: up to the last of those it is on file. Derived from the events by a job,
    and never needed by a posting.
    """

    __tablename__ = "ledger_touch"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    series_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    stretch: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)


class LedgerSum(Table):
    """What the events of one kind moved of one series in a complete stretch of 4,096 events.

    Series 0 stands for the stretch itself, as in `LedgerTouch`. Derived from the events by a job: what an issuer owes
    and how that came about is added up from here, and from the few events before and after whole stretches.
    """

    __tablename__ = "ledger_sum"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    series_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    stretch: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    kind: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    credits: Mapped[int]


class LedgerNote(Table):
    """Why an event was written, where that is not told by an award: who, reason, document.

    The log has the digests (`rules.seal.note_digest`). The words go when the event's holder is erased, and only then.
    """

    __tablename__ = "ledger_note"

    event_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_event.id"), primary_key=True, autoincrement=False)
    actor_id: Mapped[str]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    ground: Mapped[str | None]
    """Of a freeze: on which ground the law allows it."""
    office: Mapped[str | None]
    """In which role whoever did it acted."""
    digest: Mapped[bytes]


class LedgerGround(Table):
    """Why a run of awards was given, where no evidence of ours says so: one row for all that came together."""

    __tablename__ = "ledger_ground"
    __table_args__ = (CheckConstraint("last >= first", name="not_empty"), STRICT)

    first: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    last: Mapped[int]
    actor_id: Mapped[str]
    reason: Mapped[str]
    document: Mapped[str]


class LedgerFrozen(Table):
    """The hash of an event whose holder was erased: the tree stays whole, the row can't be matched to a person."""

    __tablename__ = "ledger_frozen"

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    hash: Mapped[bytes]
    salt: Mapped[bytes | None]
    """Kept only where an enterprise has a stake in the event, so that its account can be proved further on."""


class LedgerProposal(Table):
    """A correction that one person asks for (待复核调整); its words go when the holder is erased."""

    __tablename__ = "ledger_proposal"
    __table_args__ = (
        UniqueConstraint("id", "proposed_by"),
        UniqueConstraint("proposed_by", "key"),
        CheckConstraint("credits <> 0", name="not_zero"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    holder: Mapped[int]
    series_id: Mapped[int] = mapped_column(Whole, ForeignKey("ledger_series.id"))
    credits: Mapped[int]
    reason: Mapped[str | None]
    document: Mapped[str | None]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    key: Mapped[bytes | None]
    """What tells a retry from another proposal of the same person."""


class LedgerDecision(Table):
    """What a second person decided on a proposal; the database itself refuses the first person."""

    __tablename__ = "ledger_decision"
    __table_args__ = (
        ForeignKeyConstraint(["proposal_id", "proposed_by"], ["ledger_proposal.id", "ledger_proposal.proposed_by"]),
        CheckConstraint("decided_by <> proposed_by", name="second_person"),
        CheckConstraint("(event_id IS NOT NULL) = (approved = 1)", name="approved_is_posted"),
        STRICT,
    )

    proposal_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    proposed_by: Mapped[str]
    decided_by: Mapped[str]
    approved: Mapped[bool]
    event_id: Mapped[int | None]
    decided_at: Mapped[datetime]
