"""Jobs as the tests of the queues need them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job

NOON: Final = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""When the clock of every test stands."""

MINUTE: Final = timedelta(minutes=1)


def enqueued(database: Database, kind: str, key: str, **facts: object) -> str:
    """Enqueue one job in a transaction of its own and give its id."""
    with database.writing() as session:
        return queue.enqueue(session, kind, key, facts)


def claimed(database: Database, worker: str = "one", *, limit: int = 1) -> list[Job]:
    """Claim jobs of the kind `count` for a minute."""
    return queue.claim(database, worker, {"count"}, MINUTE, limit=limit)


def only(database: Database) -> Job:
    """Give the only job there is."""
    with database.reading() as session:
        (job,) = queue.listed(session)
    return job


def a_job(database: Database, kind: str, **facts: object) -> Job:
    """Give a job of a kind as a worker would have it; asked again it is the same one."""
    job_id = enqueued(database, kind, "1", **facts)
    with database.reading() as session:
        return queue.job(session, job_id)
