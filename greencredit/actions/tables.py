"""Published factors: every file that was published and every version of every factor, written once."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
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
