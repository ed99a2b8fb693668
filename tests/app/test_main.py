"""One application per process: its rooms, its workers, its weight."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Match
from starlette.testclient import TestClient

from greencredit import timetable
from greencredit.app.main import create_app, doors
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.tables import State
from greencredit.kernel.settings import Settings
from greencredit.migrations.upgrade import upgrade

_ROOT = Path(__file__).parents[2]
_MIB = 1024 * 1024


def test_workers_run_while_the_application_does_and_do_the_timetable_once(
    shared: Database, settings: Settings, clock: StandingClock
) -> None:
    del clock  # it stands at noon: the slot of half past three is due, the next one is not
    with TestClient(create_app(shared, settings, workers=True)):
        _wait_for_done(shared, len(timetable.ENTRIES))
    with TestClient(create_app(shared, settings, workers=True)):
        time.sleep(0.2)

    with shared.reading() as session:
        assert {(job.kind, job.state) for job in queue.listed(session)} == {
            (entry.kind, State.DONE) for entry in timetable.ENTRIES
        }
        assert len(queue.listed(session)) == len(timetable.ENTRIES)


def test_without_workers_nothing_runs(client: TestClient, shared: Database) -> None:
    with shared.writing() as session:
        queue.enqueue(session, "kernel.clear_queues", "one", {})

    client.get("/health/live")

    with shared.reading() as session:
        assert [job.state for job in queue.listed(session)] == [State.WAITING]


def test_every_entry_of_the_timetable_has_a_handler() -> None:
    assert {entry.kind for entry in timetable.ENTRIES} - set(timetable.HANDLERS) == set()


def test_two_applications_in_one_process_keep_their_measures_apart(
    app: FastAPI, shared: Database, settings: Settings
) -> None:
    other = create_app(shared, settings)

    with TestClient(other) as client:
        client.get("/health/live")

    counted = b'greencredit_requests_total{method="GET",route="/health/live",status="200"} 1.0'
    assert (counted in app.state.measures.text(), counted in other.state.measures.text()) == (False, True)


@pytest.mark.proves("UX-2")
def test_a_served_process_starts_light_answers_and_ends_by_signal(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    database = Database(settings.database_url)
    with database.connection() as connection:
        upgrade(connection)
    database.close()
    port = _free_port()
    code = (
        "import json, resource, sys, uvicorn\n"
        f"uvicorn.run('greencredit.app.main:served', factory=True, port={port}, log_config=None, access_log=False)\n"
        "heavy = {'pandas', 'numpy', 'pyarrow', 'weasyprint', 'pikepdf', 'alembic.command'} & set(sys.modules)\n"
        "print(json.dumps([sorted(heavy), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))\n"
    )
    environment = os.environ | {"GREENCREDIT_DATA_DIR": str(settings.data_dir)}
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        answered = _answer_of(f"http://127.0.0.1:{port}/health/live")
        process.send_signal(signal.SIGTERM)
        told, logged = process.communicate(timeout=60)

    assert answered == {"alive": True}
    heavy, resident = json.loads(told) if told else ([], 0)
    assert heavy == []
    assert resident < 150 * _MIB
    assert "Traceback" not in logged


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_the_directory_finds_the_door_that_trying_one_after_the_other_finds(method: str) -> None:
    found, tried = {}, {}
    for path in sorted({re.sub(r"\{[a-z_]+(:path)?\}", "1", door.path) for door in doors().doors}):
        scope = {"type": "http", "path": path, "method": method}
        found[path] = doors().matches(scope)
        matches = [door.matches(scope) for door in doors().doors]
        tried[path] = next(
            (one for wanted in (Match.FULL, Match.PARTIAL) for one in matches if one[0] is wanted), (Match.NONE, {})
        )

    assert found == tried
    assert len(found) > 300


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _answer_of(address: str) -> object:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310 - our own server on this machine
                return json.load(answer)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _wait_for_done(database: Database, jobs: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with database.reading() as session:
            if len(queue.listed(session, state=State.DONE)) >= jobs:
                return
        time.sleep(0.02)
