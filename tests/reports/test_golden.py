"""The same facts are the same report: the same bytes in any time zone and process, the same text anywhere."""

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from greencredit.reports.render.press import libraries
from greencredit.schemas.reports import Lang
from tests.house.sources import ROOT
from tests.reports import golden
from tests.reports.paper import every_case, pdf_of

pytestmark = pytest.mark.slow

LANGS: tuple[Lang, ...] = get_args(Lang)

_ELSEWHERE = """
import hashlib, sys
from tests.reports.paper import every_case, pdf_of

for name in sys.argv[1:]:
    case, lang = name.split()
    print(hashlib.sha256(pdf_of(every_case()[case][1], lang)).hexdigest())
"""


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9")
def test_every_case_comes_to_the_facts_and_the_text_that_are_kept_whatever_the_libraries(case: str, lang: Lang) -> None:
    _require_press()
    facts, text, _bytes = golden.drawn(case, lang)

    kept = golden.kept()

    name = f"{case} {lang}"
    assert (facts, text) == (kept["facts"].get(name), kept["text"].get(name)), "if meant: golden --write"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9")
def test_every_case_comes_to_the_bytes_that_are_kept_for_these_libraries(case: str, lang: Lang) -> None:
    _require_press()
    found = golden.kept()["bytes"].get(libraries())
    if found is None:
        pytest.skip(f"no bytes are kept for {libraries()}; python -m tests.reports.golden --write")

    assert golden.drawn(case, lang)[2] == found.get(f"{case} {lang}"), "if meant: golden --write"


@pytest.mark.parametrize(
    "machine",
    [
        {"TZ": "America/Lima", "PYTHONHASHSEED": "7", "LANG": "C"},
        {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "0", "LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"},
        {"TZ": "Asia/Kolkata", "PYTHONHASHSEED": "4294967295", "GREENCREDIT_PRESS": "plain"},
    ],
    ids=lambda machine: machine["TZ"],
)
@pytest.mark.proves("REP-9")
def test_the_bytes_hang_on_no_time_zone_no_hash_no_tongue_and_no_switch(
    machine: dict[str, str], tmp_path: Path
) -> None:
    names = ["consumer-rare zh", "filing-ordinary en", "project-ordinary zh"]
    cases = [(case, "zh" if lang == "zh" else "en") for case, lang in map(str.split, names)]
    here = [hashlib.sha256(pdf_of(every_case()[case][1], LANGS[lang == "en"])).hexdigest() for case, lang in cases]

    told = subprocess.run(
        [sys.executable, "-c", _ELSEWHERE, *names],
        cwd=tmp_path,
        env={**os.environ, **machine, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )

    assert told.stdout.split() == here


def test_a_report_says_with_what_it_was_drawn() -> None:
    written = pdf_of(every_case()["consumer-one"][1], "zh")

    assert f"<gc:renderer>{libraries()}</gc:renderer>".encode() in written
    assert {name.split()[0] for name in libraries().split("; ")} >= {"weasyprint", "pydyf", "pango", "harfbuzz", "zlib"}


@cache
def _require_press() -> None:
    """Skip where nothing can be printed."""
    pdf_of(every_case()["proof-empty"][1], "en")
