"""The store is swept: what nothing names goes, what anything names stays, whoever keeps a file is waited for."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.database import Database
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs, queries, service
from greencredit.reports.jobs.sweeping import sweep_with
from greencredit.reports.service import Drawing
from greencredit.schemas.reports.batches import Population
from tests.factories import reports
from tests.factories.batches import make_people, tiny_press
from tests.reports.test_batches import ordered, worker

OLD: Final = timedelta(days=2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path, public_url="https://credits.example")


def store_of(settings: Settings) -> FolderFiles:
    """Give the store on this machine."""
    return FolderFiles(settings.data_dir / jobs.FOLDER)


def aged(database: Database, path: Path, by: timedelta = OLD) -> Path:
    """Let a file be as old as that, by the clock of the database."""
    at = (database.clock.now() - by).timestamp()
    os.utime(path, (at, at))
    return path


def lying(settings: Settings) -> list[Path]:
    """List the files of the store."""
    return sorted(path for path in store_of(settings).root.rglob("*") if path.is_file())


def job_of(database: Database) -> Job:
    """Give the job of a sweep, claimed."""
    with database.writing() as session:
        queue.enqueue(session, jobs.SWEEP, "once", {})
    (job,) = queue.claim(database, "w", [jobs.SWEEP])
    return job


def drawn(database: Database, settings: Settings, count: int) -> Drawing:
    """Draw a report in no time."""
    facts = reports.consumer_report(count)
    return tiny_press(database, settings, "consumer", [facts], "zh")(facts)


@pytest.mark.proves("REP-10")
def test_only_what_nothing_names_and_nobody_kept_for_a_day_is_removed(shared: Database, settings: Settings) -> None:
    with shared.writing() as session:
        people = make_people(session, 3)
    ordered(shared, Population.LISTED, subject_ids=tuple(people))
    worker(shared, settings).run_due()
    store = store_of(settings)
    (store.root / "manifest-of-the-command.csv").write_bytes(b"by name")
    for path in lying(settings):
        aged(shared, path)
    named = lying(settings)
    left = aged(shared, store.root / store.keep(b"of a process that was killed", "pdf").address)
    half = left.parent / ".unfinished-abc"
    half.write_bytes(b"half")
    aged(shared, half)
    new = store.root / store.keep(b"in a transaction that is open still", "pdf").address
    at_work = new.parent / ".unfinished-def"
    at_work.write_bytes(b"half")
    for path in (new, at_work):
        aged(shared, path, timedelta(hours=1))

    removed = sweep_with(shared, job_of(shared), settings)

    assert removed == 2
    assert lying(settings) == sorted([*named, new, at_work])
    assert [path.suffix for path in named].count(".pdf") == 3
    assert [path.suffix for path in named].count(".jsonl") == 1


@pytest.mark.proves("REP-10")
def test_a_file_that_is_kept_again_is_not_swept_away_under_whoever_names_it(
    shared: Database, settings: Settings
) -> None:
    drawing, store = drawn(shared, settings, 2), store_of(settings)
    path = aged(shared, store.root / store.keep(drawing.content, "pdf").address)
    address, before = path.relative_to(store.root).as_posix(), shared.clock.now() - timedelta(days=1)

    def swept() -> int:
        with shared.writing() as session:
            return service.sweep(session, store, [address], before=before)

    with ThreadPoolExecutor(1) as pool:
        with shared.writing() as session:
            issued = service.register(session, drawing, store)
            aged(shared, path)  # however old it looks
            sweeping = pool.submit(swept)
            with pytest.raises(TimeoutError):
                sweeping.result(timeout=0.5)
        assert sweeping.result(timeout=30) == 0

    assert store.read(issued.path, issued.file_sha256) == drawing.content


def test_whoever_wants_a_swept_file_again_writes_it_again(shared: Database, settings: Settings) -> None:
    drawing, store = drawn(shared, settings, 2), store_of(settings)
    with shared.writing() as session:
        service.register(session, drawn(shared, settings, 3), store)
    aged(shared, store.root / store.keep(drawing.content, "pdf").address)
    assert sweep_with(shared, job_of(shared), settings) == 1

    with shared.writing() as session:
        issued = service.register(session, drawing, store)

    assert store.read(issued.path, issued.file_sha256) == drawing.content
    with shared.reading() as session:
        assert bytes.fromhex(issued.file_sha256) in queries.digests_kept(session, issued.file_sha256[0])
        assert session.scalar(text("SELECT count(*) FROM reports_report")) == 2


@pytest.mark.proves("REP-10")
def test_a_store_of_another_database_is_left_alone(shared: Database, settings: Settings) -> None:
    store = store_of(settings)
    files = [aged(shared, store.root / store.keep(f"{number}".encode(), "pdf").address) for number in range(3)]
    with shared.writing() as session:
        service.register(session, drawn(shared, settings, 2), store)
    before = lying(settings)

    removed = sweep_with(shared, job_of(shared), settings)

    assert (removed, lying(settings)) == (0, before)
    assert set(files) < set(before)
