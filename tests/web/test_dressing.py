"""One's own report as a page for a phone and in large print, through the door."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.reports import service as reporting
from tests.factories.reports import consumer_report
from tests.factories.web import make_filed_issuer, make_household, make_report
from tests.reports.paper import PUBLIC_URL
from tests.web.conftest import SignIn


def drawn_for(consumer_id: str) -> reporting.Drawing:
    """Draw a real report of four awards."""
    report = consumer_report(4)
    holder = report.holder.model_copy(update={"holder_id": consumer_id})
    return reporting.draw("consumer", report.model_copy(update={"holder": holder}), "zh", public_url=PUBLIC_URL)


@pytest.mark.proves("REP-9")
def test_one_s_own_report_is_read_on_a_phone_and_printed_large_and_nobody_else_s_is(
    shared: Database, tmp_path: Path, browser: TestClient, sign_in: SignIn
) -> None:
    consumer_id = make_household(shared, tmp_path, make_filed_issuer(shared))
    with shared.writing() as session:
        own = reporting.register(session, drawn_for(consumer_id), tmp_path / "reports")
        other = make_report(session, tmp_path, "con_somebody_else")
    sign_in("household")

    page, refused, unknown = (
        browser.get(f"/me/reports/{number}/{dress}")
        for number, dress in ((own.number, "page"), (other.number, "page"), (own.number, "braille"))
    )

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'; style-src 'unsafe-inline'")
    assert (page.headers["cache-control"], page.headers["content-disposition"]) == (
        "no-store",
        f'inline; filename="{own.number}-zh.html"',
    )
    assert own.number in page.text
    assert (refused.status_code, "reports.unknown_number" in refused.text) == (404, True)
    assert unknown.status_code in {404, 422}
    listed = browser.get("/me").text
    assert f'href="/me/reports/{own.number}/page"' in listed
    assert f'href="/me/reports/{own.number}/large"' in listed
