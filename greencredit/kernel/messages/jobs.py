"""What the queues do for themselves: forget what was done long ago."""

from datetime import timedelta
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import Job
from greencredit.kernel.messages.tables import JOBS, OUTBOX

KEPT: Final = timedelta(days=30)
"""How long a finished entry can still be looked at."""


def clear_queues(database: Database, job: Job) -> None:
    """Forget finished jobs and delivered messages after 30 days."""
    del job
    with database.writing() as session:
        before = database.clock.now() - KEPT
        queue.clear(session, before, JOBS)
        queue.clear(session, before, OUTBOX)
