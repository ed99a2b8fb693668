"""Reports by job and by the batch: made once, found again, gone on with after a stop."""

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
from greencredit.people import service as peopling
from greencredit.reports import jobs, queries
from greencredit.schemas.people import NewConsumer
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


@pytest.mark.proves("REP-10")
def test_a_stopped_batch_is_gone_on_with_and_draws_nothing_twice(town: tuple[Database, Settings, list[str]]) -> None:
    database, settings, households = town
    batch = jobs.issue_all(database, settings, "consumer", households, YEAR, "zh", processes=1)
    first = next(batch)
    batch.close()

    done: list[int] = []
    whole = list(
        jobs.issue_all(database, settings, "consumer", households, YEAR, "zh", processes=1, progress=done.append)
    )

    files = sorted((settings.data_dir / jobs.FOLDER).rglob("*.*"))
    assert len(households) > 1
    assert [one.subject_id for one in whole if one.refusal is None] == households
    assert first in whole
    assert sum(done) == len(households)
    issued = sorted((one.report for one in whole if one.report is not None), key=lambda report: report.number)
    assert sorted(settings.data_dir / jobs.FOLDER / report.path for report in issued) == files
    assert registered(database, households) == issued


@pytest.mark.proves("REP-10")
def test_a_name_that_no_font_draws_is_told_and_does_not_stop_the_others(
    town: tuple[Database, Settings, list[str]],
) -> None:
    database, settings, households = town
    with database.writing() as session:
        odd = peopling.register_consumer(session, NewConsumer(display_name="示例住户 🌱")).id

    whole = list(jobs.issue_all(database, settings, "consumer", [odd, *households], YEAR, "zh", processes=1))

    told = {one.subject_id: None if one.refusal is None else (one.refusal.code, one.refusal.facts) for one in whole}
    missing = [{"character": "🌱", "code": "U+1F331"}]
    assert told == {odd: ("reports.missing_glyph", {"characters": missing})} | dict.fromkeys(households)


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
