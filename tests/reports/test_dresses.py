"""An issued report in another dress says what the issued file says, whatever the shapes of today are."""

import json

import pytest

from greencredit.reports import rules
from greencredit.reports.errors import DigestDiffers, PdfUnavailable
from greencredit.reports.queries import PDF
from greencredit.reports.service.dresses import Dress, dressed
from greencredit.schemas.reports import IssuedReport
from tests.conftest import NOON
from tests.factories import reports
from tests.reports.paper import PUBLIC_URL, attached, page_of, paper_of, pdf_of, words_of


def issued(content: bytes, *, media_type: str = PDF, facts_sha256: str | None = None) -> IssuedReport:
    """Say what the register says of a file."""
    report = reports.consumer_report(4)
    imprint = rules.Imprint("consumer", report, "zh")
    return IssuedReport.model_validate(
        {
            "number": imprint.number,
            "kind": "consumer",
            "lang": "zh",
            "subject_id": report.subject_id,
            "period": report.period,
            "facts_sha256": facts_sha256 or imprint.digest,
            "file_sha256": rules.digest_of(content),
            "size_bytes": len(content),
            "media_type": media_type,
            "path": "示例",
            "renderer": "示例",
            "issued_at": NOON,
        }
    )


@pytest.fixture(scope="module")
def file() -> bytes:
    """Draw the report once."""
    return pdf_of(reports.consumer_report(4), "zh")


@pytest.mark.proves("REP-9")
def test_the_page_for_a_phone_is_drawn_from_the_facts_in_the_file(file: bytes) -> None:
    found = dressed(issued(file), file, Dress.PAGE, public_url=PUBLIC_URL)

    assert found.media_type == "text/html"
    assert found.name == f"{issued(file).number}-zh.html"
    assert found.content.decode() == page_of(reports.consumer_report(4), "zh")


@pytest.mark.proves("REP-9")
def test_large_print_carries_the_number_and_the_facts_of_the_issued_file(file: bytes) -> None:
    found = dressed(issued(file), file, Dress.LARGE, public_url=PUBLIC_URL)

    assert (found.media_type, found.name) == (PDF, f"{issued(file).number}-zh-large.pdf")
    assert attached(found.content)["report.json"] == attached(file)["report.json"]


def test_facts_of_another_day_keep_their_number_and_digest() -> None:
    """A field that is new today is absent from what was issued yesterday; number and digest are yesterday's."""
    report = reports.consumer_report(4)
    facts = json.loads(rules.facts_json("consumer", report))
    for late in ("trend", "equivalents", "legal"):
        del facts["facts"][late]
    yesterday = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    record = type(report).model_validate(facts["facts"])
    paper = type(paper_of(report, "zh"))(paper_of(report, "zh").kind, record, "zh", kept=yesterday)

    assert paper.imprint.facts == yesterday
    assert paper.imprint.digest == rules.digest_of(yesterday)
    assert paper.imprint.number != rules.Imprint("consumer", record, "zh").number


def test_a_file_whose_facts_are_not_those_of_the_register_is_not_dressed(file: bytes) -> None:
    with pytest.raises(DigestDiffers) as no:
        dressed(issued(file, facts_sha256="0" * 64), file, Dress.PAGE, public_url=PUBLIC_URL)

    assert no.value.code == "reports.digest_differs"


def test_a_report_that_was_issued_as_a_page_is_that_page_and_has_no_large_print() -> None:
    page = page_of(reports.consumer_report(4), "zh").encode()
    report = issued(page, media_type="text/html")

    assert dressed(report, page, Dress.PAGE, public_url=PUBLIC_URL).content == page
    with pytest.raises(PdfUnavailable):
        dressed(report, page, Dress.LARGE, public_url=PUBLIC_URL)
    assert "核验" in words_of(page.decode())
