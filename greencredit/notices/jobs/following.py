"""The follower: every minute it tells people what the ledger did to their credits."""

from datetime import timedelta
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.messages.cursors import CursorMoved
from greencredit.kernel.messages.queue import Job, Later
from greencredit.notices import service

FOLLOW: Final = "notices.follow_the_ledger"
"""The kind of job that tells what happened since it last ran."""


def follow_the_ledger(database: Database, job: Job) -> None:
    """Tell what happened, step by step, each in a transaction of its own; two followers tell nothing twice."""
    while True:
        try:
            with database.writing() as session:
                step = service.follow(session)
        except CursorMoved:
            return  # another follower went on from here, and it goes on
        if step.done:
            return
        if job.stopping():
            raise Later(timedelta(0))
