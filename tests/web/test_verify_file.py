"""The verify page and a signed report: every step in plain words, what was not checked, and whether it still stands."""

from pathlib import Path
from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.reports import service
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.schemas.reports import IssuedReport
from greencredit.schemas.reports.proven import WithdrawalReason
from tests.factories import reports
from tests.factories.proven import ProvenReport, make_proven, prove_and_draw
from tests.factories.tampering import flipped


class Given(NamedTuple):
    """A report as it was given out."""

    issued: IssuedReport
    report: ProvenReport


@pytest.fixture
def given(shared: Database, tmp_path: Path) -> Given:
    """Give a signed report that is on file."""
    report = make_proven(shared)
    with shared.writing() as session:
        return Given(service.register(session, report.drawing, tmp_path), report)


def sent(browser: TestClient, content: bytes) -> str:
    """Send a file in and give the page."""
    return browser.post("/verify", files={"file": ("report.pdf", content)}).text


@pytest.mark.proves("REP-9", "UX-1")
def test_a_signed_report_is_shown_step_by_step(browser: TestClient, given: Given) -> None:
    page = sent(browser, given.report.content)

    asked = set(TITLES) & {step.name for step in verify_report(given.report.content, given.report.policy, None, None)}
    assert [name for name in asked - {"revocation"} if TITLES[name].zh not in page] == []
    assert (">一致</h2>" in page, "仍然有效" in page, "没有查什么" in page) == (True, True, True)
    assert ("check-differs" in page, reports.consumer_report(9).holder.name in page) == (False, False)


@pytest.mark.proves("REP-9", "UX-1")
def test_one_changed_bit_is_told_as_the_step_that_fails(browser: TestClient, given: Given) -> None:
    page = sent(browser, flipped(given.report.content, 70_000))

    assert (">不一致</h2>" in page, "reports.signature_wrong" in page) == (True, True)


@pytest.mark.proves("REP-9", "UX-1")
def test_a_withdrawn_report_says_so_on_every_page_about_it(
    browser: TestClient, shared: Database, given: Given, tmp_path: Path
) -> None:
    newer = prove_and_draw(shared, reports.consumer_report(4))
    with shared.writing() as session:
        successor = service.register(session, newer, tmp_path)
        service.supersede(session, given.issued.number, successor.number, "operator")
        service.revoke(session, successor.number, WithdrawalReason.AWARD_REVERSED, "operator")

    by_file = sent(browser, given.report.content)
    by_number = browser.get(f"/verify/{given.issued.number}").text
    revoked = browser.get(f"/verify/{successor.number}").text

    for page in (by_file, by_number):
        assert (">已不再有效</h2>" in page, f"新版编号 {successor.number}" in page) == (True, True)
    assert (">已不再有效</h2>" in revoked, "报告所列积分已冲正" in revoked) == (True, True)


@pytest.mark.proves("REP-9")
def test_the_list_of_withdrawn_reports_is_open_to_everybody_and_serves_off_line(
    browser: TestClient, shared: Database, given: Given
) -> None:
    before = browser.get("/verify/withdrawn.txt")
    with shared.writing() as session:
        service.revoke(session, given.issued.number, WithdrawalReason.FACTS_WRONG, "operator")
    after = browser.get("/verify/withdrawn.txt")

    failed = [
        failed_step(verify_report(given.report.content, given.report.policy, listed.content, None))
        for listed in (before, after)
    ]

    assert (before.status_code, before.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert [step and step.code for step in failed] == [None, "reports.withdrawn"]
