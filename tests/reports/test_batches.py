"""Batches: every subject once, whatever ends the workers; what is not issued is told; the list of it is in the log."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.files.folder import FolderFiles
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import LeaseLost
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.reports import jobs, queries, service
from greencredit.reports.errors import BatchKeyReused, ListClosed, NotLoggedYet, PeriodNotBegun, UnknownBatch
from greencredit.reports.service import Press
from greencredit.schemas.reports import ReportFacts
from greencredit.schemas.reports.batches import Batch, BatchState, DeadReport, Population
from tests.factories.batches import make_people, new_batch, numbers_of, press_that, tiny_press


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path, public_url="https://credits.example")


@pytest.fixture
def crowd(shared: Database) -> list[str]:
    """Register more people than one worker takes at a time."""
    with shared.writing() as session:
        return make_people(session, 205)


def worker(database: Database, settings: Settings, press: Press = tiny_press) -> Worker:
    """Give a worker that does what the processes of a crew do, with a press that prints in no time."""
    return Worker(
        database,
        {
            jobs.CUT: jobs.cut,
            jobs.PART: partial(jobs.issue_part_with, settings=settings, press=press),
            jobs.CLOSE: partial(jobs.close_with, settings=settings),
        },
    )


def ordered(database: Database, population: Population = Population.EVERYONE, **wanted: object) -> Batch:
    """Order a batch."""
    with database.writing() as session:
        return service.order(session, new_batch(population, **wanted), "acc_operator")


def standing(database: Database, batch: Batch) -> Batch:
    """Look at a batch."""
    with database.reading() as session:
        return queries.batch(session, batch.batch_id)


def issued(database: Database) -> list[tuple[str, str]]:
    """List whom the register has reports of, and their numbers."""
    with database.reading() as session:
        rows = session.execute(text("SELECT subject_id, number FROM reports_report ORDER BY subject_id"))
        return [(subject_id, number) for subject_id, number in rows]


def manifest_lines(database: Database, settings: Settings, batch: Batch) -> list[bytes]:
    """Give the lines of the newest manifest."""
    with database.reading() as session:
        kept = queries.manifest(session, batch.batch_id)
    read = FolderFiles(settings.data_dir / jobs.FOLDER).read(kept.path, kept.sha256)
    return read.splitlines(keepends=True)


@pytest.mark.proves("REP-10")
def test_a_batch_issues_a_report_of_everybody_once_and_ends_with_a_manifest(
    shared: Database, settings: Settings, crowd: list[str]
) -> None:
    batch = ordered(shared)

    worker(shared, settings).run_due()

    found = standing(shared, batch)
    assert (found.state, found.subjects, found.done, found.dead, found.left) == (BatchState.CLOSED, 205, 205, 0, 0)
    register = issued(shared)
    assert [subject_id for subject_id, _ in register] == crowd
    lines = manifest_lines(shared, settings, batch)
    assert json.loads(lines[0]) == {
        "format": "greencredit.manifest/1",
        "batch": batch.batch_id,
        "edition": 1,
        "kind": "consumer",
        "lang": "zh",
        "since": "2026-01-01",
        "until": "2027-01-01",
        "reports": 205,
        "refused": 0,
    }
    assert numbers_of(lines) == sorted(number for _, number in register)
    assert not any(subject_id.encode() in b"".join(lines) for subject_id in crowd)
    assert found.manifests[0].sha256 == hashlib.sha256(b"".join(lines)).hexdigest()


@pytest.mark.proves("REP-10")
def test_asking_again_with_one_key_gives_one_batch_and_another_wish_is_refused(shared: Database) -> None:
    first = ordered(shared)

    assert ordered(shared) == first
    with pytest.raises(BatchKeyReused) as no:
        ordered(shared, lang="en")

    assert (no.value.code, no.value.facts) == (
        "reports.batch_key_reused",
        {"key": "示例批次", "found": first.batch_id},
    )
    with shared.reading() as session:
        assert queries.batches(session) == [first]


def test_days_that_are_all_to_come_are_refused(shared: Database) -> None:
    later = {"since": "2027-01-01", "until": "2028-01-01"}

    with pytest.raises(PeriodNotBegun) as no:
        ordered(shared, period=later)

    assert no.value.facts == {"since": "2027-01-01", "today": "2026-03-02"}


def test_a_list_is_issued_as_it_was_given_each_subject_once(
    shared: Database, settings: Settings, crowd: list[str]
) -> None:
    listed = (crowd[3], crowd[1], crowd[3])

    batch = ordered(shared, Population.LISTED, subject_ids=listed)
    worker(shared, settings).run_due()

    assert [subject_id for subject_id, _ in issued(shared)] == sorted({crowd[1], crowd[3]})
    with shared.writing() as session, pytest.raises(ListClosed) as no:
        service.add_subjects(session, batch.batch_id, [crowd[0]])
    assert no.value.facts == {"batch_id": batch.batch_id, "found": "closed", "wanted": "cutting"}


def test_a_batch_of_nobody_ends_at_once_with_an_empty_manifest(shared: Database, settings: Settings) -> None:
    batch = ordered(shared)

    worker(shared, settings).run_due()

    assert standing(shared, batch).state is BatchState.CLOSED
    assert len(manifest_lines(shared, settings, batch)) == 1


class _Killed(BaseException):
    """What no handler catches: the process is gone."""


def _failing(after: int, with_: type[BaseException] | Exception) -> Press:
    """Give a press that works so many times and then fails at every report."""
    left = [after]

    def fail_in_the_end(_: ReportFacts) -> None:
        if not left[0]:
            raise with_
        left[0] -= 1

    return press_that(fail_in_the_end)


@pytest.mark.proves("REP-10")
def test_a_worker_that_is_gone_loses_nothing_and_another_issues_nothing_twice(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    batch = ordered(shared)
    for _ in range(3):  # three workers, each gone after 40 reports, with a part in their hands
        with pytest.raises(_Killed):
            worker(shared, settings, _failing(40, _Killed)).run_due()
        clock.move(timedelta(minutes=2))
    half = issued(shared)

    worker(shared, settings).run_due()

    found = standing(shared, batch)
    assert len(half) == 120
    assert (found.state, found.done, found.dead) == (BatchState.CLOSED, 205, 0)
    assert [subject_id for subject_id, _ in issued(shared)] == crowd
    assert set(half) < set(issued(shared))
    assert len(set(numbers_of(manifest_lines(shared, settings, batch)))) == 205


@pytest.mark.proves("REP-10")
def test_whoever_lost_his_part_to_another_writes_nothing_any_more(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:3]))
    (slow,) = queue.claim(shared, "slow", [jobs.PART])
    clock.move(timedelta(minutes=2))
    (quick,) = queue.claim(shared, "quick", [jobs.PART])

    with pytest.raises(LeaseLost):
        jobs.issue_part_with(shared, slow, settings, tiny_press)

    assert issued(shared) == []
    jobs.issue_part_with(shared, quick, settings, tiny_press)
    assert [subject_id for subject_id, _ in issued(shared)] == crowd[:3]


def test_the_database_itself_refuses_a_subject_or_a_number_twice(shared: Database, crowd: list[str]) -> None:
    ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:2]))
    twice = (
        "INSERT INTO reports_item (batch_id, position, subject_id, state, attempts, run_after) "
        "SELECT batch_id, 9, subject_id, state, 0, 0 FROM reports_item WHERE position = 0"
    )
    same = "UPDATE reports_item SET state = 'done', number = 'GC-1', media_type = 'application/pdf'"

    for statement in (twice, same):
        with pytest.raises(IntegrityError), shared.writing() as session:
            session.execute(text(statement))


@pytest.mark.proves("REP-10")
def test_a_report_that_is_refused_is_listed_with_its_reason_and_put_back_by_hand(
    shared: Database, settings: Settings
) -> None:
    with shared.writing() as session:
        known = make_people(session, 2)
    batch = ordered(shared, Population.LISTED, subject_ids=(*known, "per_nobody"))
    worker(shared, settings).run_due()

    with shared.reading() as session:
        dead = queries.dead_reports(session, batch.batch_id)
    assert [(one.subject_id, one.attempts, one.code) for one in dead] == [("per_nobody", 1, "people.unknown_consumer")]
    assert standing(shared, batch).manifests[0].refused == 1

    with shared.writing() as session:
        assert service.put_back(session, batch.batch_id) == 1
    again = standing(shared, batch)
    assert (again.state, again.edition, again.left) == (BatchState.ISSUING, 2, 1)
    worker(shared, settings).run_due()
    assert [(one.edition, one.reports, one.refused) for one in standing(shared, batch).manifests] == [
        (2, 2, 1),
        (1, 2, 1),
    ]
    with shared.writing() as session:
        assert service.put_back(session, batch.batch_id, ["per_stranger"]) == 0
    assert standing(shared, batch).state is BatchState.CLOSED


@pytest.mark.proves("REP-10")
def test_a_fault_is_tried_again_later_and_later_and_given_up_in_the_end(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:2]))
    broken = worker(shared, settings, _failing(1, RuntimeError("示例姓名 is in this text")))

    tried = []
    for _ in range(8):
        broken.run_due()
        with shared.reading() as session:
            tried.append(session.scalar(text("SELECT attempts FROM reports_item WHERE position = 1")))
        clock.move(timedelta(minutes=3))

    assert tried == [1, 2, 3, 4, 5, 5, 5, 5]
    with shared.reading() as session:
        (dead,) = queries.dead_reports(session, batch.batch_id)
    place = dead.reason.partition(" (")[2]
    assert dead == DeadReport(
        position=1, subject_id=crowd[1], attempts=5, code="reports.fault", reason=f"RuntimeError ({place}"
    )
    assert standing(shared, batch).state is BatchState.CLOSED


def test_a_report_that_ends_its_worker_every_time_is_given_up_and_the_others_are_issued(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:4]))

    def end_at_one(record: ReportFacts) -> None:
        if record.subject_id == crowd[1]:
            raise _Killed

    killed = 0
    while standing(shared, batch).state is not BatchState.CLOSED:
        try:
            worker(shared, settings, press_that(end_at_one)).run_due()
        except _Killed:
            killed += 1
        clock.move(timedelta(minutes=2))

    with shared.reading() as session:
        (dead,) = queries.dead_reports(session, batch.batch_id)
    assert (killed, dead.subject_id, dead.code) == (6, crowd[1], "reports.worker_lost")
    assert [subject_id for subject_id, _ in issued(shared)] == [crowd[0], *crowd[2:4]]


def test_a_stopped_worker_ends_after_the_report_at_hand_and_costs_no_attempt(
    shared: Database, settings: Settings, crowd: list[str]
) -> None:
    ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:5]))
    (job,) = queue.claim(shared, "w", [jobs.PART])
    asked = iter([*[False] * 5, False, False, True])  # five are gathered, two are drawn

    with pytest.raises(queue.Later):
        jobs.issue_part_with(shared, replace(job, stopping=lambda: next(asked)), settings, tiny_press)

    assert [subject_id for subject_id, _ in issued(shared)] == crowd[:2]


def test_the_speed_is_that_of_the_last_minutes_of_work(
    shared: Database, settings: Settings, crowd: list[str], clock: StandingClock
) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:200]))
    assert standing(shared, batch).per_minute is None

    worker(shared, settings).run_due(limit=1)
    clock.move(timedelta(minutes=2))

    found = standing(shared, batch)
    assert (found.done, found.left, found.per_minute, found.minutes_left) == (100, 100, 50.0, 2.0)


@pytest.mark.proves("REP-9", "REP-10")
def test_the_digest_of_a_manifest_waits_for_the_log(shared: Database, settings: Settings, crowd: list[str]) -> None:
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:2]))
    worker(shared, settings).run_due()

    with shared.reading() as session:
        kept = queries.manifest(session, batch.batch_id)
        waiting = [bytes(body) for (body,) in session.execute(text("SELECT body FROM proofs_pending"))]
        with pytest.raises(NotLoggedYet):
            queries.manifest_proof(session, batch.batch_id)

    facts = [json.loads(body) for body in waiting if json.loads(body)["kind"] == "manifest"]
    assert [{name: one[name] for name in one if name not in {"v", "at"}} for one in facts] == [
        {
            "kind": "manifest",
            "batch": batch.batch_id,
            "edition": 1,
            "kind_of_report": "consumer",
            "reports": 2,
            "digest": kept.sha256,
        }
    ]


def test_a_batch_that_is_none_is_not_found(shared: Database) -> None:
    with shared.reading() as session, pytest.raises(UnknownBatch) as no:
        queries.batch(session, "bat_none")

    assert (no.value.code, no.value.facts) == ("reports.unknown_batch", {"batch_id": "bat_none"})
