"""Issues the reports of subjects that the caller names, one after the other; drawn in processes, registered singly."""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Final, NamedTuple

from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.kernel.files.kept import Files
from greencredit.kernel.files.opening import open_files
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service
from greencredit.reports.service import Drawing, Proof
from greencredit.schemas.reports import IssuedReport, Lang, ReportFacts
from greencredit.schemas.values import Period

_DRAWN_BY_ONE_PROCESS: Final = 400
"""After so many reports a process is replaced: the layout library keeps some memory of each."""

_AHEAD: Final = 8
"""How many reports are gathered ahead of the drawing: enough to keep the processes busy, few enough for memory."""

Progress = Callable[[int], None]
"""Told how many more subjects are done."""


class Outcome(NamedTuple):
    """What became of one subject of a batch: its report, or why there is none."""

    subject_id: str
    report: IssuedReport | None
    refusal: Refusal | None


def issue_all(
    database: Database,
    settings: Settings,
    kind: str,
    subject_ids: Iterable[str],
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
    into = open_files(settings, service.FOLDER)
    report_kind = queries.kind_named(kind)
    prover = service.Prover(database, service.seal_source(settings))
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
            proof = prover.proof_of(kind, facts, lang)
            waiting.append((subject_id, pool.submit(_draw, kind, facts, lang, settings.public_url, proof)))
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


def _draw(kind: str, facts: ReportFacts, lang: Lang, public_url: str, proof: Proof) -> Drawing:
    return service.draw(kind, facts, lang, public_url=public_url, proof=proof)


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
