"""A full disk: nothing half is left behind, nobody is given up for it, and all goes on as soon as there is room."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.files.kept import StoreFull
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Later
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs, queries, service
from greencredit.reports.errors import BatchBusy
from greencredit.reports.service import Drawing
from greencredit.schemas.reports import Lang, ReportFacts
from greencredit.schemas.reports.batches import BatchState, Population
from tests.factories.batches import YEAR, make_people, tiny_press
from tests.factories.disks import no_file_beyond
from tests.reports.test_batches import issued, ordered, standing, worker

_REPORT_BYTES: Final = 18_000_000
_ROOM_BYTES: Final = 16_000_000
"""More than the database of a test takes, less than such a report."""

_ROOM_FOR_NO_MANIFEST_BYTES: Final = 20_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path / "issued", public_url="https://credits.example")


@pytest.fixture
def crowd(shared: Database) -> list[str]:
    """Register people whose manifest is longer than the room."""
    with shared.writing() as session:
        return make_people(session, 110)


def large_press(
    database: Database, settings: Settings, kind: str, reports: Sequence[ReportFacts], lang: Lang
) -> Callable[[ReportFacts], Drawing]:
    """Draw reports that are larger than the room on the disk."""
    draw = tiny_press(database, settings, kind, reports, lang)

    def drawn(record: ReportFacts) -> Drawing:
        small = draw(record)
        return replace(small, content=small.content.ljust(_REPORT_BYTES))

    return drawn


def lying(settings: Settings) -> list[Path]:
    """List every file of the store, whole or not."""
    return [path for path in settings.data_dir.rglob("*") if path.is_file()]


@pytest.mark.proves("REP-10")
def test_a_batch_waits_for_room_and_gives_nobody_up(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:2]))

    with no_file_beyond(_ROOM_BYTES):
        for _ in range(3):
            worker(shared, settings, large_press).run_due()
            clock.move(timedelta(minutes=2))
    assert (issued(shared), standing(shared, batch).left, lying(settings)) == ([], 2, [])

    worker(shared, settings, large_press).run_due()
    found = standing(shared, batch)
    assert (len(issued(shared)), found.state, found.done, found.dead) == (2, BatchState.CLOSED, 2, 0)


@pytest.mark.proves("REP-10")
def test_one_report_on_request_leaves_neither_a_row_nor_half_a_file(
    shared: Database, settings: Settings, crowd: list[str]
) -> None:
    with shared.reading() as session:
        facts = queries.kind_named("consumer").gather(session, crowd[0], YEAR)
    drawing = large_press(shared, settings, "consumer", [facts], "zh")(facts)
    store = settings.data_dir / jobs.FOLDER

    with no_file_beyond(_ROOM_BYTES), pytest.raises(StoreFull) as no, shared.writing() as session:
        service.register(session, drawing, store)

    with shared.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM reports_report")) == 0
    assert (no.value.facts, lying(settings)) == ({"size_bytes": _REPORT_BYTES}, [])


@pytest.mark.proves("REP-10")
def test_a_manifest_waits_for_room_and_one_that_was_given_up_is_taken_up_again(
    shared: Database, settings: Settings, crowd: list[str]
) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd))
    only_reports = partial(jobs.issue_part_with, settings=settings, press=tiny_press)
    Worker(shared, {jobs.PART: only_reports}).run_due()
    (job,) = queue.claim(shared, "w", [jobs.CLOSE])

    with no_file_beyond(_ROOM_FOR_NO_MANIFEST_BYTES), pytest.raises(Later):
        jobs.close_with(shared, job, settings)
    with shared.writing() as session:
        with pytest.raises(BatchBusy):  # it is being written as far as anybody knows
            service.put_back(session, batch.batch_id)
        queue.fail(session, job, "示例", for_good=True)
        assert service.put_back(session, batch.batch_id) == 0
    worker(shared, settings).run_due()

    found = standing(shared, batch)
    assert (found.state, [(one.edition, one.reports) for one in found.manifests]) == (BatchState.CLOSED, [(1, 110)])
