"""The verify page and a signed report: every step in plain words, what was not checked, and whether it still stands."""

from dataclasses import replace
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
from greencredit.web.verification import read_upload
from tests.factories import reports
from tests.factories.proven import ProvenReport, make_proven, prove_and_draw
from tests.factories.tampering import flipped
from tests.factories.web import make_pdf
from tests.web.conftest import ORIGIN


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


@pytest.mark.proves("REP-9")
def test_a_report_that_was_given_as_a_page_is_known_by_its_bytes(
    browser: TestClient, shared: Database, given: Given, tmp_path: Path
) -> None:
    page = b"<!DOCTYPE html>\n<title>report</title>\n"
    with shared.writing() as session:
        service.register(
            session,
            replace(given.report.drawing, media_type="text/html", content=page, signature=None),
            tmp_path,
        )

    def answered(content: bytes) -> str:
        sent = {"file": ("report.html", content)}
        return browser.post("/verify", files=sent, data={"number": given.issued.number}).text

    whole, changed = answered(page), answered(page.replace(b"report", b"rep0rt"))
    assert (">一致</h2>" in whole, "与签发的文件逐字节相同" in whole) == (True, True)
    assert (">不一致</h2>" in changed, "与签发时的文件不同" in changed) == (True, True)


@pytest.mark.proves("REP-9")
def test_a_file_that_would_have_to_be_repaired_is_not_read() -> None:
    """Repairing takes seconds for a file that was made for it, and no report needs it."""
    whole = make_pdf({"report.json": b"{}"})

    broken = whole.replace(b"startxref\n", b"startxref\n9")

    assert (read_upload(whole).facts, read_upload(broken).facts) == (b"{}", None)


_STATUS = f"{ORIGIN}/badges/status/"


@pytest.mark.proves("REP-9", "UX-1")
@pytest.mark.parametrize(
    "content",
    [
        b'{"facts": {"as_of": "9999-12-31T23:59:59+00:00"}}',
        b'{"facts": {"as_of": "0001-01-01T00:00:00+14:00"}}',
        b'{"facts": ' + b"9" * 5000 + b"}",
        b'{"@context": [], "credentialStatus": {"statusListCredential": "' + _STATUS.encode() + b"9" * 30 + b'"}}',
        b'{"@context": [], "credentialStatus": {"statusListCredential": "' + _STATUS.encode() + b"9" * 5000 + b'"}}',
        b'{"@context": ' + b"[" * 50_000,
        b'{"@context": NaN}',
        b'{"format": "greencredit-receipt/v1", "row": 7}',
        b"c2sp.org/tlog-proof@v1",
        b"\x89PNG\r\n\x1a\n",
        b"eyJ.eyJ.e",
        b"<svg https://purl.imsglobal.org/ob/v3p0",
        b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 1000,
        b"%PDF-1.7\n/ByteRange [0 9999999999 9999999999 9999999999]",
    ],
)
def test_whatever_is_sent_in_is_answered_and_never_a_fault_of_ours(browser: TestClient, content: bytes) -> None:
    answer = browser.post("/verify", files={"file": ("whatever", content)})

    assert (answer.status_code in {200, 404}, "请不要采信" in answer.text or "无法核对" in answer.text) == (True, True)
