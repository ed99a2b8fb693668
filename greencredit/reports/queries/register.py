"""Reads of the register of issued reports, and the kinds there are."""

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from greencredit.kernel import catalogue
from greencredit.reports import rules
from greencredit.reports.catalogue import ReportKind
from greencredit.reports.errors import UnknownKind, UnknownNumber
from greencredit.reports.tables import ReportRow
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.values import Period

PDF = "application/pdf"


@cache
def kinds() -> dict[str, ReportKind]:
    """Give every kind of report by its name."""
    return {name: module.REPORT for name, module in catalogue.modules("greencredit.reports.catalogue")}


def kind_named(name: str) -> ReportKind:
    """Give one kind of report, or refuse if there is none of that name."""
    if name not in kinds():
        raise UnknownKind(name, sorted(kinds()))
    return kinds()[name]


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
