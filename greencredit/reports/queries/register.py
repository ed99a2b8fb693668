"""Reads of the register of issued reports, and the kinds there are."""

from collections.abc import Collection
from functools import cache
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel import catalogue
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind
from greencredit.reports.errors import UnknownKind, UnknownNumber
from greencredit.reports.rules.published import RECEIPT, facts_schema, receipt_schema
from greencredit.reports.tables import ManifestRow, ReportRow
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.values import Period

PDF = "application/pdf"
PAGE = "text/html"
_AT_ONCE: Final = 10_000


@cache
def kinds() -> dict[str, ReportKind]:
    """Give every kind of report by its name."""
    return {name: module.REPORT for name, module in catalogue.modules("greencredit.reports.catalogue")}


def kind_named(name: str) -> ReportKind:
    """Give one kind of report, or refuse if there is none of that name."""
    if name not in kinds():
        raise UnknownKind(name, sorted(kinds()))
    return kinds()[name]


def published_shape(name: str, public_url: str) -> dict[str, Any]:
    """Give the published shape of the data inside reports of a kind, or of the receipt inside every report."""
    if name == RECEIPT:
        return receipt_schema(public_url)
    return facts_schema(name, kind_named(name).facts, public_url)


def by_number(session: Session, number: str) -> IssuedReport:
    """Give an issued report, the PDF before the page; refuse a wrong or unknown number."""
    plain = rules.require_number(number)
    rows = session.scalars(select(ReportRow).where(ReportRow.number == plain)).all()
    if not rows:
        raise UnknownNumber(plain)
    return _issued(min(rows, key=lambda row: row.media_type != PDF))


def reports_of(session: Session, subject_id: str) -> list[IssuedReport]:
    """List the reports about one subject, newest first."""
    rows = session.scalars(
        select(ReportRow)
        .where(ReportRow.subject_id == subject_id)
        .order_by(ReportRow.issued_at.desc(), ReportRow.number, ReportRow.media_type)
    )
    return [_issued(row) for row in rows]


def files_of(session: Session, number: str) -> dict[str, IssuedReport]:
    """Give every issued file of a number by its media type."""
    rows = session.scalars(select(ReportRow).where(ReportRow.number == number))
    return {row.media_type: _issued(row) for row in rows}


def digests_kept(session: Session, first_digit: str) -> set[bytes]:
    """Give the digests of all files that the register or a manifest names, of those that begin with a digit."""
    columns = (ReportRow.file_sha256, ManifestRow.sha256)
    return {
        bytes.fromhex(digest)
        for column in columns
        for digest in session.scalars(
            select(column).where(column.startswith(first_digit)).execution_options(yield_per=_AT_ONCE)
        )
    }


def kept_of(session: Session, digests: Collection[str]) -> set[str]:
    """Give those of some digests that the register or a manifest names."""
    return {
        digest
        for column in (ReportRow.file_sha256, ManifestRow.sha256)
        for digest in session.scalars(select(column).where(column.in_(digests)))
    }


def _issued(row: ReportRow) -> IssuedReport:
    return IssuedReport.model_validate(
        {
            "number": row.number,
            "kind": row.kind,
            "lang": row.lang,
            "subject_id": row.subject_id,
            "period": Period(since=row.since, until=row.until),
            "facts_sha256": row.facts_sha256,
            "file_sha256": row.file_sha256,
            "size_bytes": row.size_bytes,
            "media_type": row.media_type,
            "path": row.path,
            "renderer": row.renderer,
            "issued_at": row.issued_at,
        }
    )
