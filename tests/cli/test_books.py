"""The books from a terminal: the audit says for every invariant whether it holds, and by its exit code for all."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.installation import open_database
from greencredit.kernel.settings import Settings
from greencredit.ledger import rules
from tests.cli.conftest import Run
from tests.conftest import NOON
from tests.factories.books import Books, flip_a_byte, lift_guards


@pytest.fixture
def installed(run: Run, installed: Path) -> Iterator[Database]:
    """Give the database of an installation in whose ledger everything happened."""
    run("setup")
    opened = open_database(Settings(data_dir=installed))
    clock = StandingClock(NOON)
    opened.clock = clock
    Books(opened, clock).live(filed_only=True)
    yield opened
    opened.close()


@pytest.mark.proves("LED-5", "UX-3")
def test_the_audit_answers_for_every_invariant_of_ledger_awards_and_log(run: Run, installed: Database) -> None:
    del installed

    person, machine = run("ledger", "audit"), run("ledger", "audit", "--json")

    findings = json.loads(machine.out)
    names = [one["name"] for one in findings]
    assert (person.code, machine.code) == (0, 0)
    assert names[: len(rules.INVARIANTS)] == list(rules.INVARIANTS)
    assert {"usage_equals_awards", "log_roots_agree"} <= set(names)
    assert [one["broken"] for one in findings] == [[]] * len(findings)
    assert [line.split()[0] for line in person.out.splitlines()[1:]] == ["✓"] * len(findings)
    assert "已注销 1 人，冻结事件 2 条，账上余 11 积分" in person.out


@pytest.mark.proves("LED-5")
def test_a_flipped_byte_ends_the_audit_with_code_1_and_the_name_of_what_is_broken(
    run: Run, installed: Database
) -> None:
    with installed.connection() as connection:
        lift_guards(connection)
        flip_a_byte(connection, "ledger_event", "key", "id = 11")

    told = run("ledger", "audit")

    assert told.code == 1
    assert [line.split()[:2] for line in told.out.splitlines() if line.startswith("✗")] == [["✗", "batches_are_sealed"]]
