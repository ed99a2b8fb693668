"""What every report of every kind must stand when it is checked: its own data, its table, its printed figures."""

import pytest

from greencredit.reports import rules
from greencredit.reports.queries import kind_named
from greencredit.reports.rules.checking.facts import require_digest, require_printed, require_sums, require_table
from greencredit.reports.rules.checking.opened import opened
from greencredit.schemas.reports import Lang
from tests.reports.paper import every_case, pdf_of


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
