"""The log as files: laid out as the format says, by one publisher, and usable after a stop at any moment."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from greencredit import timetable
from greencredit.kernel.clock import StandingClock, SystemClock
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages.scheduler import Every, Scheduler
from greencredit.kernel.messages.worker import Worker
from greencredit.proofs import queries, service
from greencredit.proofs.errors import PublishedElsewhere, TreeInconsistent
from greencredit.proofs.rules.steps import failed_step
from greencredit.proofs.rules.tiles import unpack_entries
from greencredit.proofs.rules.tree import leaf_hashes
from greencredit.proofs.rules.verify_log import verify_log
from greencredit.proofs.service.publish import LEASE
from greencredit.schemas.proofs import Published
from tests.factories.proofs import ORIGIN, lift_guards, log_policy, make_bodies, make_log, make_signed_log, reader_of
from tests.house.sources import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name the folder of the log's files."""
    return tmp_path / "log"


def _grow(database: Database, count: int) -> None:
    with database.writing() as session:
        make_log(session, count)


def _publish(database: Database, folder: Path) -> Published:
    return service.publish(database, folder, origin=ORIGIN)


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _fault(database: Database, folder: Path) -> str | None:
    """Check what lies in the folder the way an outsider does; tell the first fault."""
    with database.reading() as session:
        policy = log_policy(session)
    failed = failed_step(verify_log(reader_of(folder), policy, {}))
    return None if failed is None else f"{failed.name}: {failed.found}"


@pytest.mark.proves("LED-5")
def test_the_files_are_those_of_the_format(database: Database, folder: Path) -> None:
    _grow(database, 600)

    done = _publish(database, folder)

    hashes = leaf_hashes(make_bodies(600))
    assert done == Published(size=600, files=8)
    assert _files(folder) == {
        "checkpoint",
        *("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"),
        *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"),
    }
    assert (folder / "tile/0/001").read_bytes() == b"".join(hashes[256:512])
    assert (folder / "tile/0/002.p/88").read_bytes() == b"".join(hashes[512:])
    assert unpack_entries((folder / "tile/entries/002.p/88").read_bytes()) == make_bodies(88, first=512)
    assert _fault(database, folder) is None


@pytest.mark.proves("LED-5")
def test_publishing_again_adds_what_is_new_and_drops_ragged_tiles_that_became_full(
    database: Database, folder: Path
) -> None:
    for count in (100, 100, 400):
        _grow(database, count)
        _publish(database, folder)

    assert _files(folder) == {
        "checkpoint",
        *("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"),
        *("tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"),
    }
    assert _fault(database, folder) is None


def test_every_signed_size_has_its_ragged_tiles_though_nobody_published_in_between(
    database: Database, folder: Path
) -> None:
    with database.writing() as session:
        for count in (10, 10, 10):
            make_signed_log(session, count)
            service.checkpoint(session)

    _publish(database, folder)

    assert sorted(path.name for path in (folder / "tile/0/000.p").iterdir()) == ["10", "20", "30"]


def test_publishing_without_news_writes_the_checkpoint_alone(database: Database, folder: Path) -> None:
    _grow(database, 5)
    _publish(database, folder)
    before = (folder / "checkpoint").read_bytes()

    assert _publish(database, folder) == Published(size=5, files=1)
    assert (folder / "checkpoint").read_bytes() == before


def test_lost_files_are_written_anew_on_request(database: Database, folder: Path) -> None:
    _grow(database, 600)
    _publish(database, folder)
    (folder / "tile/0/001").unlink()
    assert _fault(database, folder) == "entries: no file tile/0/001"

    service.publish(database, folder, origin=ORIGIN, everything=True)

    assert _fault(database, folder) is None


