"""A worker: takes due jobs one by one, keeps their lease alive, and survives whatever a handler does."""

import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refused
from greencredit.kernel.messages import queue as verbs
from greencredit.kernel.messages.queue import LEASE, Job, Later, LeaseLost
from greencredit.kernel.messages.tables import JOBS

Handler = Callable[[Database, Job], None]
"""Does one kind of work. It may be called again for the same job, so a second time must change nothing."""

_LOG: Final = logs.log(__name__)
_NUMBERS: Final = itertools.count(1)


class Worker:
    """Carries out the jobs of one queue, one after the other, in a thread of its own or in the caller's."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Handler],
        *,
        queue: sa.Table = JOBS,
        lease: timedelta = LEASE,
        poll_seconds: float = 1.0,
    ) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{next(_NUMBERS)}"
        self._database = database
        self._handlers = dict(handlers)
        self._queue = queue
        self._lease = lease
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work in a thread."""
        assert self._thread is None, "a worker starts once"
        self._thread = threading.Thread(target=self._run, name=f"worker {self._queue.name}", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Ask for the end after the present job, without waiting for it."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Tell whether the end was asked for."""
        return self._stop.is_set()

    def stop(self, grace_seconds: float = 20.0) -> bool:
        """Ask for the end and wait for the present job; one that does not end is taken over when its lease ends."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join(grace_seconds)
        return self._thread is None or not self._thread.is_alive()

    def run_due(self, limit: int | None = None) -> int:
        """Carry out what is due now, in the caller's thread, and give the number of attempts made."""
        done = 0
        while not self._stop.is_set() and done != limit:
            jobs = self._claimed()
            if not jobs:
                break
            self._carry_out(jobs[0])
            done += 1
        return done

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.run_due()
            except SQLAlchemyError:
                # A locked or restarting database is no reason to stop working: the leases keep the order.
                _LOG.warning("worker could not reach the database", worker=self.name, exc_info=True)
            self._stop.wait(self._poll_seconds)

    def _claimed(self) -> list[Job]:
        if not self._handlers:
            return []
        with self._database.reading() as session:  # looking first, so that an idle worker never takes the write lock
            if not verbs.is_any_due(session, self._handlers, self._queue):
                return []
        return verbs.claim(self._database, self.name, self._handlers, self._lease, queue=self._queue)

    def _carry_out(self, job: Job) -> None:
        with logs.carrying(request_id=job.request_id, job=job.id, kind=job.kind, attempt=job.attempts):
            try:
                with self._lease_kept(job):
                    self._handlers[job.kind](self._database, replace(job, stopping=self._stop.is_set))
                with self._database.writing() as session:
                    verbs.finish(session, job, queue=self._queue)
            except Later as later:
                with self._database.writing() as session:
                    verbs.postpone(session, job, later.pause, queue=self._queue)
            except LeaseLost:
                _LOG.warning("job was taken over by another worker")
            except Exception as error:  # noqa: BLE001 - a worker outlives its jobs; the fault is logged and counted
                _LOG.error("job failed", exc_info=True)
                with self._database.writing() as session:
                    told = f"{logs.told_of(error)} ({logs.place_of(error)})"
                    verbs.fail(session, job, told, for_good=isinstance(error, Refused), queue=self._queue)
            else:
                _LOG.info("job done")

    @contextmanager
    def _lease_kept(self, job: Job) -> Iterator[None]:
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(job, over), name=f"lease of {job.id}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _keep(self, job: Job, over: threading.Event) -> None:
        while not over.wait(self._lease.total_seconds() / 3):
            try:
                with self._database.writing() as session:
                    if not verbs.renew(session, job, self._lease, queue=self._queue):
                        return
            except SQLAlchemyError:
                _LOG.warning("lease could not be renewed", job=job.id, exc_info=True)
