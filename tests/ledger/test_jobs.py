"""The audit of every night: silent where the books hold, and seen by people where they do not."""

import pytest

from greencredit import timetable
from greencredit.app.measures import Measures
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages.scheduler import Daily, Scheduler
from greencredit.kernel.messages.tables import State
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.writer import Writer
from greencredit.ledger import jobs, queries
from greencredit.proofs import queries as proofs
from tests.conftest import NOON
from tests.factories.books import Books, flip_a_byte, lift_guards
from tests.factories.logs import lines, logged
from tests.factories.messages import only


def _night(database: Database) -> list[dict[str, object]]:
    """Let the audit of the timetable come up and be carried out; give what was logged."""
    entries = [entry for entry in timetable.ENTRIES if entry.kind == jobs.AUDIT]
    with logged() as told:
        Scheduler(database, entries).tick()
        Worker(database, timetable.HANDLERS).run_due()
        return lines(told())


@pytest.mark.proves("LED-5")
def test_a_night_in_which_the_books_hold_says_so_and_what_is_frozen(database: Database, clock: StandingClock) -> None:
    Books(database, clock).live()

    told = _night(database)

    job = only(database)
    assert (job.kind, job.state, job.last_error) == ("ledger.audit", State.DONE, None)
    assert [(line["event"], line["level"], line.get("invariant")) for line in told] == [
        ("invariant holds", "info", "erased_is_frozen"),
        ("the books hold", "info", None),
        ("job done", "info", None),
    ]
    with database.reading() as session:
        findings = [*queries.audit(session), *proofs.audit(session)]
    assert told[1]["invariants"] == len(findings)
    assert told[1]["looked_at"] == sum(one.looked_at for one in findings)


@pytest.mark.proves("LED-5")
@pytest.mark.breaks_invariants("a byte is flipped, and stays so")
def test_a_night_that_finds_broken_books_is_seen_in_the_log_the_jobs_and_the_measurements(database_url: str) -> None:
    clock, entropy = StandingClock(NOON), seeded_entropy("night")
    database = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    Books(database, clock).live()
    with database.connection() as connection:
        lift_guards(connection)
        flip_a_byte(connection, "ledger_balance", "posted", "leaf_id = 268435473")

    told = _night(database)

    errors = [line for line in told if line["level"] == "error"]
    assert [(line["event"], line.get("invariant"), line.get("found")) for line in errors] == [
        ("invariant broken", "zero_sum", ["series=1, total=-1"]),
        ("invariant broken", "balances_equal_events", ["leaf=268435473, posted=58, events=59"]),
        ("job failed", None, None),
    ]
    job = only(database)
    assert (job.kind, job.state, job.attempts) == ("ledger.audit", State.DEAD, 1)
    assert (job.last_error or "").startswith("BooksDoNotHold ledger.books_do_not_hold (ledger/jobs.py")
    measured = Measures(database, Writer(database)).text().decode()
    seen = 'greencredit_queue_entries{kind="ledger.audit",queue="kernel_job",state="dead"} 1.0'
    assert [line for line in measured.splitlines() if 'kind="ledger.audit"' in line] == [seen]
    database.close()


def test_the_audit_comes_up_once_every_night() -> None:
    (entry,) = [entry for entry in timetable.ENTRIES if entry.kind == jobs.AUDIT]

    assert isinstance(entry, Daily)
    assert timetable.HANDLERS[entry.kind] is jobs.audit
