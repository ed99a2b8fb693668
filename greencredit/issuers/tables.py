"""Tables of issuers: who they are, their papers and filings, and the history nobody can change."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}

_LIVING = text("state NOT IN ('closed', 'refused', 'lapsed')")


_WAITING = text("state IN ('submitted', 'admitted')")


class IssuerRow(Table):
    """A registered issuer; `state` is always the last step's, and only a step changes it."""

    __tablename__ = "issuers_issuer"
    __table_args__ = (
        # Who was closed, refused or lapsed may register anew under the same code.
        Index("uq_issuers_issuer_living_code", "code", unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str]
    english_name: Mapped[str | None]
    code: Mapped[str]
    kind: Mapped[str]
    region: Mapped[str]
    legal_representative: Mapped[str]
    address: Mapped[str]
    contact: Mapped[str]
    controlling_code: Mapped[str | None]
    documents: Mapped[str]
    code_review: Mapped[str | None]
    state: Mapped[str]
    registered_at: Mapped[datetime]


class CertificateRow(Table):
    """A certificate or evaluation of credit standing; append-only."""

    __tablename__ = "issuers_certificate"
    __table_args__ = (UniqueConstraint("issuer_id", "number"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    number: Mapped[int]
    body_name: Mapped[str]
    body_code: Mapped[str | None]
    approval_number: Mapped[str | None]
    certificate_number: Mapped[str]
    grade: Mapped[str]
    score: Mapped[int | None]
    scope: Mapped[str]
    valid_since: Mapped[date]
    valid_until: Mapped[date]
    document: Mapped[str]
    recorded_at: Mapped[datetime]
    fees: Mapped[str | None]


class AssessmentRow(Table):
    """A third-party assessment, passed or not; append-only."""

    __tablename__ = "issuers_assessment"
    __table_args__ = (UniqueConstraint("issuer_id", "number"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    number: Mapped[int]
    assessor_id: Mapped[str]
    assessor_name: Mapped[str]
    assessor_code: Mapped[str]
    assessor_controlling_code: Mapped[str | None]
    criteria_version: Mapped[str]
    indicators: Mapped[str]
    verdict: Mapped[str]
    conditions: Mapped[str]
    signed_on: Mapped[date]
    valid_since: Mapped[date]
    valid_until: Mapped[date]
    declaration: Mapped[str]
    document: Mapped[str]
    recorded_at: Mapped[datetime]
    fees: Mapped[str | None]
    reviewer_id: Mapped[str | None]


class FilingRow(Table):
    """One version of an issuer's scheme; what it says is in its sections, and only a step changes its state.

    Triggers hold what it is and what was once said of it: version, digest, days and number are never changed.
    """

    __tablename__ = "issuers_filing"
    __table_args__ = (
        UniqueConstraint("issuer_id", "version"),
        UniqueConstraint("number"),
        # One version of an issuer lies before the authority at a time.
        Index("uq_issuers_filing_waiting", "issuer_id", unique=True, sqlite_where=_WAITING, postgresql_where=_WAITING),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    version: Mapped[int]
    state: Mapped[str]
    digest: Mapped[str]
    number: Mapped[str | None]
    drafted_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    effective_on: Mapped[date | None]
    admitted_at: Mapped[datetime | None]


class SectionRow(Table):
    """One section of a filing as a canonical document; append-only."""

    __tablename__ = "issuers_section"
    __table_args__ = STRICT

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str]
    document: Mapped[str]


class FindingsRow(Table):
    """What the room that owns a section found in it, with its whole report; append-only."""

    __tablename__ = "issuers_findings"
    __table_args__ = (CheckConstraint("passed IN (0, 1)", name="passed"), STRICT)

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    section: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    section_digest: Mapped[str]
    report_digest: Mapped[str]
    made_by: Mapped[str]
    passed: Mapped[bool]
    summary: Mapped[str]
    report: Mapped[str]
    actor_id: Mapped[str]
    at: Mapped[datetime]


class CheckRow(Table):
    """What the automatic checks found in a version of a filing; append-only."""

    __tablename__ = "issuers_check"
    __table_args__ = (CheckConstraint("passed IN (0, 1)", name="passed"), STRICT)

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    filing_digest: Mapped[str]
    report_digest: Mapped[str]
    passed: Mapped[bool]
    stopping: Mapped[str]
    report: Mapped[str]
    actor_id: Mapped[str]
    at: Mapped[datetime]


class PlacingRow(Table):
    """Which authority decides on a version and how soon, as it stood when it was submitted; append-only."""

    __tablename__ = "issuers_placing"
    __table_args__ = STRICT

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    authority: Mapped[str]
    document: Mapped[str]
    at: Mapped[datetime]


class OpinionRow(Table):
    """What one person of the authority said to a version; append-only."""

    __tablename__ = "issuers_opinion"
    __table_args__ = (CheckConstraint("verdict IN ('accept', 'return', 'refuse')", name="verdict"), STRICT)

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    verdict: Mapped[str]
    filing_digest: Mapped[str]
    fields: Mapped[str]
    reason: Mapped[str]
    actor_id: Mapped[str]
    at: Mapped[datetime]


class StepRow(Table):
    """One line of an issuer's history; append-only."""

    __tablename__ = "issuers_step"
    __table_args__ = STRICT

    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    subject: Mapped[str]
    step: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str]
    about: Mapped[str | None]
    actor_id: Mapped[str]
    role: Mapped[str]
    at: Mapped[datetime]
    reason: Mapped[str]
    document_digest: Mapped[str | None]


class StatementRow(Table):
    """What a custodian stated on a day; append-only. The database itself knows no payment-reserve account."""

    __tablename__ = "issuers_statement"
    __table_args__ = (
        UniqueConstraint("issuer_id", "number"),
        CheckConstraint("amount_fen >= 0", name="not_negative"),
        CheckConstraint("account_kind IN ('custody_account', 'bank_guarantee', 'surety_insurance')", name="kind"),
        CheckConstraint("replace(account_title, '备付金', '') = account_title", name="no_reserve"),
        CheckConstraint("length(account_last4) = 4", name="last_four"),
        STRICT,
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    number: Mapped[int]
    amount_fen: Mapped[int]
    as_of: Mapped[date]
    bank: Mapped[str]
    account_kind: Mapped[str]
    account_title: Mapped[str]
    account_last4: Mapped[str]
    document: Mapped[str]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class CoverageRow(Table):
    """How far what is held covered what was owed, as of an event; append-only."""

    __tablename__ = "issuers_coverage"
    __table_args__ = (
        CheckConstraint("(basis_points IS NULL) = (worth_fen = 0)", name="ratio_of_something"),
        CheckConstraint("kept IN (0, 1)", name="kept"),
        STRICT,
    )

    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    statement_id: Mapped[str | None] = mapped_column(Text, ForeignKey("issuers_statement.id"))
    guarantee_fen: Mapped[int]
    lines: Mapped[str]
    """JSON: what is owed under each version of the filing."""
    outstanding: Mapped[int]
    worth_fen: Mapped[int]
    basis_points: Mapped[int | None]
    filed_basis_points: Mapped[int]
    kept: Mapped[bool]
    as_of_event: Mapped[int]
    at: Mapped[datetime]
    promises: Mapped[str | None]
    """JSON: for each version its face value, the ratio kept for its credits, and how many were ever issued under it."""


class WatchRow(Table):
    """When the clockwork last looked at an issuer, and what it saw then; only that row tells it whom to look at."""

    __tablename__ = "issuers_watch"
    __table_args__ = STRICT

    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"), primary_key=True)
    day: Mapped[date]
    edition: Mapped[int]


class FrozenRow(Table):
    """An award that waited when its issuer was suspended; decided once."""

    __tablename__ = "issuers_frozen"
    __table_args__ = (
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_whole"),
        CheckConstraint("outcome IN ('activated', 'reversed', 'gone')", name="outcome"),
        Index(
            "ix_issuers_frozen_open",
            "issuer_id",
            "event_id",
            sqlite_where=text("outcome IS NULL"),
            postgresql_where=text("outcome IS NULL"),
        ),
        STRICT,
    )

    event_id: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    credits: Mapped[int]
    frozen_at: Mapped[datetime]
    outcome: Mapped[str | None]
    reason: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class AgencyRow(Table):
    """An agency that certifies or assesses; append-only, its standing over time is told by its standings."""

    __tablename__ = "issuers_agency"
    __table_args__ = (UniqueConstraint("kind", "code"), STRICT)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    code: Mapped[str]
    legal_representative: Mapped[str]
    controlling_code: Mapped[str | None]
    registered_at: Mapped[datetime]


class AgencyStandingRow(Table):
    """From which day on an agency is listed or withdrawn; append-only."""

    __tablename__ = "issuers_agency_standing"
    __table_args__ = STRICT

    agency_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_agency.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Whole, primary_key=True, autoincrement=False)
    state: Mapped[str]
    since: Mapped[date]
    approval_number: Mapped[str | None]
    reason: Mapped[str]
    actor_id: Mapped[str]
    at: Mapped[datetime]


class ScoredRow(Table):
    """An assessment as it was scored, before its review; append-only."""

    __tablename__ = "issuers_scored"
    __table_args__ = STRICT

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    issuer_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_issuer.id"))
    paper: Mapped[str]
    reason: Mapped[str]
    scored_by: Mapped[str]
    scored_at: Mapped[datetime]


class ReviewRow(Table):
    """What became of a scored assessment: a second person signed it or gave it back; append-only."""

    __tablename__ = "issuers_review"
    __table_args__ = STRICT

    scored_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_scored.id"), primary_key=True)
    outcome: Mapped[str]
    reviewed_by: Mapped[str]
    reviewed_at: Mapped[datetime]
    reason: Mapped[str]


class CodeReviewRow(Table):
    """A failing code that somebody asked the operator to look at; append-only."""

    __tablename__ = "issuers_code_review"
    __table_args__ = STRICT

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str]
    reason: Mapped[str]
    document: Mapped[str]
    fault: Mapped[str]
    found: Mapped[str]
    wanted: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]


class CodeDecisionRow(Table):
    """What the operator decided about a failing code; append-only."""

    __tablename__ = "issuers_code_decision"
    __table_args__ = STRICT

    review_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_code_review.id"), primary_key=True)
    state: Mapped[str]
    reviewer_id: Mapped[str]
    reason: Mapped[str]
    reviewed_at: Mapped[datetime]
