"""Tables of awards: filed rule versions, awards with their traces, quantifications, use of caps, files done."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
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
    __table_args__ = (
        UniqueConstraint("evidence_id", "rule_id"),
        Index("ix_awards_award_holder_occurred_on", "holder", "occurred_on"),
        STRICT,
    )

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    rule_id: Mapped[int]
    evidence_id: Mapped[int] = mapped_column(Whole)
    """The same evidence never earns twice by one rule."""
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
    stacked: Mapped[bool]
    """Whether it comes on top of another award for the same evidence, with which money and CO2e are counted."""
    terms_version: Mapped[int | None]
    """The version of the filing whose caps and funding held; none: nothing beside the rule itself was limited."""
    household: Mapped[int | None]
    """The household with which it counted, as its use is counted; none: he was one of his own."""


class AwardsCounter(Table):
    """A budget or cap that is no single rule's: a funder's, or the issuer's; its use is counted under `-id`."""

    __tablename__ = "awards_counter"
    __table_args__ = (UniqueConstraint("issuer_id", "kind", "name"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    issuer_id: Mapped[str]
    kind: Mapped[str]
    """`issuer` or `funder`."""
    name: Mapped[str]


class AwardsPart(Table):
    """What one funder pays of one award, exact to the unit; below zero where an award was taken back (出资分摊)."""

    __tablename__ = "awards_part"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """The award's event, or that of its reversal."""
    counter: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """Below zero: see `AwardsCounter`."""
    credits: Mapped[int]


class AwardsOccasion(Table):
    """How often somebody did what a rule is about, by window, or his days in a row; moves on with every occasion."""

    __tablename__ = "awards_occasion"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    lineage: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    window: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """As in `AwardsUsage`; -1 holds the last day of a streak, -2 its length."""
    number: Mapped[int]


class AwardsGift(Table):
    """An occasion for a gift: what counts once is known by a digest, so that no name stands here."""

    __tablename__ = "awards_gift"
    __table_args__ = (UniqueConstraint("issuer_id", "mark"), STRICT)

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    """An award names it as evidence `-id`."""
    issuer_id: Mapped[str]
    ground: Mapped[str]
    mark: Mapped[str]
    holder: Mapped[int]
    happened_on: Mapped[date]
    taken_at: Mapped[datetime]


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


class AwardsClaimWithdrawal(Table):
    """A mark that was made by mistake and that another person took back: its grams count again (撤销转出标记)."""

    __tablename__ = "awards_claim_withdrawal"

    evidence_id: Mapped[int] = mapped_column(
        Whole, ForeignKey("awards_claim.evidence_id"), primary_key=True, autoincrement=False
    )
    reason: Mapped[str]
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime]


class AwardsHold(Table):
    """Credits kept back because a signal of fraud was found in the evidence that they rest on (处置冻结)."""

    __tablename__ = "awards_hold"
    __table_args__ = (Index("ix_awards_hold_holder", "holder"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str]
    holder: Mapped[int]
    monitor: Mapped[str]
    found: Mapped[str]
    """What was found and what the threshold is, as JSON."""
    awards: Mapped[str]
    """The awards that it is about, as a JSON list of events."""
    credits: Mapped[int]
    freezes: Mapped[str]
    """The ledger's freezes, one for each series, as a JSON list of event and credits."""
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]


class AwardsAppeal(Table):
    """What the holder says against a hold (申诉)."""

    __tablename__ = "awards_appeal"

    hold_id: Mapped[str] = mapped_column(Text, ForeignKey("awards_hold.id"), primary_key=True)
    lodged_by: Mapped[str]
    lodged_at: Mapped[datetime]
    words: Mapped[str | None]


class AwardsHoldDecision(Table):
    """What somebody decided on a hold: never who placed it, never who appealed (复核)."""

    __tablename__ = "awards_hold_decision"

    hold_id: Mapped[str] = mapped_column(Text, ForeignKey("awards_hold.id"), primary_key=True)
    outcome: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class AwardsJudged(Table):
    """A batch of evidence that was judged: when, and which ledger event was the newest then (判定时点)."""

    __tablename__ = "awards_judged"
    __table_args__ = (
        Index("ix_awards_judged_first_evidence", "first_evidence"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    issuer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    """In the order in which an issuer's evidence was judged."""
    first_evidence: Mapped[int]
    last_evidence: Mapped[int]
    as_of: Mapped[int]
    judged_at: Mapped[datetime]


class AwardsCase(Table):
    """All worked cases of a version of a filing, word for word; a correction is another edition (样例)."""

    __tablename__ = "awards_case"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    filing_id: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    document: Mapped[str]
    """The cases as canonical JSON."""
    digest: Mapped[str]
    actor_id: Mapped[str]
    stored_at: Mapped[datetime]


class AwardsProject(Table):
    """A signed-off project on its way into awards: how many parts are taken over; moves on with every chunk."""

    __tablename__ = "awards_project"
    __table_args__ = (
        Index("ix_awards_project_signed_off_at", "signed_off_at"),
        Index("ix_awards_project_done_at", "done_at"),
        STRICT,
    )

    project_id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str]
    region: Mapped[str]
    signed_off_at: Mapped[datetime]
    batch_id: Mapped[int | None]
    """Its batch of evidence; none: nothing was taken over yet."""
    parts: Mapped[int]
    """So many were taken over, in the order of the participants."""
    waits_for: Mapped[str | None]
    """Why it could not go on when it was last tried, as the code of the refusal."""
    done_at: Mapped[datetime | None]


class AwardsHousehold(Table):
    """A household whose members fill a cap per household together (家庭); it has no name."""

    __tablename__ = "awards_household"

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    founded_at: Mapped[datetime]


class AwardsStay(Table):
    """Somebody in a household, by his pseudonym: an erasure takes away who that is. Its end is written once."""

    __tablename__ = "awards_stay"
    __table_args__ = (
        Index("ix_awards_stay_household_id", "household_id"),
        Index("ix_awards_stay_holder", "holder"),
        Index(
            "ix_awards_stay_present",
            "holder",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        STRICT,
    )

    id: Mapped[int] = mapped_column(Whole, primary_key=True)
    household_id: Mapped[int] = mapped_column(Whole, ForeignKey("awards_household.id"))
    holder: Mapped[int]
    is_adult: Mapped[bool]
    by_guardian: Mapped[bool]
    since: Mapped[date]
    joined_at: Mapped[datetime]
    ended_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]


class AwardsInvitation(Table):
    """An invitation into a household, used once; the code itself is kept nowhere."""

    __tablename__ = "awards_invitation"

    code_digest: Mapped[bytes] = mapped_column(primary_key=True)
    household_id: Mapped[int] = mapped_column(Whole, ForeignKey("awards_household.id"), index=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AwardsLevel(Table):
    """The level that an issuer gave one of its members, from a day on; a later row takes its place (会员等级)."""

    __tablename__ = "awards_level"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}  # noqa: RUF012 - as SQLAlchemy declares it

    issuer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    level: Mapped[str]
    """Empty: none from then on."""
    since: Mapped[date]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
