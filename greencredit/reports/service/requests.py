"""One report on request: gathered, found or drawn, registered; nothing is locked while it is drawn."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.settings import Settings
from greencredit.reports import queries
from greencredit.reports.service.batches import require_begun
from greencredit.reports.service.issuing import Drawing, already_issued, draw, register
from greencredit.reports.service.proving import Prover, wanted_of
from greencredit.reports.service.seal import seal_source
from greencredit.schemas.reports import IssuedReport, Lang, ReportFacts
from greencredit.schemas.values import Period

FOLDER: Final = "reports"
"""Below the data folder: where issued files lie, unless they lie in a bucket."""


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
    drawing = press(database, settings, kind, [facts], lang)(facts)
    with database.writing() as session:
        return register(session, drawing, into)
