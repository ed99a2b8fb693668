"""One report by a job: made once, and found again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people
from greencredit.reports import jobs, queries
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.values import Period
from tests.conftest import NOON
from tests.factories.awards import publish_factors
from tests.factories.evidence import make_shop

YEAR = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))

pytestmark = pytest.mark.slow


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[tuple[Database, Settings, list[str]]]:
    """Give a database of its own with a shop's households, and a folder for what is issued."""
    entropy = seeded_entropy("town")
    database = Database(database_url, clock=StandingClock(NOON), entropy=entropy, keys=Keys(entropy(32)))
    with database.writing() as session:
        publish_factors(session)
        make_shop(session)
    with database.reading() as session:
        households = people.consumer_ids(session)
    yield database, Settings(data_dir=tmp_path / "var", public_url="https://example.invalid"), households
    database.close()


def test_a_job_makes_a_report_once_and_a_second_time_changes_nothing(
    town: tuple[Database, Settings, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, settings, households = town
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(settings.data_dir))
    body = {"kind": "consumer", "subject_id": households[0], "since": "2026-01-01", "until": "2027-01-01", "lang": "en"}
    for key in ("first", "second"):
        with database.writing() as session:
            queue.enqueue(session, jobs.ISSUE, key, body)

    attempts = Worker(database, {jobs.ISSUE: jobs.issue}).run_due()

    found = registered(database, households)
    assert attempts == 2
    assert [(one.subject_id, one.lang, one.period) for one in found] == [(households[0], "en", YEAR)]
    assert (settings.data_dir / jobs.FOLDER / found[0].path).stat().st_size == found[0].size_bytes


def registered(database: Database, households: list[str]) -> list[IssuedReport]:
    """Give the whole register, by number."""
    with database.reading() as session:
        found = [one for household in households for one in queries.reports_of(session, household)]
    return sorted(found, key=lambda one: one.number)
