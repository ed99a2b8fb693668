"""A household's own reports: which are finished, which are being made, where their files lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.errors import NotFound
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.reports import queries as reports
from greencredit.reports.errors import UnknownNumber
from greencredit.reports.jobs import FOLDER, ISSUE
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Period, Words
from greencredit.schemas.web import ReportLink

KIND: Final = "consumer"
_SUFFIXES: Final = {"application/pdf": "pdf", "text/html": "html"}
_LOOKED_AT: Final = 200
_LISTED: Final = 6


class FileGone(NotFound):
    """报告文件不在: the report is in the register, its file is not on this machine; have it made again."""

    code = "web.report_file_gone"


@dataclass(frozen=True)
class OwnFile:
    """A file to be handed out."""

    path: Path
    media_type: str
    name: str


def title() -> Words:
    """Name the report as it names itself."""
    return reports.kind_named(KIND).title


def finished(session: Session, consumer_id: str) -> tuple[ReportLink, ...]:
    """List the newest reports, whatever days they are about."""
    found: dict[str, ReportLink] = {}
    for one in reports.reports_of(session, consumer_id):
        if one.kind == KIND and len(found) < _LISTED and one.number not in found:
            found[one.number] = ReportLink(
                number=one.number,
                lang=one.lang,
                since=one.period.since,
                last_day=one.period.last_day,
                issued_at=one.issued_at,
                address=f"/me/reports/{one.number}",
                is_pdf=reports.PDF in reports.files_of(session, one.number),
            )
    return tuple(found.values())


def asked_for(session: Session, consumer_id: str, period: Period, *states: State) -> tuple[str, ...]:
    """Give the languages of the jobs for a report of this period that stand in one of these states."""
    jobs = [job for state in states for job in queue.listed(session, state=state, kind=ISSUE, limit=_LOOKED_AT)]
    wanted = {"subject_id": consumer_id, "since": period.since.isoformat()}
    return tuple(sorted({job.body["lang"] for job in jobs if wanted.items() <= job.body.items()}))


def ask(session: Session, consumer_id: str, *, year: int, lang: Lang) -> str:
    """Have the report of a year made; one a day and language, so that a second press asks for nothing more."""
    today = civil_date(now(session)).isoformat()
    body = {
        "kind": KIND,
        "subject_id": consumer_id,
        "since": f"{year}-01-01",
        "until": f"{year + 1}-01-01",
        "lang": lang,
    }
    return queue.enqueue(session, ISSUE, f"{KIND}:{consumer_id}:{year}:{lang}:{today}", body)


def file_of(session: Session, consumer_id: str, number: str, data_dir: Path) -> OwnFile:
    """Give the file of one's own report; somebody else's is as unknown as one that was never issued."""
    found = reports.by_number(session, number)
    if found.subject_id != consumer_id or found.kind != KIND:
        raise UnknownNumber(found.number)
    path = data_dir / FOLDER / found.path
    if not path.is_file():
        message = f"the file of {found.number} is not on this machine"
        raise FileGone(message, number=found.number)
    return OwnFile(path, found.media_type, f"{found.number}-{found.lang}.{_SUFFIXES[found.media_type]}")
