"""One report on request: gathered, found or drawn, registered; nothing is locked while it is drawn."""

from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.settings import Settings
from greencredit.reports import queries
from greencredit.reports.service.batches import require_begun
from greencredit.reports.service.issuing import already_issued, draw, register
from greencredit.schemas.reports import IssuedReport, Lang
from greencredit.schemas.values import Period

FOLDER: Final = "reports"
"""Below the data folder: where issued files lie, unless they lie in a bucket."""


def issue_one(
    database: Database, settings: Settings, kind: str, subject_id: str, period: Period, lang: Lang
) -> IssuedReport:
    """Give the report of a subject over a period; the same facts give the same number and file, however many ask."""
    into = open_files(settings, FOLDER)
    with database.reading() as session:
        require_begun(session, period)
        facts = queries.kind_named(kind).gather(session, subject_id, period)
        found = already_issued(session, kind, facts, lang, into)
    if found is not None:
        return found
    drawing = draw(kind, facts, lang, public_url=settings.public_url)
    with database.writing() as session:
        return register(session, drawing, into)
