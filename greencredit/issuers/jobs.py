"""What issuers need on a timer: filings take effect on their day."""

from greencredit.issuers import service
from greencredit.kernel.access import operator_at_the_machine
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job


def bring_filings_into_effect(database: Database, job: Job) -> None:
    """Mark accepted filings whose day has come as effective; which terms hold is decided by the date alone."""
    del job
    with database.writing() as session:
        service.bring_into_effect(session, operator_at_the_machine(database.clock.now()))
