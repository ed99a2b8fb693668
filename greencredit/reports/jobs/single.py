"""One report on request, and the removal of the files of whoever was forgotten."""

from datetime import date
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service
from greencredit.schemas.values import Period

REMOVE_FILES: Final = "reports.remove_files"
"""The kind of job that removes the files of a subject who was erased."""


def issue(database: Database, job: Job) -> None:
    """Draw and register the report that a job asks for; called again it finds it done."""
    body = job.body
    period = Period(since=date.fromisoformat(body["since"]), until=date.fromisoformat(body["until"]))
    service.issue_one(database, Settings(), body["kind"], body["subject_id"], period, body["lang"])


def remove_files(database: Database, job: Job) -> None:
    """Remove the files of whoever was erased; numbers and digests stay in the register, so that copies still verify."""
    subject_id = job.body["subject_id"]
    files = open_files(Settings(), service.FOLDER)
    with database.reading() as session:
        found = queries.reports_of(session, subject_id)
    for one in found:
        files.remove(one.path)
    with database.writing() as session:
        service.forget_subject(session, subject_id)
