"""One report on request: gathered, found or drawn, registered; nothing is locked while it is drawn."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.clock import micros, now
from greencredit.kernel.database import Database
from greencredit.kernel.files.kept import Files
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.messages import queue
from greencredit.kernel.settings import Settings
from greencredit.reports import queries
from greencredit.reports.service.batches import require_begun
from greencredit.reports.service.issuing import Drawing, already_issued, draw, register
from greencredit.reports.service.proving import Prover, wanted_of
from greencredit.reports.service.seal import seal_source
from greencredit.reports.service.withdrawal import supersede
from greencredit.schemas.reports import IssuedReport, Lang, ReportFacts
from greencredit.schemas.reports.batches import NewReport, ReportRequest
from greencredit.schemas.reports.proven import ReportStatus
from greencredit.schemas.values import Period

FOLDER: Final = "reports"
"""Below the data folder: where issued files lie, unless they lie in a bucket."""


_SLOT_MICROS: Final = 300 * 1_000_000
"""Five minutes: whoever asks again later wants the facts as they are then."""

_CLOCK: Final = "reports.enter"
"""Who supersedes: no person, the newer report itself."""

Draw = Callable[[ReportFacts], Drawing]
"""Draws one report."""

Press = Callable[[Database, Settings, str, Sequence[ReportFacts], Lang], Draw]
"""Makes ready what some reports of one kind and language need together, and gives what draws each of them."""


def press(database: Database, settings: Settings, kind: str, reports: Sequence[ReportFacts], lang: Lang) -> Draw:
    """Put these reports into the log together, and give what draws each with its receipt and signs it."""
    prover = Prover(database, seal_source(settings))
    prover.ahead([wanted_of(queries.kind_named(kind), one, lang) for one in reports])
    return partial(_drawn, kind=kind, lang=lang, public_url=settings.public_url, prover=prover)


def _drawn(record: ReportFacts, *, kind: str, lang: Lang, public_url: str, prover: Prover) -> Drawing:
    return draw(kind, record, lang, public_url=public_url, proof=prover.proof_of(kind, record, lang))


def enter(session: Session, drawing: Drawing, into: Files, gathered_at: datetime) -> IssuedReport:
    """Register a drawn report; an earlier one of the same subject, kind, language and days gives it its place.

    One that was issued after these facts were gathered may know more than they do: it is left as it is.
    """
    issued = register(session, drawing, into)
    if issued.media_type != queries.PDF:
        return issued
    for earlier in queries.reports_of(session, issued.subject_id):
        alike = (earlier.kind, earlier.lang, earlier.period, earlier.media_type) == (
            issued.kind,
            issued.lang,
            issued.period,
            queries.PDF,
        )
        if not alike or earlier.number == issued.number or earlier.issued_at > gathered_at:
            continue
        if queries.standing_of(session, earlier.number).status is ReportStatus.VALID:
            supersede(session, earlier.number, issued.number, _CLOCK)
    return issued


def ask(session: Session, wanted: NewReport) -> ReportRequest:
    """Have one report made; two who ask for the same one within minutes wait for the same."""
    queries.kind_named(wanted.kind)
    require_begun(session, wanted.period)
    body = {
        "kind": wanted.kind,
        "subject_id": wanted.subject_id,
        "since": wanted.period.since.isoformat(),
        "until": wanted.period.until.isoformat(),
        "lang": wanted.lang,
    }
    slot = micros(now(session)) // _SLOT_MICROS
    return queries.request(session, queue.enqueue(session, queries.ISSUE, f"{':'.join(body.values())}:{slot}", body))


def issue_one(
    database: Database, settings: Settings, kind: str, subject_id: str, period: Period, lang: Lang
) -> IssuedReport:
    """Give the report of a subject over a period; the same facts give the same number and file, however many ask."""
    into = open_files(settings, FOLDER)
    gathered_at = database.clock.now()
    with database.reading() as session:
        require_begun(session, period)
        facts = queries.kind_named(kind).gather(session, subject_id, period)
        found = already_issued(session, kind, facts, lang, into)
    if found is not None:
        return found
    drawing = press(database, settings, kind, [facts], lang)(facts)
    with database.writing() as session:
        return enter(session, drawing, into, gathered_at)
