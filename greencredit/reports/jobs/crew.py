"""Processes that issue batches: started when something waits, replaced after so many reports, ended when nothing does.

They share the database with every other process of the platform, on this machine or another: whoever claims a part
has it alone for as long as he answers.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.messages import queue as messages
from greencredit.kernel.messages.worker import Handler, Worker
from greencredit.kernel.settings import Settings
from greencredit.reports import queries, service
from greencredit.reports.jobs import parts

_LOG: Final = logs.log(__name__)

PARTS_PER_PROCESS: Final = 4
"""After so many parts a process is replaced: whatever memory the layout library kept goes with it."""

_IDLE_SECONDS: Final = 10.0
"""How long a process without work waits for more before it ends."""

_LOOK_SECONDS: Final = 1.0

HANDLERS: Final[dict[str, Handler]] = {
    service.CUT: parts.cut,
    service.CLOSE: parts.close,
    service.PART: parts.issue_part,
}
"""What the processes of a crew do."""


class Crew:
    """Watches for batches and keeps so many processes busy with them; starts, stops and waits as a worker does."""

    def __init__(self, database: Database, settings: Settings, processes: int) -> None:
        self._database = database
        self._settings = settings
        self._processes = processes
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._running: list[BaseProcess] = []

    def start(self) -> None:
        """Begin to watch in a thread."""
        assert self._thread is None, "a crew starts once"
        self._thread = threading.Thread(target=self._run, name="crew of batches", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Ask for the end after the present reports, without waiting for it."""
        self._stop.set()

    def stop(self, grace_seconds: float = 20.0) -> None:
        """Ask for the end and wait for it; a process that does not end is ended, and another takes its part over."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(grace_seconds)
        self._end(grace_seconds)

    def watched_until_done(self, batch_id: str | None = None) -> Iterator[int]:
        """Work in the caller's time until nothing is due or under way; tell now and then how far a batch is."""
        try:
            while not self._stop.is_set():
                self._look()
                yield self._settled(batch_id)
                if not self._running and not self._is_any_due():
                    return
                self._stop.wait(_LOOK_SECONDS)
        finally:
            self._end(grace_seconds=20.0)

    def _settled(self, batch_id: str | None) -> int:
        if batch_id is None:
            return 0
        with self._database.reading() as session:
            return sum(queries.counts_of(session, batch_id))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._look()
            except SQLAlchemyError:
                _LOG.warning("the crew could not reach the database", exc_info=True)
            self._stop.wait(_LOOK_SECONDS)

    def _look(self) -> None:
        """Forget whoever ended, and fill up with new processes while something waits."""
        for ended in [one for one in self._running if not one.is_alive()]:
            ended.join()
            self._running.remove(ended)
        if len(self._running) < self._processes and self._is_any_due():
            # A fresh process, not a fork: a fork would carry this one's database connections along.
            made = get_context("spawn").Process(target=_work, args=(self._settings, os.getpid()), daemon=True)
            made.start()
            self._running.append(made)

    def _is_any_due(self) -> bool:
        with self._database.reading() as session:
            return messages.is_any_due(session, HANDLERS)

    def _end(self, grace_seconds: float) -> None:
        for one in self._running:
            one.terminate()  # asks: the process ends after the report it is drawing
        until = time.monotonic() + grace_seconds
        for one in self._running:
            one.join(max(0.0, until - time.monotonic()))
            if one.is_alive():
                one.kill()
                one.join()
        self._running.clear()


def _work(settings: Settings, parent: int) -> None:
    """Do what is due in a process of its own, until nothing is left, or it is asked to end, or its parent is gone."""
    logs.set_up_logs("plain", lowest="warning")
    database = open_database(settings)
    handlers = HANDLERS | {
        service.PART: partial(_issue_part, settings=settings),
        service.CLOSE: partial(_close, settings=settings),
    }
    worker = Worker(database, handlers)
    signal.signal(signal.SIGTERM, lambda *_: worker.ask_to_stop())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to all: the parent decides
    done, idle_since = 0, time.monotonic()
    while done < PARTS_PER_PROCESS and time.monotonic() - idle_since < _IDLE_SECONDS and os.getppid() == parent:
        if worker.stopping:
            break
        if worker.run_due(limit=1):
            done, idle_since = done + 1, time.monotonic()
        else:
            time.sleep(_LOOK_SECONDS / 2)
    database.close()


def _issue_part(database: Database, job: messages.Job, settings: Settings) -> None:
    parts.issue_part_with(database, job, settings, service.press)


def _close(database: Database, job: messages.Job, settings: Settings) -> None:
    parts.close_with(database, job, settings)
