"""A process killed at any moment: what it acknowledged is there exactly once, what it did not is there once or not."""

import random
import subprocess
import sys
import threading

import pytest

from greencredit.kernel.database import Database
from tests.factories.writer import notes
from tests.house.sources import ROOT

_CALLERS = 8

_WRITES = """
import sys, threading
from greencredit.kernel.database import Database
from greencredit.kernel.writer import Writer
from tests.factories.writer import note

database, life = Database(sys.argv[1]), sys.argv[2]
writer = Writer(database)

def ask(caller):
    number = 0
    while True:
        told = writer.submit(note, f"{life}-{caller}-{number}x").result(60)
        sys.stdout.write(told.lower() + "\\n")
        sys.stdout.flush()
        number += 1

for caller in range(int(sys.argv[3])):
    threading.Thread(target=ask, args=(caller,), daemon=True).start()
threading.Event().wait(120)
"""


def _acknowledged(url: str, life: int, seconds: float) -> list[str]:
    """Let a process write until it is killed, and give what it said to its callers before."""
    command = [sys.executable, "-c", _WRITES, url, str(life), str(_CALLERS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline()]  # it works: now it may die
        killer = threading.Timer(seconds, process.kill)
        killer.start()
        told += process.stdout.readlines()
        killer.join()
    # Several threads write at once, so that the last line may be torn.
    return [line for whole in told for line in whole.split() if line.endswith("x")]


@pytest.mark.slow
@pytest.mark.proves("LED-3")
def test_a_process_killed_at_random_moments_keeps_what_it_acknowledged_and_doubles_nothing(toys: Database) -> None:
    url = toys.url.render_as_string(hide_password=False)
    told = [key for life in range(6) for key in _acknowledged(url, life, random.uniform(0.01, 0.5))]  # noqa: S311

    found = notes(toys)

    assert len(told) > 6 * _CALLERS
    assert (len(told), len(found)) == (len(set(told)), len(set(found)))
    assert set(told) - set(found) == set()
    # Each caller waits for one answer at a time: no more can be there unacknowledged.
    assert len(set(found) - set(told)) <= 6 * _CALLERS
