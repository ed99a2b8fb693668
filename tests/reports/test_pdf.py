"""Every report as a PDF: conformant, reproducible, with its facts inside, and never with an empty box."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, get_args

import page as page_validation
import pikepdf
import pytest

from greencredit.reports.errors import MissingGlyph
from greencredit.reports.render import Renderer, fonts
from greencredit.schemas.reports import Lang
from tests.factories import reports
from tests.house.sources import ROOT
from tests.reports.paper import PUBLIC_URL, attached, every_case, paper_of, pdf_of

pytestmark = pytest.mark.slow

LANGS: tuple[Lang, ...] = get_args(Lang)

_IN_ANOTHER_PROCESS = """
import hashlib, sys
from tests.reports.paper import every_case, pdf_of

_kind, facts = every_case()[sys.argv[1]]
print(hashlib.sha256(pdf_of(facts, sys.argv[2])).hexdigest())
"""

_ENVIRONMENT_AROUND_A_PDF = """
import ctypes, os
from tests.reports.paper import pdf_of
from tests.factories import reports

before = dict(os.environ)
pdf_of(reports.consumer_report(1), "en")
restored = dict(os.environ) == before
library = ctypes.CDLL("libfontconfig.so.1")
library.FcConfigGetCurrent.restype = ctypes.c_void_p
library.FcConfigGetFonts.restype = ctypes.POINTER(ctypes.c_int)
library.FcConfigGetFonts.argtypes = [ctypes.c_void_p, ctypes.c_int]
found = library.FcConfigGetFonts(library.FcConfigGetCurrent(), 0)
print(restored, found[0] if found else 0)
"""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9")
def test_every_report_is_archival_and_accessible_in_one_file(case: str, lang: Lang) -> None:
    _kind, facts = every_case()[case]

    pdf = pdf_of(facts, lang)

    found = {
        profile: [failure.message for failure in page_validation.validate_pdf_bytes(pdf, profile=profile).failures]
        for profile in ("3a", "ua1")
    }
    assert found == {"3a": [], "ua1": []}


@pytest.mark.parametrize("case", ["consumer-rare", "filing-ordinary"])
@pytest.mark.proves("REP-9")
def test_the_same_facts_give_the_same_bytes_in_another_process(case: str, tmp_path: Path) -> None:
    _kind, facts = every_case()[case]
    pdf_of(reports.consumer_report(3), "en")  # what was drawn before must not matter

    here = hashlib.sha256(pdf_of(facts, "zh")).hexdigest()
    elsewhere = subprocess.run(
        [sys.executable, "-c", _IN_ANOTHER_PROCESS, case, "zh"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7", "TZ": "America/Lima", "LANG": "C"},
        capture_output=True,
        check=True,
        text=True,
    )

    assert elsewhere.stdout.strip() == here


@pytest.mark.parametrize("own", [{}, {"FONTCONFIG_FILE": "/nowhere/fonts.conf"}])
def test_a_rendering_leaves_the_environment_as_it_was_and_still_knows_no_font_of_the_machine(
    own: dict[str, str], tmp_path: Path
) -> None:
    pdf_of(reports.consumer_report(1), "en")  # or skip, where nothing can be printed
    clean = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}

    told = subprocess.run(
        [sys.executable, "-c", _ENVIRONMENT_AROUND_A_PDF],
        cwd=tmp_path,
        env={**clean, **own, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )

    assert (told.stdout, told.stderr) == ("True 0\n", "")


@pytest.mark.proves("REP-1", "REP-9")
def test_the_embedded_facts_are_those_behind_the_number_and_agree_with_the_page() -> None:
    report = reports.consumer_report(60)
    paper = paper_of(report, "zh")

    files = attached(pdf_of(report, "zh"))

    assert sorted(files) == ["awards.csv", "report.json"]
    assert hashlib.sha256(files["report.json"]).hexdigest() == paper.imprint.digest
    facts: dict[str, Any] = json.loads(files["report.json"])["facts"]
    granted = [line for line in facts["awards"] if line["reversed_credits"] < line["credits"]]
    kept = sum(line["credits"] - line["reversed_credits"] for line in granted)
    assert facts["totals"]["credits"] == kept == report.totals.credits
    assert facts["totals"]["avoided_g_co2e"] == sum(line["avoided_g_co2e"] or 0 for line in granted)
    rows = list(csv.DictReader(io.StringIO(files["awards.csv"].decode("utf-8-sig"))))
    assert [row["award_id"] for row in rows] == [line["award_id"] for line in facts["awards"]]
    assert [row["avoided_g_co2e"] for row in rows] == [
        "" if line["avoided_g_co2e"] is None else str(line["avoided_g_co2e"]) for line in facts["awards"]
    ]


def test_the_file_says_what_it_is_and_whose_facts_it_carries() -> None:
    report = reports.consumer_report(5)
    paper = paper_of(report, "zh")

    with pikepdf.open(io.BytesIO(pdf_of(report, "zh"))) as pdf:
        metadata = pdf.Root.Metadata.read_bytes().decode()
        relationships = [str(file.AFRelationship) for file in pdf.Root.AF]
        scopes = {
            str(thing.A.get("/Scope"))
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.TH
        }
        language, identifier = str(pdf.Root.Lang), bytes(pdf.trailer.ID[0])

    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="A"' in metadata
    assert f"<gc:number>{paper.imprint.number}</gc:number>" in metadata
    assert f"<gc:factsSha256>{paper.imprint.digest}</gc:factsSha256>" in metadata
    assert relationships == ["/Data", "/Data"]
    assert scopes == {"/Column", "/Row"}
    assert (language, identifier) == ("zh-CN", bytes.fromhex(paper.imprint.digest)[:16])


def test_a_character_that_no_font_draws_is_refused_by_name() -> None:
    report = reports.consumer_report(3, name="示例\U0001f331家")

    with pytest.raises(MissingGlyph) as no:
        pdf_of(report, "zh")

    assert no.value.code == "reports.missing_glyph"
    assert no.value.facts == {"characters": [{"character": "\U0001f331", "code": "U+1F331"}]}


@pytest.mark.parametrize("character", "𠮷䶮𬭎龑㛃₂é·")
def test_rare_characters_of_names_can_be_drawn(character: str) -> None:
    fonts.require_glyphs(character)


def test_another_public_address_is_another_fingerprint_and_other_bytes() -> None:
    report = reports.consumer_report(2)
    here, there = Renderer(PUBLIC_URL), Renderer("https://elsewhere.example")

    assert here.fingerprint != there.fingerprint
    assert pdf_of(report, "en", renderer=here) != pdf_of(report, "en", renderer=there)


def test_the_qr_code_leads_to_the_number_and_keeps_the_digest_out_of_the_request() -> None:
    paper = paper_of(reports.consumer_report(2), "en")

    assert Renderer(f"{PUBLIC_URL}/").verify_url(paper) == (
        f"{PUBLIC_URL}/verify/{paper.imprint.number}#{paper.imprint.digest}"
    )


def test_the_fonts_are_the_listed_ones_and_stay_small() -> None:
    lines = [line.split() for line in (fonts.FOLDER / "SHA256SUMS").read_text(encoding="ascii").splitlines()]
    listed = {name: digest for digest, name in lines}

    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in fonts.FOLDER.glob("*.ttf")}

    assert found == listed
    assert sorted(f"{name}.ttf" for _family, _weight, name in fonts.FACES) == sorted(listed)
    assert sum(path.stat().st_size for path in fonts.FOLDER.iterdir()) < 22_000_000
    assert (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8").count("SIL OPEN FONT LICENSE") == 1


def test_no_stream_ends_in_a_byte_that_could_be_taken_for_the_end_of_its_line() -> None:
    pdf_of(reports.consumer_report(0), "en")  # WeasyPrint is mended when it is first needed
    from pydyf import Stream

    ending_in_return = next(
        stream
        for number in range(10_000)
        if (stream := Stream([f"BT ({number}) Tj ET".encode()], compress=True)).data.endswith(b"\r\nendstream")
    )

    written = ending_in_return.data

    length = int(written.split(b"/Length ")[1].split()[0].rstrip(b">"))
    start = written.index(b"stream\n") + len(b"stream\n")
    assert written[start + length - 1 :] == b"\r\r\nendstream"
