"""The daily reminder: page after page, each in a transaction of its own, until nobody is left."""

from datetime import timedelta
from typing import Final

from greencredit.kernel import logs
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job, Later
from greencredit.notices import service

REMIND: Final = "notices.remind_of_expiry"
"""The kind of job that reminds everybody of a day."""

_LOG: Final = logs.log(__name__)


def remind_of_expiry(database: Database, job: Job) -> None:
    """Remind holders of what ends in 60, 30 or 7 days; run twice a day it tells nobody twice."""
    told = 0
    while True:
        with database.writing() as session:
            page = service.remind(session)
        told += page.told
        if page.done:
            break
        if job.stopping():
            raise Later(timedelta(0))
    _LOG.info("holders reminded of expiry", told=told)
