"""Tables of issuers: who they are, their papers and filings, and the history nobody can change."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table, Whole

STRICT = {"sqlite_strict": True}

_LIVING = text("state NOT IN ('closed', 'refused', 'lapsed')")


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


class FilingRow(Table):
    """One version of an issuer's scheme; what it says is in its sections, and only a step changes its state."""

    __tablename__ = "issuers_filing"
    __table_args__ = (UniqueConstraint("issuer_id", "version"), UniqueConstraint("number"), STRICT)

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


class SectionRow(Table):
    """One section of a filing as a canonical document; append-only."""

    __tablename__ = "issuers_section"
    __table_args__ = STRICT

    filing_id: Mapped[str] = mapped_column(Text, ForeignKey("issuers_filing.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str]
    document: Mapped[str]


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
