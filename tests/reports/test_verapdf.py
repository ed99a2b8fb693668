"""Every template, every case, both languages: PDF/A-3a and PDF/UA-1 in one file, by the reference validator."""

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pikepdf
import pytest

from greencredit.reports import service
from greencredit.reports.render import renderer_at
from greencredit.reports.service.stamping import Authority
from greencredit.schemas.reports import Lang
from tests.factories import reports
from tests.factories.stamping import make_authority, serving
from tests.reports.conformance import PROFILES, broken_rules, missing
from tests.reports.conftest import Drilled
from tests.reports.paper import PUBLIC_URL, every_case, paper_of, pdf_of
from tests.reports.structure import faults

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def _engine() -> None:
    """Refuse to go on without the engine, unless this machine is told to do without: nothing is skipped silently."""
    lacking = missing()
    if lacking and os.environ.get("GREENCREDIT_WITHOUT_VERAPDF") == "1":
        pytest.skip(lacking)
    assert not lacking, lacking


@pytest.mark.usefixtures("_engine")
@pytest.mark.proves("REP-9")
def test_every_report_passes_the_reference_validator_of_both_standards(tmp_path: Path) -> None:
    files = []
    for case, (_kind, facts) in every_case().items():
        for lang in get_args(Lang):
            files.append(tmp_path / f"{case}-{lang}.pdf")
            files[-1].write_bytes(pdf_of(facts, lang))

    found = broken_rules(files, tmp_path)

    assert found == {(file.stem, profile): [] for file in files for profile in PROFILES}


@pytest.mark.usefixtures("_engine")
@pytest.mark.proves("REP-9")
def test_a_report_as_it_is_handed_out_passes_too(drilled: Drilled, tmp_path: Path) -> None:
    """With its receipt inside, signed, stamped, and in large print."""
    facts = reports.consumer_report(9)
    issued = {
        "signed": drilled.drawing.content,
        "large": renderer_at(PUBLIC_URL).pdf(paper_of(facts, "zh"), large=True),
    }
    if shutil.which("openssl") is not None:
        root = make_authority(tmp_path)
        with serving(tmp_path) as url:
            proof = replace(drilled.proof, stamp=Authority(url, root.read_bytes()))
            issued["stamped"] = service.draw("consumer", facts, "zh", public_url=PUBLIC_URL, proof=proof).content
    for name, content in issued.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)

    found = broken_rules([tmp_path / f"{name}.pdf" for name in issued], tmp_path)

    assert found == {(name, profile): [] for name in issued for profile in PROFILES}
    assert {name: faults(content) for name, content in issued.items()} == {name: [] for name in issued}


@pytest.mark.usefixtures("_engine")
def test_the_validator_names_the_rule_that_a_spoilt_report_breaks(tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.pdf"
    spoilt.write_bytes(pdf_of(reports.consumer_report(1), "en"))
    with pikepdf.open(spoilt, allow_overwriting_input=True) as pdf:
        del pdf.Root.MarkInfo
        pdf.save(spoilt)

    found = broken_rules([spoilt], tmp_path)

    rules = {profile: [rule.split(":")[0] for rule in found["spoilt", profile]] for profile in PROFILES}
    assert rules == {"3a": ["6.7.2.2-1"], "ua1": ["6.2-1"]}
