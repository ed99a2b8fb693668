"""The audit of every night looks at awards too."""

import pytest
from sqlalchemy import text

from greencredit import timetable
from greencredit.awards import jobs
from greencredit.awards.service import Basis, award_directly
from greencredit.kernel.database import Database
from greencredit.kernel.messages.scheduler import Daily, Scheduler
from greencredit.kernel.messages.tables import State
from greencredit.kernel.messages.worker import Worker
from greencredit.ledger.rules import key_of
from tests.factories.direct import make_promoter
from tests.factories.logs import lines, logged
from tests.factories.messages import only
from tests.factories.people import make_consumer


def _night(database: Database) -> list[tuple[object, object]]:
    entries = [entry for entry in timetable.ENTRIES if entry.kind == jobs.AUDIT]
    assert [type(entry) for entry in entries] == [Daily]
    with logged() as told:
        Scheduler(database, entries).tick()
        Worker(database, timetable.HANDLERS).run_due()
        return [(line["event"], line.get("invariant")) for line in lines(told())]


@pytest.mark.proves("LED-5", "AWD-1")
def test_a_night_in_which_the_awards_hold_says_so(database: Database) -> None:
    with database.writing() as session:
        basis = Basis(make_promoter(session), "welcome_gift", "acc_1")
        award_directly(session, [(basis, make_consumer(session).id, 5, key_of("a"))])

    told = _night(database)

    assert told == [("the awards hold", None), ("job done", None)]
    assert only(database).state == State.DONE


@pytest.mark.proves("LED-5", "AWD-1")
def test_a_night_that_finds_broken_awards_gives_up_and_names_them(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("INSERT INTO ledger_ground VALUES (7, 7, 'a', 'b', 'fil_none#x')"))

    told = _night(database)

    assert told == [("invariant broken", "every_direct_award_has_its_ground"), ("job failed", None)]
    job = only(database)
    assert (job.state, job.attempts) == (State.DEAD, 1)