@pytest.mark.proves("LED-5")
def test_a_stop_at_any_write_leaves_a_log_that_holds_and_the_next_run_ends_the_work(
    database: Database, clock: StandingClock, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(database, 300)
    _publish(database, folder)
    real, stops, faults = os.fsync, 0, []

    for stop_at in range(1, 100):
        _grow(database, 50)
        calls = 0

        def stopping(handle: int, stop_at: int = stop_at) -> None:
            nonlocal calls
            calls += 1
            if calls == stop_at:
                raise OSError(28, "the disk is full")
            real(handle)

        monkeypatch.setattr(os, "fsync", stopping)
        try:
            _publish(database, folder)
        except OSError:
            stops += 1
        monkeypatch.setattr(os, "fsync", real)
        faults.append(_fault(database, folder))
        clock.move(LEASE)
        if calls < stop_at:
            break

    assert set(faults) == {None}
    assert stops >= 7, "every file and folder was the one at which it stopped"
    assert _publish(database, folder).size == 300 + 50 * len(faults)
    assert _fault(database, folder) is None


@pytest.fixture
def own(database_url: str) -> Iterator[Database]:
    """Give a database that another process can open, by a clock that stands at the present."""
    opened = Database(database_url, clock=StandingClock(SystemClock().now()), keys=Keys(bytes(32)))
    yield opened
    opened.close()


_KILLED: Final = """
import os, signal, sys
from pathlib import Path
from greencredit.kernel.database import Database
from greencredit.kernel.keys import Keys
from greencredit.proofs import service

url, folder, origin, kill_at = sys.argv[1:]
real, calls = os.fsync, 0

def killing(handle):
    global calls
    calls += 1
    if calls == int(kill_at):
        os.kill(os.getpid(), signal.SIGKILL)
    real(handle)

os.fsync = killing
service.publish(Database(url, keys=Keys(bytes(32))), Path(folder), origin=origin)
"""
"""Publishes in a process of its own, which is killed at one of its writes."""


@pytest.mark.slow  # four processes of their own, on each database
@pytest.mark.proves("LED-5")
def test_a_killed_publisher_leaves_a_log_that_holds(own: Database, folder: Path) -> None:
    database, clock, database_url = own, own.clock, own.url.render_as_string(hide_password=False)
    assert isinstance(clock, StandingClock), "the test moves it"
    _grow(database, 300)
    _publish(database, folder)

    for kill_at in (1, 3, 5, 6):
        _grow(database, 50)
        clock.move(LEASE * 2)
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, database_url, str(folder), ORIGIN, str(kill_at)], check=False, cwd=ROOT
        )

        assert killed.returncode == -signal.SIGKILL
        assert _fault(database, folder) is None
        # The dead publisher's lease must end first.
        clock.move(LEASE * 2)
        _publish(database, folder)

    assert (folder / "checkpoint").read_text(encoding="utf-8").splitlines()[1] == "500"
    assert _fault(database, folder) is None


def test_while_one_publishes_another_does_not_and_takes_over_when_its_lease_has_ended(
    database: Database, clock: StandingClock, folder: Path
) -> None:
    _grow(database, 5)
    _publish(database, folder)
    with database.writing() as session:
        lease = {"until": int((clock.now() + LEASE).timestamp() * 1_000_000)}
        session.execute(text("UPDATE proofs_log SET publisher = 'pub_other', leased_until = :until"), lease)
    _grow(database, 5)

    with pytest.raises(PublishedElsewhere) as no:
        _publish(database, folder)
    clock.move(LEASE + timedelta(seconds=1))

    assert no.value.facts == {"publisher": "pub_other"}
    assert _publish(database, folder).size == 10


@pytest.mark.proves("LED-5")
def test_the_checkpoint_is_stored_before_anything_of_it_is_published(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _grow(database, 5)

    def refusing(_handle: int) -> None:
        raise OSError(28, "the disk is full")

    monkeypatch.setattr(os, "fsync", refusing)
    with pytest.raises(OSError, match="the disk is full"):
        _publish(database, folder)

    with database.reading() as session:
        assert queries.checkpoint_sizes(session) == [5]
    assert not (folder / "checkpoint").exists()


@pytest.mark.proves("LED-5")
def test_a_tree_that_does_not_continue_the_published_one_is_not_published(database: Database, folder: Path) -> None:
    _grow(database, 10)
    _publish(database, folder)
    before = (folder / "checkpoint").read_bytes()
    with database.writing() as session:
        lift_guards(session, "proofs_entry")
        session.execute(text("DELETE FROM proofs_entry WHERE position >= 8"))
        session.execute(text("UPDATE proofs_entry SET hash = :other WHERE position = 7"), {"other": b"o" * 32})
        make_log(session, 5)

    with pytest.raises(TreeInconsistent):
        _publish(database, folder)

    assert (folder / "checkpoint").read_bytes() == before


def test_the_timetable_publishes_every_minute(
    database: Database, clock: StandingClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GREENCREDIT_PUBLIC_URL", "https://credits.example")
    (entry,) = [entry for entry in timetable.ENTRIES if entry.kind == "proofs.publish"]
    assert entry == Every("publish the log", "proofs.publish", 60)

    for _ in range(2):
        _grow(database, 3)
        Scheduler(database, [entry]).tick()
        Worker(database, {entry.kind: timetable.HANDLERS[entry.kind]}).run_due()
        clock.move(timedelta(minutes=1))

    assert (tmp_path / "log/checkpoint").read_text(encoding="utf-8").splitlines()[:2] == [ORIGIN, "6"]
    assert _fault(database, tmp_path / "log") is None
