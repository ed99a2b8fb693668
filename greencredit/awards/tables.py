"""Tables of awards: filed rule versions, awards with their traces, quantifications, use of caps, files done."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}


class AwardsRule(Table):
    """One version of one filed earning rule, word for word."""

    __tablename__ = "awards_rule"
    __table_args__ = (UniqueConstraint("issuer_id", "name", "version"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    issuer_id: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]
    lineage: Mapped[int]
    """The same for all versions of a rule: caps run on from one version to the next."""
    document: Mapped[str]
    digest: Mapped[str]
    filing_id: Mapped[str]
    terms_version: Mapped[int]
    brought_in_at: Mapped[datetime]


class AwardsAward(Table):
    """One award: the ledger event that booked it, the rule, the evidence, and how the credits came about."""

    __tablename__ = "awards_award"
    __table_args__ = (Index("ix_awards_award_holder_occurred_on", "holder", "occurred_on"), STRICT)

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    rule_id: Mapped[int]
    evidence_id: Mapped[int] = mapped_column(Whole, unique=True)
    """The same evidence never earns twice."""
    holder: Mapped[int]
    subject: Mapped[str]
    occurred_on: Mapped[date]
    quantity: Mapped[str]
    unit: Mapped[str]
    spent_fen: Mapped[int | None]
    credits: Mapped[int]
    grams: Mapped[int | None]
    tier: Mapped[str | None]
    trace: Mapped[str]


class AwardsReversal(Table):
    """What was taken back of an award: the ledger event that did it, and how much."""

    __tablename__ = "awards_reversal"

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    award_id: Mapped[int] = mapped_column(Whole, index=True)
    credits: Mapped[int]


class AwardsMeasure(Table):
    """The quantification of one action, kept whole: also when nothing was earned, also when it is negative."""

    __tablename__ = "awards_measure"
    __table_args__ = (Index("ix_awards_measure_holder_occurred_on", "holder", "occurred_on"), STRICT)

    evidence_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    issuer_id: Mapped[str]
    holder: Mapped[int]
    action: Mapped[str]
    occurred_on: Mapped[date]
    grams: Mapped[int]
    tier: Mapped[str]
    document: Mapped[str]


class AwardsUsage(Table):
    """How much of a cap is used: by rule, holder and window (day, month, year, ever); holder 0 is the budget."""

    __tablename__ = "awards_usage"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    lineage: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    window: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """20250314, 202503, 2025 or 0."""
    credits: Mapped[int]


class AwardsImport(Table):
    """What became of one file; moves on with every chunk."""

    __tablename__ = "awards_import"

    batch_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    issuer_id: Mapped[str] = mapped_column(Text, index=True)
    awarded: Mapped[int]
    no_credit: Mapped[int]
    credits: Mapped[int]
    grams: Mapped[int]


class AwardsClaim(Table):
    """A mark that an action is counted in another scheme: its grams are in no total of ours (已转出)."""

    __tablename__ = "awards_claim"
    __table_args__ = (CheckConstraint("grams > 0", name="something"), STRICT)

    evidence_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """One action is claimed once."""
    scheme: Mapped[str]
    place: Mapped[str | None]
    reference: Mapped[str]
    grams: Mapped[int]
    marked_at: Mapped[datetime]
    marked_by: Mapped[str]
