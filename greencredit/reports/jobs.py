"""Issues reports on request and by the thousand: drawn in processes, registered singly, resumed after a stop."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from typing import Final, NamedTuple

from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.files.kept import Files
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service
from greencredit.reports.service import Drawing
from greencredit.schemas.reports import IssuedReport, Lang, ReportFacts
from greencredit.schemas.values import Period

ISSUE: Final = "reports.issue"
"""The kind of job that draws and registers one report."""

REMOVE_FILES: Final = "reports.remove_files"
"""The kind of job that removes the files of a subject who was erased."""

FOLDER: Final = "reports"
"""Below the data folder: where issued files lie."""

_DRAWN_BY_ONE_PROCESS: Final = 400
"""After so many reports a process is replaced: the layout library keeps some memory of each."""

_AHEAD: Final = 8
"""How many reports are gathered ahead of the drawing: enough to keep the processes busy, few enough for memory."""

Progress = Callable[[int], None]
"""Told how many more subjects are done."""


def issue(database: Database, job: Job) -> None:
    """Draw and register the report that a job asks for; called again it finds it done."""
    body = job.body
    period = Period(since=date.fromisoformat(body["since"]), until=date.fromisoformat(body["until"]))
    issue_one(database, Settings(), body["kind"], body["subject_id"], period, body["lang"])


def issue_one(
    database: Database, settings: Settings, kind: str, subject_id: str, period: Period, lang: Lang
) -> IssuedReport:
    """Give the report of a subject over a period; the same facts give the same number and file."""
    into = open_files(settings, FOLDER)
    with database.reading() as session:
        facts = queries.kind_named(kind).gather(session, subject_id, period)
        found = service.already_issued(session, kind, facts, lang, into)
    if found is not None:
        return found
    drawing = service.draw(kind, facts, lang, public_url=settings.public_url)
    with database.writing() as session:
        return service.register(session, drawing, into)


def remove_files(database: Database, job: Job) -> None:
    """Remove the files of whoever was erased; numbers and digests stay in the register, so that copies still verify."""
    files = open_files(Settings(), FOLDER)
    with database.reading() as session:
        found = queries.reports_of(session, job.body["subject_id"])
    for one in found:
        files.remove(one.path)


class Outcome(NamedTuple):
    """What became of one subject of a batch: its report, or why there is none."""

    subject_id: str
    report: IssuedReport | None
    refusal: Refusal | None


def issue_all(
    database: Database,
    settings: Settings,
    kind: str,
    subject_ids: Sequence[str],
    period: Period,
    lang: Lang,
    *,
    processes: int | None = None,
    progress: Progress = lambda _: None,
) -> Generator[Outcome]:
    """Give the report of every subject; whatever was issued before is found, not drawn again.

    Each report is in the register as soon as it is drawn, so that a batch can be stopped at any time and run again.
    A subject whose report is refused (a name with a sign that no font draws) is told and does not stop the others.
    """
    into = open_files(settings, FOLDER)
    report_kind = queries.kind_named(kind)
    with database.reading() as session:
        shared = report_kind.prepare(session, period)
    with _drawers(processes or os.cpu_count() or 1) as pool:
        waiting: deque[tuple[str, Future[Drawing]]] = deque()
        for subject_id in subject_ids:
            with database.reading() as session:
                facts = report_kind.gather(session, subject_id, period, shared)
                found = service.already_issued(session, kind, facts, lang, into)
            if found is not None:
                progress(1)
                yield Outcome(subject_id, found, None)
                continue
            waiting.append((subject_id, pool.submit(_draw, kind, facts, lang, settings.public_url)))
            if len(waiting) > _AHEAD:
                yield _registered(database, *waiting.popleft(), into)
                progress(1)
        for subject_id, drawn in waiting:
            yield _registered(database, subject_id, drawn, into)
            progress(1)


def _registered(database: Database, subject_id: str, drawn: Future[Drawing], into: Files) -> Outcome:
    try:
        drawing = drawn.result()
        with database.writing() as session:
            return Outcome(subject_id, service.register(session, drawing, into), None)
    except Refusal as refusal:
        return Outcome(subject_id, None, refusal)


def _draw(kind: str, facts: ReportFacts, lang: Lang, public_url: str) -> Drawing:
    return service.draw(kind, facts, lang, public_url=public_url)


@contextmanager
def _drawers(processes: int) -> Iterator[ProcessPoolExecutor]:
    # A fresh process, not a fork: a fork would carry the parent's database connections along.
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), max_tasks_per_child=_DRAWN_BY_ONE_PROCESS
    ) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
