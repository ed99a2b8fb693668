"""Issuing reports: one number, one file, one line in the register, whatever happens in between."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.reports import queries, rules, service
from greencredit.reports.errors import (
    MissingGlyph,
    NotReproduced,
    NumberTaken,
    PdfUnavailable,
    UnknownKind,
    UnknownNumber,
    WrongFacts,
)
from greencredit.schemas.reports import IssuedReport
from tests.conftest import NOON
from tests.factories import filings, reports
from tests.house.sources import ROOT
from tests.reports.paper import PUBLIC_URL

REPORT = reports.consumer_report(2)
MADE_UP = rules.digest_of(b"%PDF made up")
IMPRINT = rules.Imprint("consumer", REPORT, "zh")


def drawing(content: bytes = b"%PDF made up", renderer: str = "0123456789abcdef") -> service.Drawing:
    """Give a drawing without drawing it: what the register does is independent of the press."""
    return service.Drawing(
        number=IMPRINT.number,
        kind="consumer",
        lang="zh",
        subject_id=REPORT.subject_id,
        period=REPORT.period,
        facts_sha256=IMPRINT.digest,
        media_type="application/pdf",
        renderer=renderer,
        content=content,
    )


def rows(session: Session) -> int:
    """Count the lines of the register."""
    found: int = session.execute(text("SELECT count(*) FROM reports_report")).scalar_one()
    return found


@pytest.mark.proves("REP-9")
def test_a_report_is_kept_as_a_file_and_entered_in_the_register(session: Session, tmp_path: Path) -> None:
    issued = service.register(session, drawing(), tmp_path)

    assert issued == IssuedReport(
        number=IMPRINT.number,
        kind="consumer",
        lang="zh",
        subject_id="per_0042",
        period=REPORT.period,
        facts_sha256=IMPRINT.digest,
        file_sha256=rules.digest_of(b"%PDF made up"),
        size_bytes=12,
        media_type="application/pdf",
        path=f"sha256/{MADE_UP[:2]}/{MADE_UP[2:4]}/{MADE_UP}.pdf",
        renderer="0123456789abcdef",
        issued_at=NOON,
    )
    assert (tmp_path / issued.path).read_bytes() == b"%PDF made up"
    assert queries.by_number(session, issued.number.lower()) == issued
    assert queries.reports_of(session, "per_0042") == [issued]


@pytest.mark.proves("REP-10")
def test_issuing_again_gives_the_same_report_and_writes_nothing(
    session: Session, tmp_path: Path, clock: StandingClock
) -> None:
    first = service.register(session, drawing(), tmp_path)
    clock.move(reports.YEAR.until - reports.YEAR.since)

    again = service.issue(session, "consumer", REPORT, "zh", tmp_path, public_url=PUBLIC_URL)

    assert again == first
    assert rows(session) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / first.path]


def test_a_lost_file_is_put_back_if_it_is_drawn_alike(session: Session, tmp_path: Path) -> None:
    first = service.register(session, drawing(), tmp_path)
    (tmp_path / first.path).unlink()

    assert service.already_issued(session, "consumer", REPORT, "zh", tmp_path) is None
    assert service.register(session, drawing(), tmp_path) == first
    assert (tmp_path / first.path).read_bytes() == b"%PDF made up"
    assert rows(session) == 1


def test_other_bytes_for_an_issued_number_are_refused_with_both_renderers(session: Session, tmp_path: Path) -> None:
    first = service.register(session, drawing(), tmp_path)

    with pytest.raises(NotReproduced) as no:
        service.register(session, drawing(b"%PDF other", renderer="f" * 16), tmp_path)

    assert (no.value.code, no.value.facts) == (
        "reports.not_reproduced",
        {"number": first.number, "wanted": "0123456789abcdef", "found": "f" * 16},
    )
    assert (tmp_path / first.path).read_bytes() == b"%PDF made up"
    assert rows(session) == 1


def test_a_number_of_other_facts_is_refused(session: Session, tmp_path: Path) -> None:
    first = service.register(session, drawing(), tmp_path)
    colliding = service.Drawing(**{**vars(drawing()), "facts_sha256": "f" * 64})

    with pytest.raises(NumberTaken) as no:
        service.register(session, colliding, tmp_path)

    assert no.value.facts == {"number": first.number, "wanted": "f" * 64, "found": IMPRINT.digest}
    assert rows(session) == 1


def test_facts_of_another_kind_are_refused_before_anything_is_drawn(session: Session, tmp_path: Path) -> None:
    with pytest.raises(WrongFacts) as no:
        service.issue(session, "consumer", filings.newly_registered(), "zh", tmp_path, public_url=PUBLIC_URL)

    assert no.value.facts == {"kind": "consumer", "wanted": "ConsumerReport", "found": "IssuerFiling"}
    assert (rows(session), list(tmp_path.iterdir())) == (0, [])


def test_an_unknown_kind_is_refused_with_the_known_ones(session: Session, tmp_path: Path) -> None:
    with pytest.raises(UnknownKind) as no:
        service.issue(session, "horoscope", REPORT, "zh", tmp_path, public_url=PUBLIC_URL)

    assert no.value.facts == {"kind": "horoscope", "known": sorted(queries.kinds())}


def test_a_name_that_cannot_be_drawn_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    unprintable = reports.consumer_report(2, name="\U0001f331")

    try:
        with pytest.raises(MissingGlyph):
            service.issue(session, "consumer", unprintable, "zh", tmp_path, public_url=PUBLIC_URL)
    finally:
        assert (rows(session), list(tmp_path.iterdir())) == (0, [])


def test_a_number_that_was_never_issued_is_not_found(session: Session) -> None:
    stranger = rules.number_of("c" * 64, "zh", 2026)

    with pytest.raises(UnknownNumber) as no:
        queries.by_number(session, stranger)

    assert (no.value.code, no.value.facts) == ("reports.unknown_number", {"number": stranger})


@pytest.mark.slow
@pytest.mark.proves("REP-1", "REP-9")
def test_both_languages_share_the_facts_and_have_numbers_of_their_own(session: Session, tmp_path: Path) -> None:
    zh = service.issue(session, "consumer", REPORT, "zh", tmp_path, public_url=PUBLIC_URL)
    en = service.issue(session, "consumer", REPORT, "en", tmp_path, public_url=PUBLIC_URL)

    if zh.media_type == "text/html":
        pytest.skip(str(PdfUnavailable("issued as a page").message))
    assert zh.facts_sha256 == en.facts_sha256 == IMPRINT.digest
    assert zh.number != en.number
    for issued in (zh, en):
        content = (tmp_path / issued.path).read_bytes()
        assert (content[:5], rules.digest_of(content), len(content)) == (
            b"%PDF-",
            issued.file_sha256,
            issued.size_bytes,
        )
    assert service.issue(session, "consumer", REPORT, "zh", tmp_path, public_url=PUBLIC_URL) == zh


_WITHOUT_PANGO = """
from greencredit.reports import service
from greencredit.reports.errors import PdfUnavailable
from greencredit.reports.render import renderer_at
from tests.reports.paper import PUBLIC_URL, paper_of
from tests.factories import reports

report = reports.consumer_report(2)
drawing = service.draw("consumer", report, "zh", public_url=PUBLIC_URL)
print(drawing.media_type, drawing.suffix, drawing.content[:15].decode())
try:
    renderer_at(PUBLIC_URL).pdf(paper_of(report, "zh"))
except PdfUnavailable as no:
    print(no.code, no.facts)
"""


@pytest.mark.slow
def test_without_the_text_library_the_report_is_given_as_a_page_and_the_packages_are_named(tmp_path: Path) -> None:
    lacking = tmp_path / "weasyprint"
    lacking.mkdir()
    (lacking / "__init__.py").write_text("raise OSError(\"cannot load library 'libpango-1.0-0'\")")

    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_PANGO],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        check=True,
        text=True,
    )

    assert done.stdout.splitlines() == [
        "text/html html <!DOCTYPE html>",
        (
            "reports.pdf_unavailable {'packages': ['libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0'], "
            "'reason': \"cannot load library 'libpango-1.0-0'\"}"
        ),
    ]
