"""A process killed at any moment, a PostgreSQL stopped at once: nothing acknowledged is lost, nothing doubled."""

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

import pytest
from sqlalchemy import text

from greencredit.kernel.clock import StandingClock, SystemClock
from greencredit.kernel.database import Database
from greencredit.ledger import queries
from greencredit.ledger.rules.paths import EFFECTS
from greencredit.proofs import queries as proofs
from greencredit.proofs import service as log
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.tree import verify_consistency
from greencredit.proofs.rules.verify_log import verify_log
from greencredit.proofs.service.publish import LEASE
from tests.conftest import Dialect
from tests.house.sources import ROOT
from tests.postgres import Cluster
from tests.simulation.stories import CALLERS, KEYS, ORIGIN, found

_DURABLE: Final = ("max_connections=50", "shared_buffers=64MB", "timezone=UTC", "listen_addresses=")
_LIVES: Final = 6
_TOLD: Final = re.compile(r"(\d+) (\d+) ([0-9a-f]{32}) (\d+)\.\n")


class Stories:
    """What processes said so far, and at which story each caller is."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder
        self.told: dict[str, int] = {}
        self.contradicted: list[tuple[str, int]] = []
        self.unheard: list[str] = []
        self.firsts = dict.fromkeys(range(CALLERS), 0)
        self.roots: list[tuple[int, bytes]] = []
        database = Database(url, keys=KEYS)
        found(database)
        with database.reading() as session:
            rows = session.execute(text("SELECT id, subject_id FROM ledger_holder WHERE subject_id LIKE 'con%'"))
            self.holders: dict[int, str] = {row[0]: row[1] for row in rows}
        database.close()

    @contextmanager
    def process(self, many: int = 0) -> Iterator["subprocess.Popen[str]"]:
        """Start a process; what it says is read until its end."""
        firsts = ",".join(str(self.firsts[caller]) for caller in range(CALLERS))
        program = [sys.executable, "-m", "tests.simulation.stories", self.url, str(self.folder), firsts, str(many)]
        with subprocess.Popen(
            program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            self.hear(process.stdout.readline())  # it works: now anything may happen
            reader = threading.Thread(target=self._hear_all, args=(process,))
            reader.start()
            try:
                yield process
            finally:
                if not many:
                    process.kill()
                reader.join(150)
                process.kill()

    def _hear_all(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                self.hear(line)
        except (ValueError, KeyError, OSError) as error:
            self.unheard.append(repr(error))

    def hear(self, line: str) -> None:
        """Take one line; the last one of a killed process may be torn."""
        if not line.endswith("\n"):
            return
        told = _TOLD.fullmatch(line)
        if told is None:
            self.unheard.append(line)
            return
        holder, story, key, event = told.groups()
        before = self.told.setdefault(key, int(event))
        if before != int(event):
            self.contradicted.append((line, before))
        caller = int(self.holders[int(holder)].removeprefix("con_"))
        self.firsts[caller] = max(self.firsts[caller], int(story))

    def require_kept(self, in_flight: int) -> None:
        """Hold the ledger as it is now against everything that was said."""
        database = Database(self.url, keys=KEYS)
        with database.reading() as session:
            keys = session.execute(text("SELECT key, id FROM ledger_event WHERE key IS NOT NULL")).all()
            there = {bytes(key).hex(): number for key, number in keys}
            counted = Counter(bytes(key).hex() for key, _ in keys)
            lost = {key: number for key, number in self.told.items() if there.get(key) != number}
            broken = [one for one in (*queries.audit(session), *proofs.audit(session)) if not one.holds]
            size = session.execute(text("SELECT log_size FROM ledger_head")).scalar_one()
            self.roots.append((size, proofs.root(session, size)))
            for (before, root), (after, later) in pairwise(self.roots):
                verify_consistency(before, root, after, later, proofs.consistency(session, before, after))
        database.close()
        assert (self.contradicted, self.unheard) == ([], []), "a key is told one number, in a line of its own"
        assert (lost, broken, set(counted.values())) == ({}, [], {1})
        # Each caller waits for one answer at a time: no more can be there without having been told.
        assert len(there) - len(self.told) <= in_flight

    def require_published(self) -> None:
        """What was published while processes died is finished by the next one, and holds for anybody."""
        later = StandingClock(SystemClock().now() + LEASE + timedelta(seconds=1))
        database = Database(self.url, keys=KEYS, clock=later)
        log.publish(database, self.folder, origin=ORIGIN)
        with database.reading() as session:
            policy = Policy.parse(f"log {proofs.key_lines(session)[0].vkey}\nquorum none\n".encode())
        database.close()
        steps = verify_log(lambda path: _read(self.folder / path), policy, EFFECTS)
        assert [step for step in steps if not step.ok] == []


def _read(place: Path) -> bytes | None:
    return place.read_bytes() if place.is_file() else None


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.proves("LED-3", "LED-5")
def test_a_process_killed_at_random_moments_loses_nothing_it_acknowledged_and_the_next_one_goes_on(
    database_url: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    chance = Random(pytestconfig.getoption("seed"))  # noqa: S311 - it is to be repeated
    stories = Stories(database_url, tmp_path / "log")

    for _ in range(_LIVES):
        with stories.process() as process:
            threading.Event().wait(chance.uniform(0.01, 1.0))
            process.kill()
        stories.require_kept(in_flight=CALLERS)
    with stories.process(many=2):  # the last one lives: what was begun is finished under the same keys
        pass

    stories.require_kept(in_flight=0)
    stories.require_published()
    assert len(stories.told) > _LIVES * CALLERS


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.proves("LED-3", "LED-5")
def test_a_postgresql_stopped_at_once_again_and_again_loses_nothing_that_was_acknowledged(
    dialect: Dialect, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if dialect == "sqlite":
        return
    chance = Random(pytestconfig.getoption("seed"))  # noqa: S311 - it is to be repeated
    cluster = Cluster(Path(tempfile.mkdtemp(prefix="greencredit-pg-")), os.getpid(), _DURABLE)
    stories = Stories(cluster.create("stories"), tmp_path / "log")
    try:
        for _ in range(4):
            with stories.process():
                threading.Event().wait(chance.uniform(0.05, 1.0))
                cluster.stop_at_once()
                cluster.start_again()
                threading.Event().wait(0.5)  # its callers ask again
            stories.require_kept(in_flight=CALLERS)
        with stories.process(many=2):
            pass
        stories.require_kept(in_flight=0)
        stories.require_published()
    finally:
        cluster.stop_at_once()

    assert len(stories.told) > 4 * CALLERS
