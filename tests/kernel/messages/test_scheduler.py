"""Periodic work is enqueued once per slot, however many processes tick."""

import time as timing
from datetime import UTC, datetime, time, timedelta

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.scheduler import Daily, Every, Scheduler
from greencredit.kernel.messages.worker import Worker
from tests.factories.messages import MINUTE, NOON


@pytest.mark.parametrize(
    ("entry", "due"),
    [
        (Every("hourly", "count", 3600), datetime(2026, 3, 2, 4, 0, tzinfo=UTC)),
        (Every("often", "count", 7), datetime(2026, 3, 2, 3, 59, 56, tzinfo=UTC)),
        (Daily("early", "count", time(2, 30)), datetime(2026, 3, 1, 18, 30, tzinfo=UTC)),
        (Daily("noon", "count", time(12, 0)), datetime(2026, 3, 2, 4, 0, tzinfo=UTC)),
        (Daily("late", "count", time(12, 1)), datetime(2026, 3, 1, 4, 1, tzinfo=UTC)),
    ],
)
def test_a_slot_is_when_the_work_was_last_due(entry: Every | Daily, due: datetime) -> None:
    assert entry.slot(NOON) == due


def test_two_schedulers_enqueue_a_slot_once_and_the_next_one_again(database: Database, clock: StandingClock) -> None:
    hourly = Every("hourly count", "count", 3600, {"to": 3})
    entries: list[Every | Daily] = [hourly, Daily("nightly", "weigh", time(2, 30))]
    first, second = Scheduler(database, entries), Scheduler(database, entries)

    ticks = [first.tick(), second.tick(), first.tick()]
    clock.move(timedelta(hours=5))
    ticks += [second.tick(), first.tick()]

    assert ticks == [2, 2, 0, 1, 1]
    with database.reading() as session:
        assert sorted((job.kind, job.key, job.run_after) for job in queue.listed(session)) == [
            ("count", "hourly count@2026-03-02T04:00:00Z", NOON),
            ("count", "hourly count@2026-03-02T09:00:00Z", NOON + timedelta(hours=5)),
            ("weigh", "nightly@2026-03-01T18:30:00Z", datetime(2026, 3, 1, 18, 30, tzinfo=UTC)),
        ]


def test_two_schedulers_and_two_workers_in_threads_do_each_slot_once(shared: Database, clock: StandingClock) -> None:
    done: list[str] = []
    entries = [Every("often", "count", 60)]
    schedulers = [Scheduler(shared, entries, poll_seconds=0.01) for _ in range(2)]
    handlers = {"count": lambda _database, job: done.append(job.key)}
    workers = [Worker(shared, handlers, lease=timedelta(hours=1), poll_seconds=0.01) for _ in range(2)]

    threads: list[Scheduler | Worker] = [*schedulers, *workers]
    for thread in threads:
        thread.start()
    for slots in (1, 2, 3):
        for _ in range(500):
            if len(done) >= slots:
                break
            timing.sleep(0.01)
        clock.move(MINUTE if slots < 3 else timedelta(0))
    for thread in threads:
        thread.stop()

    assert done == ["often@2026-03-02T04:00:00Z", "often@2026-03-02T04:01:00Z", "often@2026-03-02T04:02:00Z"]
