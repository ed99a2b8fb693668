"""What every report of every kind must stand when it is checked: its own data, its table, its printed figures."""

from functools import cache

import pytest

from greencredit.reports import rules
from greencredit.reports.errors import PrintedDiffers
from greencredit.reports.queries import kind_named, kinds
from greencredit.reports.rules.checking.facts import (
    Facts,
    require_digest,
    require_printed,
    require_sums,
    require_table,
)
from greencredit.reports.rules.checking.opened import Opened, opened
from greencredit.reports.rules.written import kilograms, mass, whole
from greencredit.schemas.reports import Lang
from tests.reports.paper import every_case, pdf_of

ORDINARY = {kind: case for case, (kind, _facts) in reversed([*every_case().items()]) if case.endswith("-ordinary")}
"""Kind → its ordinary case."""


@pytest.mark.slow
@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("case", every_case())
def test_pages_table_and_data_of_every_kind_agree(case: str) -> None:
    kind, facts = every_case()[case]
    # Both languages are drawn from the same facts; every second case in each is enough to see both checked.
    lang: Lang = "zh" if list(every_case()).index(case) % 2 else "en"
    imprint = rules.Imprint(kind, facts, lang)

    report = opened(pdf_of(facts, lang))
    found, read = require_digest(report.files["report.json"], number=report.number, facts_sha256=report.facts_sha256)
    understood = require_sums(report.files["report.json"], found, read)
    name = kind_named(kind).sheet.file_name
    require_table(name, report.files[name], understood)
    require_printed(report.words, report.number, report.facts_sha256, understood)

    assert (understood.kind, found, understood.record) == (kind, lang, facts)
    assert (report.number, report.facts_sha256) == (imprint.number, imprint.digest)
    assert "\ufffd" not in "".join(report.words)


@cache
def read_back(kind: str, lang: Lang) -> tuple[Opened, Facts]:
    """Draw the ordinary report of a kind and read it as whoever checks it does."""
    report = opened(pdf_of(every_case()[ORDINARY[kind]][1], lang))
    found, read = require_digest(report.files["report.json"], number=report.number, facts_sha256=report.facts_sha256)
    return report, require_sums(report.files["report.json"], found, read)


@pytest.mark.slow
@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", kinds())
def test_a_headline_figure_that_is_another_on_paper_than_in_the_data_is_found_out(kind: str, lang: Lang) -> None:
    report, facts = read_back(kind, lang)
    told = [(name, value) for name, value in facts.record.headlines if value]

    assert require_printed(report.words, report.number, report.facts_sha256, facts) == [
        f"{name} {value}" for name, value in told
    ]
    assert len(told) >= 2
    for name, value in told:
        ways = (kilograms(value), mass(value).number) if name.endswith(("_g_co2e", "_milli")) else (whole(value),)
        forged = [run if not any(way in run for way in ways) else "999,999,999" for run in report.words]
        forged.append(f"{report.number} {report.facts_sha256}")  # they may hold the same digits
        with pytest.raises(PrintedDiffers) as no:
            require_printed(forged, report.number, report.facts_sha256, facts)
        assert no.value.facts["wanted"] in {f"{one} {of}" for one, of in told}, (name, value)
