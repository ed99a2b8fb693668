"""What becomes of a report when the world moves on: an award reversed, a factor replaced, two who ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import text

from greencredit.actions import queries as actions
from greencredit.actions import service as acting
from greencredit.awards import queries as awards
from greencredit.awards import service as awarding
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import queries, service
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.schemas.proofs import Step
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.reports.proven import ReportStatus, WithdrawalReason
from greencredit.schemas.values import Period
from tests.factories import reports
from tests.factories.issuers import owed_up_to
from tests.factories.proven import PUBLIC_URL, SOURCE, make_proven, policy_of
from tests.factories.web import make_filed_issuer, make_household
from tests.reports.paper import attached

pytestmark = pytest.mark.slow

YEAR = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give a folder for what is issued."""
    return Settings(data_dir=tmp_path / "var", public_url=PUBLIC_URL)


@pytest.fixture
def household(shared: Database, tmp_path: Path) -> str:
    """Give a household that bought and rode something."""
    return make_household(shared, tmp_path, make_filed_issuer(shared, clawback=owed_up_to(500)))


def issue(database: Database, settings: Settings, household: str) -> IssuedReport:
    """Issue the report of the year, or skip where none can be drawn."""
    found = service.issue_one(database, settings, "consumer", household, YEAR, "zh")
    if found.media_type != queries.PDF:
        pytest.skip("this machine draws no PDF")
    return found


def content_of(settings: Settings, issued: IssuedReport) -> bytes:
    """Give the file of a report."""
    return (settings.data_dir / service.FOLDER / issued.path).read_bytes()


def failed(database: Database, settings: Settings, issued: IssuedReport) -> Step | None:
    """Check a report off line against the list of withdrawn reports as it is now."""
    with database.reading() as session:
        listed = service.status_list(session, SOURCE).encode()
    return failed_step(verify_report(content_of(settings, issued), policy_of(database), listed, database.clock.now()))


@pytest.mark.proves("REP-9", "REP-10")
def test_a_reversed_award_leaves_the_report_as_it_was_until_a_newer_one_takes_its_place(
    shared: Database, settings: Settings, household: str, clock: StandingClock
) -> None:
    first = issue(shared, settings, household)
    clock.move(timedelta(hours=1))
    with shared.writing() as session:
        line = awards.awards_of(session, household)[0]
        awarding.take_back(
            session, line.award_id, credits_=line.credits, actor_id="acc_example", reason="示例：退货", key="r"
        )
    assert failed(shared, settings, first) is None

    second = issue(shared, settings, household)

    found = failed(shared, settings, first)
    assert found is not None
    assert (found.name, found.code, second.number in found.found) == ("revocation", "reports.withdrawn", True)
    assert failed(shared, settings, second) is None
    with shared.reading() as session:
        standings = [queries.standing_of(session, one.number) for one in (first, second)]
        known = awards.totals_of(session, household, YEAR)
    assert [one.status for one in standings] == [ReportStatus.SUPERSEDED, ReportStatus.VALID]
    assert f'"credits":{known.credits},' in attached(content_of(settings, second))["report.json"].decode()


@pytest.mark.proves("REP-9", "ACT-2")
def test_a_factor_that_is_withdrawn_after_issue_leaves_the_figures_and_the_operator_may_revoke(
    shared: Database, settings: Settings, household: str, clock: StandingClock
) -> None:
    first = issue(shared, settings, household)
    clock.move(timedelta(hours=1))
    with shared.writing() as session:
        file = actions.shipped_factor_file().decode()
        old = next(line for line in file.splitlines() if line.startswith("pkm_metro_cn,"))
        new = old.replace("pkm_metro_cn,1,", "pkm_metro_cn,2,").replace("0.04314", "0.05")
        acting.publish_factors(session, file.replace(old, new).encode(), by="acc_example")

    second = issue(shared, settings, household)
    with shared.writing() as session:
        service.revoke(session, first.number, WithdrawalReason.FACTOR_WITHDRAWN, "operator")

    before, after = (attached(content_of(settings, one))["report.json"].decode() for one in (first, second))
    assert ('"replaced_by":2' in before, '"replaced_by":2' in after) == (False, True)
    assert [one.split('"totals":')[1].split("}")[0] for one in (before, after)] == [
        before.split('"totals":')[1].split("}")[0]
    ] * 2
    found = failed(shared, settings, first)
    assert found is not None
    assert (found.name, "factor_withdrawn" in found.found) == ("revocation", True)
    assert failed(shared, settings, second) is None


@pytest.mark.proves("REP-9", "REP-10")
def test_two_who_ask_for_the_same_report_at_once_get_one_number_one_file_and_one_row(
    shared: Database, settings: Settings, household: str
) -> None:
    both = Barrier(2)

    def asked(_: int) -> IssuedReport:
        both.wait()
        return issue(shared, settings, household)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(asked, range(2))

    with shared.reading() as session:
        rows = session.scalar(text("SELECT count(*) FROM reports_report"))
        announced = session.scalar(text("SELECT count(*) FROM reports_announced"))
    files = [path for path in (settings.data_dir / service.FOLDER).rglob("*") if path.is_file()]
    assert (one, rows, announced) == (other, 1, 1)
    assert files == [settings.data_dir / service.FOLDER / one.path]
    assert failed(shared, settings, one) is None


@pytest.mark.proves("REP-1", "REP-9")
@pytest.mark.timeout(180)
def test_a_year_of_five_thousand_actions_is_a_report_that_holds_with_every_one_of_them_inside(
    database: Database,
) -> None:
    facts = reports.consumer_report(5_000)

    report = make_proven(database, facts)

    assert failed_step(verify_report(report.content, report.policy, None, None)) is None
    table = attached(report.content)["awards.csv"].decode("utf-8-sig").splitlines()
    assert len(table) == 5_001
    assert len(report.content) < 2_000_000
