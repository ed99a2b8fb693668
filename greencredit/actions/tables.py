"""Published factors: every file that was published and every version of every factor, written once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from greencredit.kernel.database import Table


class FactorFile(Table):
    """A factor file that was published (已发布的因子文件), known by its digest."""

    __tablename__ = "actions_factor_file"

    digest: Mapped[str] = mapped_column(primary_key=True)
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    factors: Mapped[int]


class FactorVersion(Table):
    """One version of one factor (因子版本); a correction is another row."""

    __tablename__ = "actions_factor"
    __table_args__: Any = (CheckConstraint("version >= 1", name="version_from_one"), {"sqlite_strict": True})

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file_digest: Mapped[str] = mapped_column(ForeignKey("actions_factor_file.digest"))
    series: Mapped[str]
    selection: Mapped[str]
    category: Mapped[str]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str]
    gas: Mapped[str]
    region: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    tier: Mapped[str]
    verification: Mapped[str]
    publisher: Mapped[str]
    document: Mapped[str]
    source_url: Mapped[str]
    derivation: Mapped[str | None]
    notes: Mapped[str]


class Method(Table):
    """One version of one method, word for word (方法版本): what it said stays known when its file has moved on."""

    __tablename__ = "actions_method"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str]
    document: Mapped[str]
    kept_at: Mapped[datetime]


class OverrideRow(Table):
    """A baseline or factor that an issuer or a city sets with a document (基准替代); a change is another version."""

    __tablename__ = "actions_override"
    __table_args__: Any = (
        UniqueConstraint("place", "action", "name", "version"),
        UniqueConstraint("id", "proposed_by"),
        CheckConstraint("(issuer_id IS NULL) <> (region IS NULL)", name="one_place"),
        CheckConstraint("version >= 1", name="version_from_one"),
        CheckConstraint("tier IN ('A', 'B', 'C')", name="tier"),
        {"sqlite_strict": True},
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    version: Mapped[int]
    issuer_id: Mapped[str | None]
    region: Mapped[str | None]
    action: Mapped[str]
    name: Mapped[str]
    value: Mapped[str]
    unit: Mapped[str]
    tier: Mapped[str]
    publisher: Mapped[str]
    document: Mapped[str]
    document_digest: Mapped[str]
    page: Mapped[str]
    reason: Mapped[str]
    since: Mapped[date]
    until: Mapped[date | None]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class OverrideDecisionRow(Table):
    """What another person decided on an override (复核); the database refuses the proposer himself."""

    __tablename__ = "actions_override_decision"
    __table_args__: Any = (
        ForeignKeyConstraint(
            ["override_id", "proposed_by"],
            ["actions_override.id", "actions_override.proposed_by"],
            name="fk_actions_override_decision_override_id",
        ),
        CheckConstraint("decided_by <> proposed_by", name="another_person"),
        CheckConstraint("approved IN (0, 1)", name="approved"),
        {"sqlite_strict": True},
    )

    override_id: Mapped[str] = mapped_column(primary_key=True)
    proposed_by: Mapped[str]
    approved: Mapped[bool]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    note: Mapped[str]


class CertificateRow(Table):
    """A certificate's serial that was used (证书使用), as its keyed digest: once for ever, whoever the issuer is."""

    __tablename__ = "actions_certificate"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    product: Mapped[str]
    registry_name: Mapped[str]
    use: Mapped[str]
    """Keyed digest of the issuer and what it was used for."""
    used_at: Mapped[datetime]
