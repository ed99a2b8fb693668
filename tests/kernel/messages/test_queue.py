"""What is put in a queue is taken by one worker at a time and never gets lost."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job, JobNotDead, JobUnknown, KeyReused, LeaseLost
from greencredit.kernel.messages.tables import OUTBOX, State
from greencredit.kernel.messages.worker import Worker
from tests.factories.messages import MINUTE, NOON, claimed, enqueued, only


def test_a_job_is_written_down_as_it_was_given(session: Session) -> None:
    with logs.carrying(request_id="req-1"):
        made = queue.enqueue(session, "count", "a", {"to": 3, "什么": "树"}, run_after=NOON + MINUTE)

    assert queue.listed(session) == [
        Job(
            id=made,
            kind="count",
            key="a",
            body={"to": 3, "什么": "树"},
            state=State.WAITING,
            attempts=0,
            attempts_max=8,
            run_after=NOON + MINUTE,
            leased_until=None,
            worker=None,
            last_error=None,
            request_id="req-1",
            created_at=NOON,
            done_at=None,
        )
    ]


def test_the_same_key_is_the_same_work(session: Session) -> None:
    first = queue.enqueue(session, "count", "a", {"to": 3})
    again = queue.enqueue(session, "count", "a", {"to": 3})
    other_kind = queue.enqueue(session, "weigh", "a", {"to": 3})

    assert again == first
    assert sorted(job.id for job in queue.listed(session)) == sorted([first, other_kind])


def test_the_same_key_for_another_body_is_refused_and_the_first_stands(session: Session) -> None:
    first = queue.enqueue(session, "count", "a", {"to": 3})

    with pytest.raises(KeyReused) as no:
        queue.enqueue(session, "count", "a", {"to": 4})

    assert (no.value.code, no.value.facts) == ("kernel.key_reused", {"kind": "count", "key": "a", "found": first})
    assert [job.body for job in queue.listed(session)] == [{"to": 3}]


def test_a_job_of_a_transaction_that_fails_was_never_there(database: Database) -> None:
    def fail_after_enqueueing() -> None:
        with database.writing() as session:
            queue.enqueue(session, "count", "a", {})
            queue.post(session, "mail", "a", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_enqueueing()

    with database.reading() as session:
        assert (queue.counts(session), queue.counts(session, OUTBOX)) == ({}, {})


def test_messages_and_jobs_are_kept_apart(session: Session) -> None:
    queue.enqueue(session, "count", "a", {})
    queue.post(session, "mail", "a", {"to": "per_1"})

    assert queue.counts(session) == {("count", "waiting"): 1}
    assert queue.counts(session, OUTBOX) == {("mail", "waiting"): 1}


def test_what_is_due_is_taken_oldest_first_and_by_its_kind(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        later = queue.enqueue(session, "count", "later", {}, run_after=NOON + MINUTE)
        first = queue.enqueue(session, "count", "first", {}, run_after=NOON - MINUTE)
        queue.enqueue(session, "weigh", "another kind", {})

    assert [job.id for job in claimed(database, limit=10)] == [first]
    clock.move(MINUTE)
    assert [job.id for job in claimed(database, "two", limit=10)] == [first, later]  # the first lease ended


def test_two_processes_that_claim_at_once_never_get_the_same_job(database_url: str, clock: StandingClock) -> None:
    first, second = Database(database_url, clock=clock), Database(database_url, clock=clock)
    for number in range(50):
        enqueued(first, "count", str(number))
    taken: list[str] = []

    def take(database: Database) -> None:
        while jobs := queue.claim(database, "any", {"count"}, limit=3):
            taken.extend(job.id for job in jobs)

    threads = [threading.Thread(target=take, args=(database,)) for database in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(taken), len(set(taken))) == (50, 50)
    first.close()
    second.close()


def test_a_worker_that_died_loses_its_job_when_the_lease_ends(database: Database, clock: StandingClock) -> None:
    made = enqueued(database, "count", "a")
    (dead,) = claimed(database, "dead")

    assert claimed(database, "alive") == []
    clock.move(MINUTE)
    (taken,) = claimed(database, "alive")

    assert (taken.id, taken.worker, taken.attempts) == (made, "alive", 2)
    with pytest.raises(LeaseLost) as no, database.writing() as session:
        queue.finish(session, dead)
    assert (no.value.code, no.value.facts) == ("kernel.lease_lost", {"job": made, "attempt": 1})
    assert only(database) == taken


def test_a_renewed_lease_keeps_the_job(database: Database, clock: StandingClock) -> None:
    enqueued(database, "count", "a")
    (job,) = claimed(database)

    clock.move(MINUTE / 2)
    with database.writing() as session:
        kept = queue.renew(session, job, MINUTE)
    clock.move(MINUTE / 2)

    assert kept
    assert claimed(database, "two") == []
    assert only(database).leased_until == NOON + 1.5 * MINUTE


def test_a_lost_lease_cannot_be_renewed(database: Database, clock: StandingClock) -> None:
    enqueued(database, "count", "a")
    (job,) = claimed(database)
    clock.move(MINUTE)
    (taken,) = claimed(database, "two")

    with database.writing() as session:
        assert not queue.renew(session, job, 10 * MINUTE)

    assert only(database) == taken


def test_a_job_that_kills_every_worker_is_given_up(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        queue.enqueue(session, "count", "a", {}, attempts_max=2)
    for _ in range(2):
        assert len(claimed(database)) == 1
        clock.move(MINUTE)

    assert claimed(database) == []
    left = only(database)
    assert (left.state, left.attempts, left.last_error) == (State.DEAD, 2, "the worker stopped answering")


def test_the_pause_between_attempts_doubles_up_to_an_hour() -> None:
    pauses = [queue.pause_after(attempts).total_seconds() for attempts in (1, 2, 3, 9, 10, 500)]

    assert pauses == [10, 20, 40, 2560, 3600, 3600]


def test_a_dead_job_can_be_tried_again_by_hand(database: Database) -> None:
    with database.writing() as session:
        made = queue.enqueue(session, "count", "a", {}, attempts_max=1)
    (job,) = claimed(database)
    with database.writing() as session:
        queue.fail(session, job, "ValueError")

    with database.writing() as session:
        fresh = queue.retry(session, made)

    assert (fresh.state, fresh.attempts, fresh.run_after, fresh.last_error) == (State.WAITING, 0, NOON, "ValueError")
    assert only(database) == fresh


def test_only_a_dead_job_can_be_tried_again(session: Session) -> None:
    made = queue.enqueue(session, "count", "a", {})

    with pytest.raises(JobNotDead) as not_dead:
        queue.retry(session, made)
    with pytest.raises(JobUnknown) as unknown:
        queue.retry(session, "job_none")

    assert (not_dead.value.code, not_dead.value.facts) == (
        "kernel.job_not_dead",
        {"id": made, "found": "waiting", "wanted": "dead"},
    )
    assert (unknown.value.code, unknown.value.facts) == ("kernel.job_unknown", {"id": "job_none"})
    assert queue.counts(session) == {("count", "waiting"): 1}


def test_jobs_are_listed_newest_first_in_pages(session: Session, clock: StandingClock) -> None:
    made = []
    for number in range(5):
        made.append(queue.enqueue(session, "count" if number % 2 else "weigh", str(number), {}))
        clock.move(timedelta(seconds=1))

    first = [job.id for job in queue.listed(session, limit=2)]
    second = [job.id for job in queue.listed(session, limit=2, before=first[-1])]

    assert first + second == [*reversed(made)][:4]
    assert [job.id for job in queue.listed(session, kind="count")] == [made[3], made[1]]
    assert queue.listed(session, state=State.DEAD) == []


def test_what_was_done_long_ago_is_forgotten_and_what_is_dead_is_kept(database: Database, clock: StandingClock) -> None:
    with database.writing() as session:
        queue.enqueue(session, "count", "dead", {}, attempts_max=1)
    (job,) = claimed(database)
    with database.writing() as session:
        queue.fail(session, job, "ValueError")
        queue.enqueue(session, "count", "old", {})
    Worker(database, {"count": lambda _database, _job: None}).run_due()
    clock.move(timedelta(days=31))
    enqueued(database, "count", "new")

    with database.writing() as session:
        gone = queue.clear(session, clock.now() - timedelta(days=30))

    assert gone == 1
    with database.reading() as session:
        assert {job.key: job.state for job in queue.listed(session)} == {"new": State.WAITING, "dead": State.DEAD}
