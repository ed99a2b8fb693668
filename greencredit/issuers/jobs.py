"""What issuers need on a timer: filings take effect, papers run out, holders of who leaves are told, page by page."""

from datetime import timedelta
from typing import Final

from greencredit.issuers import service
from greencredit.issuers.service.cascade import SETTLE_FROZEN, TELL_HOLDERS
from greencredit.kernel import logs
from greencredit.kernel.access import operator_at_the_machine
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job, Later

LAPSE_UNCORRECTED: Final = "issuers.lapse_uncorrected"
"""The kind of job that lets versions lapse which were given back and not corrected in time."""

KEEP_WATCH: Final = "issuers.keep_watch"
"""The kind of job that restricts who may not issue any more, and lets issue who may again."""

__all__ = ["KEEP_WATCH", "LAPSE_UNCORRECTED", "SETTLE_FROZEN", "TELL_HOLDERS"]

_LOG: Final = logs.log(__name__)


def bring_filings_into_effect(database: Database, job: Job) -> None:
    """Mark accepted filings whose day has come as effective; which terms hold is decided by the date alone."""
    del job
    with database.writing() as session:
        service.bring_into_effect(session, operator_at_the_machine(database.clock.now()))


def lapse_uncorrected(database: Database, job: Job) -> None:
    """Let versions lapse whose correction is late; done again it changes nothing."""
    del job
    with database.writing() as session:
        lapsed = service.lapse_uncorrected(session)
    for filing in lapsed:
        _LOG.info("filing lapsed", issuer=filing.issuer_id, filing=filing.filing_id, version=filing.version)


def keep_watch(database: Database, job: Job) -> None:
    """Look at every issuer whose day began, about whom something was done, or whose coverage crossed the filed ratio.

    Each issuer has a transaction of its own, so that one that can't be looked at holds up no other for long; a look
    that was done is noted, and done again it changes nothing.
    """
    with database.reading() as session:
        crossed = {one.issuer_id: one for one in service.uncovered(session)}
        wanted = sorted({*service.due(session), *crossed})
    for issuer_id in wanted:
        with database.writing() as session:
            found = crossed.get(issuer_id)
            if found is not None:
                service.measure(session, issuer_id)  # afresh: more may have happened since it was found
            issuer = service.look(session, issuer_id)
        _LOG.info("issuer looked at", issuer=issuer_id, state=issuer.state.value)
        if job.stopping():
            raise Later(timedelta(0))


def tell_holders(database: Database, job: Job) -> None:
    """Tell every holder of an issuer that it leaves; a run that stops goes on after the last holder told."""
    told = 0
    while True:
        with database.writing() as session:
            page = service.tell_holders(session, job.body["issuer"])
        told += page.done
        if page.over:
            break
        if job.stopping():
            raise Later(timedelta(0))
    _LOG.info("holders told of an exit", issuer=job.body["issuer"], told=told)


def settle_frozen(database: Database, job: Job) -> None:
    """Carry out what was decided on awards that a suspension froze, so many in each transaction."""
    while True:
        with database.writing() as session:
            page = service.settle_frozen(session, job.body)
        if page.over:
            break
        if job.stopping():
            raise Later(timedelta(0))
