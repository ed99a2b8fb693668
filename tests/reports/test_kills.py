"""Batches whose processes are killed at any moment, and what a long one leaves in memory."""

import gc
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs, queries, service
from greencredit.schemas.reports import ReportFacts
from greencredit.schemas.reports.batches import Batch, BatchState
from tests.factories.batches import make_people, new_batch, press_that
from tests.house.sources import ROOT
from tests.reports.test_batches import issued, worker

_PATIENCE_SECONDS: Final = 600.0

_WORKER: Final = """
import sys, time
from datetime import timedelta
from functools import partial
from pathlib import Path
from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs
from tests.factories.batches import tiny_press

logs.set_up_logs("plain", lowest="critical")
database = Database(sys.argv[1], keys=Keys(bytes(32)))
settings = Settings(data_dir=Path(sys.argv[2]), public_url="https://credits.example")
handlers = {
    jobs.CUT: jobs.cut,
    jobs.PART: partial(jobs.issue_part_with, settings=settings, press=tiny_press),
    jobs.CLOSE: partial(jobs.close_with, settings=settings),
}
worker = Worker(database, handlers, lease=timedelta(seconds=2))
while True:
    if not worker.run_due():
        time.sleep(0.05)
"""


@contextmanager
def a_process(database: Database, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a process that issues batches, and kill it when the block ends: at whatever it is doing."""
    url = database.url.render_as_string(hide_password=False)
    process = subprocess.Popen([sys.executable, "-c", _WORKER, url, str(folder)], cwd=ROOT)
    try:
        yield process
        assert process.poll() is None, "it works until it is killed"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def settled(database: Database, batch: Batch) -> int:
    """Count what a batch is through with."""
    with database.reading() as session:
        return sum(queries.counts_of(session, batch.batch_id))


def wait_for(database: Database, batch: Batch, count: int) -> None:
    """Wait until a batch is through with so many."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while settled(database, batch) < count:
        assert time.monotonic() < until, f"{settled(database, batch)} of {count}"
        time.sleep(0.02)


def wait_for_the_end(database: Database, batch: Batch) -> Batch:
    """Wait until the manifest is there."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        with database.reading() as session:
            found = queries.batch(session, batch.batch_id)
        if found.state is BatchState.CLOSED:
            return found
        assert time.monotonic() < until, f"{found.done} of {found.subjects}"
        time.sleep(0.05)


def require_everybody_once(database: Database, batch: Batch, people: list[str], folder: Path) -> None:
    """Fail unless everybody has one report, one file and one line of the manifest."""
    assert [subject_id for subject_id, _ in issued(database)] == people
    files = {path.stem for path in (folder / jobs.FOLDER).rglob("*.pdf")}
    with database.reading() as session:
        kept = set(session.scalars(text("SELECT file_sha256 FROM reports_report")))
        marked = list(session.scalars(text("SELECT number FROM reports_item ORDER BY number")))
        listed = [line.number for line in queries.issued_in(session, batch.batch_id)]
    assert kept <= files  # a process that was killed between file and commit leaves a file that nobody names
    assert len(files - kept) <= 10
    assert marked == listed
    assert len(listed) == len(people)


@pytest.mark.slow
@pytest.mark.proves("REP-10")
def test_a_process_that_is_killed_in_the_middle_loses_nothing_and_the_next_issues_nothing_twice(
    shared: Database, tmp_path: Path
) -> None:
    with shared.writing() as session:
        people = make_people(session, 30)
        batch = service.order(session, new_batch(), "acc_operator")

    with a_process(shared, tmp_path):
        wait_for(shared, batch, 11)
    with a_process(shared, tmp_path):
        found = wait_for_the_end(shared, batch)

    assert (found.done, found.dead, found.manifests[0].reports) == (30, 0, 30)
    require_everybody_once(shared, batch, people, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.proves("REP-10")
def test_two_processes_at_a_time_killed_five_times_in_a_batch_of_2000(shared: Database, tmp_path: Path) -> None:
    with shared.writing() as session:
        people = make_people(session, 2000)
        batch = service.order(session, new_batch(), "acc_operator")

    for count in (150, 420, 733, 1001, 1500):
        with a_process(shared, tmp_path), a_process(shared, tmp_path):
            wait_for(shared, batch, count)
    with a_process(shared, tmp_path), a_process(shared, tmp_path):
        found = wait_for_the_end(shared, batch)

    assert (found.done, found.dead, found.manifests[0].reports) == (2000, 0, 2000)
    require_everybody_once(shared, batch, people, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.proves("REP-10")
def test_what_a_worker_remembers_does_not_grow_with_the_batch(shared: Database, tmp_path: Path) -> None:
    with shared.writing() as session:
        make_people(session, 3000)
        batch = service.order(session, new_batch(), "acc_operator")
    seen: dict[int, int] = {}
    drawn = [0]

    def measure(_: ReportFacts) -> None:
        drawn[0] += 1
        if drawn[0] in {1000, 2000, 2990}:
            gc.collect()
            seen[drawn[0]] = tracemalloc.get_traced_memory()[0]

    settings = Settings(data_dir=tmp_path, public_url="https://credits.example")
    tracemalloc.start()
    try:
        worker(shared, settings, press_that(measure)).run_due()
    finally:
        tracemalloc.stop()

    assert wait_for_the_end(shared, batch).done == 3000
    # Bytes; the facts of 2,000 reports would be a hundred times as many.
    assert max(seen.values()) - seen[1000] < 400_000, seen
