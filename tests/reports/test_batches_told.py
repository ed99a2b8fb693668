"""Batches and people: who is told and how, who is forgotten, and which of two reports stands."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from greencredit.kernel.access import Role, Scope, ScopeKind
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.messages import queue
from greencredit.kernel.messages.worker import Worker
from greencredit.kernel.settings import Settings
from greencredit.notices import queries as notices
from greencredit.reports import jobs, queries
from greencredit.schemas.reports.batches import Population
from greencredit.schemas.reports.proven import ReportStatus
from tests.factories.batches import make_people
from tests.factories.people import make_account, make_grant
from tests.reports.test_batches import issued, manifest_lines, ordered, worker


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path, public_url="https://credits.example")


@pytest.fixture
def crowd(shared: Database) -> list[str]:
    """Register more people than one worker takes at a time."""
    with shared.writing() as session:
        return make_people(session, 205)


@pytest.mark.proves("REP-10", "ORG-4")
def test_whoever_is_told_gets_a_link_and_a_child_is_told_in_the_inbox_alone(
    shared: Database, settings: Settings
) -> None:
    with shared.writing() as session:
        grown, child, guardian = make_people(session, 3)
        account = make_account(session, login="guardian").id
        make_grant(session, account, Role.GUARDIAN, Scope(ScopeKind.CONSUMER, child))
        session.execute(
            text("UPDATE people_consumer SET account_id = :account WHERE id = :id"),
            {"account": account, "id": guardian},
        )
    ordered(shared, Population.LISTED, subject_ids=(grown, child), tells=True)

    worker(shared, settings).run_due()

    numbers = dict(issued(shared))
    with shared.reading() as session:
        told = {
            reader: [(one.kind, one.facts["number"], one.leads_to) for one in notices.inbox(session, reader).notices]
            for reader in (grown, child, guardian)
        }
        sent = session.execute(text("SELECT body FROM kernel_message")).all()
    for_child = ("report_ready_for_child", numbers[child], f"/me/reports/{numbers[child]}")
    assert told == {
        grown: [("report_ready", numbers[grown], f"/me/reports/{numbers[grown]}")],
        child: [for_child],
        guardian: [for_child],
    }
    assert sent == []


@pytest.mark.proves("SEC-1")
def test_a_batch_forgets_whom_a_report_was_about_and_the_manifest_never_knew(
    shared: Database, settings: Settings, crowd: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENCREDIT_DATA_DIR", str(settings.data_dir))
    batch = ordered(shared, Population.LISTED, subject_ids=tuple(crowd[:2]))
    worker(shared, settings).run_due()
    before = manifest_lines(shared, settings, batch)
    with shared.writing() as session:
        queue.enqueue(session, jobs.REMOVE_FILES, crowd[0], {"subject_id": crowd[0]})

    Worker(shared, {jobs.REMOVE_FILES: jobs.remove_files}).run_due()

    with shared.reading() as session:
        named = list(session.scalars(text("SELECT subject_id FROM reports_item ORDER BY position")))
        left = [one.path for one in queries.reports_of(session, crowd[1])]
    files = [path for path in (settings.data_dir / jobs.FOLDER).rglob("*.pdf") if path.is_file()]
    assert named == ["erased-0", crowd[1]]
    assert files == [settings.data_dir / jobs.FOLDER / left[0]]
    assert manifest_lines(shared, settings, batch) == before


@pytest.mark.proves("REP-9", "REP-10")
def test_a_report_of_later_facts_takes_the_place_of_the_earlier_one(
    shared: Database, settings: Settings, clock: StandingClock
) -> None:
    with shared.writing() as session:
        (somebody,) = make_people(session, 1)
    ordered(shared, Population.LISTED, subject_ids=(somebody,), key="first")
    worker(shared, settings).run_due()
    (first,) = [number for _, number in issued(shared)]
    with shared.writing() as session:
        session.execute(text("UPDATE people_consumer SET display_name = '示例改名'"))
    clock.move(timedelta(hours=1))

    ordered(shared, Population.LISTED, subject_ids=(somebody,), key="in another language", lang="en")
    worker(shared, settings).run_due()
    with shared.reading() as session:
        assert queries.standing_of(session, first).status is ReportStatus.VALID
    english = {number for _, number in issued(shared)} - {first}
    ordered(shared, Population.LISTED, subject_ids=(somebody,), key="second")
    worker(shared, settings).run_due()

    (second,) = {number for _, number in issued(shared)} - {first} - english
    with shared.reading() as session:
        old, new = queries.standing_of(session, first), queries.standing_of(session, second)
    assert (old.status, old.successor) == (ReportStatus.SUPERSEDED, second)
    assert (new.status, new.successor) == (ReportStatus.VALID, None)
