"""A worker carries out every job at least once, whatever its handlers do."""

import threading
import time as timing
from collections import Counter
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from greencredit.kernel import logs
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refused
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job, Later
from greencredit.kernel.messages.tables import JOBS, State
from greencredit.kernel.messages.worker import Worker
from tests.factories.messages import MINUTE, NOON, claimed, enqueued, only


@pytest.mark.parametrize("many", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_many_jobs_are_taken_exactly_once_by_four_threads(shared: Database, many: int) -> None:
    with shared.writing() as session:
        made = {queue.enqueue(session, "count", f"job {number}", {"number": number}) for number in range(many)}
    taken: list[str] = []
    workers = [
        Worker(shared, {"count": lambda _database, job: taken.append(job.id)}, lease=timedelta(hours=1))
        for _ in range(4)
    ]

    threads = [threading.Thread(target=worker.run_due) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(taken) == dict.fromkeys(made, 1)
    with shared.reading() as session:
        assert queue.counts(session) == {("count", "done"): many}
        by_worker = session.execute(sa.select(JOBS.c.worker, sa.func.count()).group_by(JOBS.c.worker)).all()
    assert {worker for worker, _ in by_worker} == {worker.name for worker in workers}


def test_a_worker_prolongs_the_lease_of_a_long_job(shared: Database, clock: StandingClock) -> None:
    enqueued(shared, "count", "a")
    seen: list[datetime | None] = []

    def long(database: Database, _job: Job) -> None:
        clock.move(MINUTE)
        for _ in range(100):
            timing.sleep(0.02)
            if (until := only(database).leased_until) != NOON + timedelta(seconds=0.15):
                seen.append(until)
                return

    Worker(shared, {"count": long}, lease=timedelta(seconds=0.15)).run_due(1)

    assert seen == [NOON + MINUTE + timedelta(seconds=0.15)]
    assert only(shared).state == State.DONE


def test_a_handler_that_fails_is_called_again_after_twice_the_time_and_then_given_up(
    database: Database, clock: StandingClock
) -> None:
    with database.writing() as session:
        queue.enqueue(session, "count", "a", {}, attempts_max=3)
    calls: list[datetime] = []

    def failing(_database: Database, _job: Job) -> None:
        calls.append(clock.now())
        message = "张三 13800138000 is not a number"
        raise ValueError(message)

    worker = Worker(database, {"count": failing})
    for _ in range(60):
        worker.run_due()
        clock.move(timedelta(seconds=1))

    left = only(database)
    assert [call - NOON for call in calls] == [timedelta(seconds=seconds) for seconds in (0, 10, 30)]
    assert (left.state, left.attempts) == (State.DEAD, 3)
    assert left.last_error is not None
    assert left.last_error.partition(" (")[0] == "ValueError"  # what it says could name a person


def test_a_handler_that_wants_to_go_on_later_is_called_again_without_losing_an_attempt(
    database: Database, clock: StandingClock
) -> None:
    enqueued(database, "count", "a")
    calls: list[int] = []

    def in_two_parts(_database: Database, job: Job) -> None:
        calls.append(job.attempts)
        if len(calls) == 1:
            raise Later(MINUTE)

    worker = Worker(database, {"count": in_two_parts})
    worker.run_due()
    waiting = only(database)
    clock.move(MINUTE)
    worker.run_due()

    assert (waiting.state, waiting.attempts, waiting.run_after) == (State.WAITING, 0, NOON + MINUTE)
    assert calls == [1, 1]
    assert only(database).state == State.DONE


def test_a_handler_may_finish_its_job_in_its_own_transaction(database: Database) -> None:
    enqueued(database, "count", "a")

    def at_once(database: Database, job: Job) -> None:
        with database.writing() as session:
            queue.enqueue(session, "weigh", "made by a", {})
            queue.finish(session, job)

    Worker(database, {"count": at_once}).run_due()

    with database.reading() as session:
        assert queue.counts(session) == {("count", "done"): 1, ("weigh", "waiting"): 1}


def test_what_a_handler_did_after_losing_its_job_is_undone(database: Database, clock: StandingClock) -> None:
    enqueued(database, "count", "a")

    def slow(database: Database, job: Job) -> None:
        clock.move(2 * MINUTE)
        claimed(database, "another")
        with database.writing() as session:
            queue.enqueue(session, "weigh", "made by a", {})
            queue.finish(session, job)

    Worker(database, {"count": slow}).run_due(1)

    with database.reading() as session:
        assert queue.counts(session) == {("count", "running"): 1}
    assert only(database).worker == "another"


def test_a_worker_ends_after_the_present_job_and_leaves_the_rest(shared: Database) -> None:
    for number in range(3):
        enqueued(shared, "count", str(number))
    begun, asked = threading.Event(), []

    def waits_for_the_end(_database: Database, job: Job) -> None:
        begun.set()
        while not job.stopping():
            timing.sleep(0.01)
        asked.append(job.key)

    worker = Worker(shared, {"count": waits_for_the_end})
    worker.start()
    assert begun.wait(10)
    ended = worker.stop()

    assert (ended, len(asked)) == (True, 1)
    with shared.reading() as session:
        assert queue.counts(session) == {("count", "done"): 1, ("count", "waiting"): 2}


def test_a_job_carries_the_request_that_caused_it_into_its_own_work(database: Database) -> None:
    with logs.carrying(request_id="req-7"):
        enqueued(database, "count", "a")
    seen: list[str | None] = []

    Worker(database, {"count": lambda _database, _job: seen.append(logs.request_id())}).run_due()

    assert (seen, logs.request_id()) == (["req-7"], None)


def test_a_refusal_is_given_up_at_once_because_it_would_be_refused_again(shared: Database) -> None:
    enqueued(shared, "count", "a")

    def refuse(_database: Database, _job: Job) -> None:
        message = "12 apples found, at most 10 wanted"
        raise Refused(message, found=12, wanted=10)

    attempts = Worker(shared, {"count": refuse}).run_due()

    assert (attempts, only(shared).state, only(shared).attempts) == (1, State.DEAD, 1)
