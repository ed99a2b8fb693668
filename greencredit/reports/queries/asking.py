"""Reads of what was asked for, and of who may read a report: whatever one may not read is as unknown as none."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.kernel.access import Actor, Scope, may
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.messages.tables import State
from greencredit.reports.errors import UnknownNumber, UnknownRequest
from greencredit.reports.queries.proven import standing_of
from greencredit.reports.queries.register import PDF, by_number, kind_named, reports_of
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.reports.batches import ReportRequest
from greencredit.schemas.reports.proven import ReportStatus
from greencredit.schemas.values import Period

ISSUE: Final = "reports.issue"
"""The kind of job that draws and registers one report."""

SUFFIXES: Final[Mapping[str, str]] = {PDF: "pdf", "text/html": "html"}
_LOOKED_AT: Final = 200


def readable(session: Session, actor: Actor, number: str) -> IssuedReport:
    """Give a report of the register to whoever may read it."""
    found = by_number(session, number)
    if not _may_read(session, actor, found.kind, found.subject_id):
        raise UnknownNumber(found.number)
    return found


def require_readable(session: Session, actor: Actor, kind: str, subject_id: str, request_id: str) -> None:
    """Refuse whoever may not read the reports of a subject, as if nobody had asked."""
    if not _may_read(session, actor, kind, subject_id):
        raise UnknownRequest(request_id)


def _may_read(session: Session, actor: Actor, kind: str, subject_id: str) -> bool:
    return may(actor, "report.read", *places_of(session, kind, subject_id))


def places_of(session: Session, kind: str, subject_id: str) -> Iterable[Scope]:
    """Tell in which places the reports of a subject lie; nowhere: only whoever may read all of them reads them."""
    return kind_named(kind).places_of(session, subject_id)


def request(session: Session, request_id: str) -> ReportRequest:
    """Tell how far a request is, or refuse an id that is none's."""
    try:
        found = queue.job(session, request_id)
    except queue.JobUnknown:
        raise UnknownRequest(request_id) from None
    if found.kind != ISSUE:
        raise UnknownRequest(request_id)
    return _told(session, found)


def requests_of(session: Session, subject_id: str, *states: State) -> list[ReportRequest]:
    """List what was asked for of one subject lately and stands in one of these states, newest first."""
    jobs = [job for state in states for job in queue.listed(session, state=state, kind=ISSUE, limit=_LOOKED_AT)]
    return [_told(session, job) for job in jobs if job.body["subject_id"] == subject_id]


def _told(session: Session, job: Job) -> ReportRequest:
    body: dict[str, Any] = job.body
    period = Period(since=date.fromisoformat(body["since"]), until=date.fromisoformat(body["until"]))
    number = None
    if job.state is State.DONE:
        alike = (body["kind"], body["lang"], period)
        made = [one for one in reports_of(session, body["subject_id"]) if (one.kind, one.lang, one.period) == alike]
        number = next(
            (one.number for one in made if standing_of(session, one.number).status is ReportStatus.VALID), None
        )
    return ReportRequest(
        request_id=job.id,
        kind=body["kind"],
        subject_id=body["subject_id"],
        period=period,
        lang=body["lang"],
        state=job.state.value,
        number=number,
    )
