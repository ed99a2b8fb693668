"""What the ledger does on a timer."""

from typing import Final

from greencredit.kernel import logs
from greencredit.kernel.clock import civil_date, start_of
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import Job
from greencredit.ledger import queries, service
from greencredit.ledger.errors import BooksDoNotHold
from greencredit.proofs import queries as proofs

EXPIRE: Final = "ledger.expire"
"""The kind of job that expires, and the name under which it posts."""

AUDIT: Final = "ledger.audit"
"""The kind of job that audits the ledger and its log."""

_LOG: Final = logs.log(__name__)


def audit(database: Database, job: Job) -> None:
    """Rebuild ledger and log from events and entries; a broken invariant is an error in the log and a job given up.

    It is given up at once and stays in the list of jobs, where operators and the measurement
    `greencredit_queue_entries` see it, until somebody has mended the cause and tries it again.

    Raises:
        BooksDoNotHold: an invariant is broken.
    """
    del job
    with database.reading() as session:
        findings = [*queries.audit(session), *proofs.audit(session)]
    for finding in findings:
        if not finding.holds:
            _LOG.error("invariant broken", invariant=finding.name, sentence=finding.sentence, found=finding.broken)
        elif finding.note is not None:
            _LOG.info("invariant holds", invariant=finding.name, note=finding.note)
    if broken := [finding.name for finding in findings if not finding.holds]:
        raise BooksDoNotHold(broken)
    _LOG.info("the books hold", invariants=len(findings), looked_at=sum(one.looked_at for one in findings))


def expire(database: Database, job: Job) -> None:
    """Expire what ended up to the beginning of today in China, so many leaves in each transaction.

    A sweep that dies goes on where it was: what is expired is no longer available, so nothing expires twice.
    """
    del job
    until = start_of(civil_date(database.clock.now()))
    after: int | None = 0
    leaves = credits_ = 0
    while after is not None:
        with database.writing() as session:
            swept = service.expire(session, service.caller(session, EXPIRE), until=until, after=after)
        leaves, credits_, after = leaves + swept.leaves, credits_ + swept.credits, swept.after
    _LOG.info("credits expired", leaves=leaves, credits=credits_, until=until.isoformat())


def take_facts_in(database: Database, job: Job) -> None:
    """Bring facts of other rooms into the log, if some wait and no award took them along."""
    del job
    take_in_now(database)


def take_in_now(database: Database) -> None:
    """Bring what waits into the log at once, for somebody who waits for it; the head is only locked if there is any."""
    with database.reading() as session:
        waiting = proofs.facts_waiting(session)
    if waiting:
        with database.writing() as session:
            service.take_facts_in(session)


def note_stretches(database: Database, job: Job) -> None:
    """Note which series the newest complete stretches touched and what they moved, so many in each transaction."""
    del job
    for note in (service.touch, service.add_up):
        noted = 1
        while noted:
            with database.writing() as session:
                noted = note(session)
