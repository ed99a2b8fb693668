"""The nightly audit of documents: loud about what is lost, quiet about what was cut off, which it sweeps up."""

import os
from pathlib import Path

import pytest

from greencredit.documents import jobs, queries
from greencredit.documents.errors import ShelfDoesNotHold
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.documents import files_in, hand_in_file, synthetic_pdf
from tests.factories.people import make_actor


def test_what_nobody_registered_is_swept_up_after_a_day_and_what_is_registered_stays(
    database: Database, tmp_path: Path, clock: StandingClock
) -> None:
    folder = tmp_path / queries.FOLDER
    with database.writing() as session:
        paper = hand_in_file(session, make_actor(None, account_id="acc_li"), folder, synthetic_pdf())
    for name, hours in (("ab" * 32, 25), ("cd" * 32, 1)):
        path = queries.path_of(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"cut off")
        seconds = clock.at.timestamp() - hours * 3600
        os.utime(path, (seconds, seconds))

    jobs.sweep_and_require(database, Settings(data_dir=tmp_path))

    assert files_in(folder) == sorted([paper.digest, "cd" * 32])


def test_a_lost_file_makes_the_job_fail(database: Database, tmp_path: Path) -> None:
    folder = tmp_path / queries.FOLDER
    with database.writing() as session:
        paper = hand_in_file(session, make_actor(None, account_id="acc_li"), folder, synthetic_pdf())
    queries.path_of(folder, paper.digest).unlink()

    with pytest.raises(ShelfDoesNotHold, match="1 files are lost, 0 have other bytes"):
        jobs.sweep_and_require(database, Settings(data_dir=tmp_path))
