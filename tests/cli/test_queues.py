"""Operators see and steer the queues from a terminal."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit import timetable
from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.queue import LEASE
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people
from tests.cli.conftest import Run


@pytest.fixture
def installed(run: Run, installed: Path) -> Iterator[Database]:
    """Give the database of an installation that was set up."""
    run("setup")
    opened = open_database(Settings(data_dir=installed))
    yield opened
    opened.close()


def _dead(database: Database) -> str:
    with database.writing() as session:
        made = queue.enqueue(session, "count", "one", {}, attempts_max=1)
    (job,) = queue.claim(database, "worker", {"count"}, LEASE)
    with database.writing() as session:
        queue.fail(session, job, "ValueError (kernel/example.py:1)")
    return made


@pytest.mark.proves("UX-3")
def test_jobs_are_listed_for_people_and_for_machines(run: Run, installed: Database) -> None:
    made = _dead(installed)

    person, machine = run("jobs", "list"), run("jobs", "list", "--json")

    told = json.loads(machine.out)
    assert told["counts"] == [{"kind": "count", "state": "dead", "count": 1}]
    assert [(line["id"], line["state"], line["attempts"]) for line in told["lines"]] == [(made, "dead", 1)]
    (line,) = person.out.splitlines()[1:]
    assert line.split()[:5] == [made, "count", "one", "dead", "1/1"]


def test_a_list_can_be_filtered(run: Run, installed: Database) -> None:
    _dead(installed)

    assert json.loads(run("jobs", "list", "--state", "waiting", "--json").out)["lines"] == []
    assert json.loads(run("outbox", "list", "--json").out) == {"counts": [], "lines": []}
    assert run("jobs", "list", "--state", "lost").code == 2


@pytest.mark.proves("UX-3")
def test_what_is_due_is_done_at_once(run: Run, installed: Database) -> None:
    first, second = run("jobs", "run", "--json"), run("jobs", "run", "--json")

    entries = len(timetable.ENTRIES)
    done = {"waiting": 0, "running": 0, "done": entries, "dead": 0}
    assert json.loads(first.out) == {"attempts": entries, "messages": 0, "jobs": done}
    assert json.loads(second.out) == {"attempts": 0, "messages": 0, "jobs": done}
    with installed.reading() as session:
        assert {job.kind for job in queue.listed(session)} == {entry.kind for entry in timetable.ENTRIES}


def test_a_dead_job_is_tried_again_and_the_audit_log_tells_of_it(run: Run, installed: Database) -> None:
    made = _dead(installed)

    first, second, unknown = run("jobs", "retry", made), run("jobs", "retry", made), run("jobs", "retry", "job_none")

    assert first == (0, f"{made} count: waiting\n", "")
    assert (second.code, second.out, second.err) == (
        2,
        "",
        f"未执行 · refused: {made} is waiting, only a dead one can be tried again [kernel.job_not_dead]\n",
    )
    assert (unknown.code, unknown.err) == (2, "未执行 · refused: there is no job_none [kernel.job_unknown]\n")
    with installed.reading() as session:
        told = [(entry.action, entry.object_id) for entry in people.audit_page(session).entries]
    assert told == [("operations.manage", made)]
