"""Files made to harm their reader: signed by anybody, they are refused at a step, soon, and by no fault of ours."""

import json
import random
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
import pytest

from greencredit.proofs.errors import ProofRefused
from greencredit.proofs.rules.steps import failed_step
from greencredit.reports import rules
from greencredit.reports.rules.checking.verify import verify_report
from greencredit.reports.rules.signature.cms import require_signature
from greencredit.reports.rules.signature.revision import revision_of
from tests.factories import tampering
from tests.reports.conftest import Drilled
from tests.reports.test_tamper import stranger

NASTY: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    10**30,
    -(10**4000),
    1e308,
    "",
    "NaN",
    "1E999999",
    "1E-999999",
    "\u0000",
    "\u202e" * 1000,
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-01-01T00:00:00+08:00",
    [],
    [[[]]] * 3,
    {},
    {"zh": 1, "en": None},
)
"""What stands in a place where something else was meant to stand."""

_SLOW_PAGES: Final = {
    "only opened": b"[" * 3_000_000,
    "only named": b"/" * 3_000_000,
    "one endless name": b"/" + b"x" * 3_000_000,
    "endless numbers": b"/F " + b"1" * 3_000_000,
    "endless digits of glyphs": b"<" + b"0" * 3_000_000,
    "names behind names": b"/x " * 1_000_000,
}


def found_by(drilled: Drilled, edit: tampering.Edit) -> tuple[str, str]:
    """Sign an edited report as a stranger and name the step at which it fails."""
    signed = tampering.signed_anew(tampering.edited(drilled.unsigned, edit), stranger(drilled))
    failed = failed_step(verify_report(signed, drilled.policy, None, None))
    assert failed is not None
    return failed.name, failed.code


def with_facts(drilled: Drilled, facts: object) -> tampering.Edit:
    """Put other facts into a report, under a number and a digest that follow from them."""
    told = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = rules.digest_of(told)

    def edit(pdf: pikepdf.Pdf) -> None:
        tampering.with_files(report_json=told)(pdf)
        tampering.with_metadata(drilled.drawing.facts_sha256, digest)(pdf)
        tampering.with_metadata(drilled.drawing.number, rules.number_of(digest, "zh", 2026))(pdf)

    return edit


@pytest.mark.slow
@pytest.mark.proves("REP-9")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("page", _SLOW_PAGES)
def test_a_page_that_is_made_to_be_slow_is_read_in_a_moment(drilled: Drilled, page: str) -> None:
    def edit(pdf: pikepdf.Pdf) -> None:
        for one in pdf.pages:
            one.obj["/Contents"].write(_SLOW_PAGES[page])

    assert found_by(drilled, edit) == ("printed", "reports.printed_differs")


@pytest.mark.proves("REP-9")
def test_an_instant_at_the_end_of_time_is_no_instant_of_a_report(drilled: Drilled) -> None:
    facts = json.loads(tampering.file_in(drilled.unsigned, "report.json"))
    facts["facts"]["as_of"] = "9999-12-31T23:59:59Z"

    assert found_by(drilled, with_facts(drilled, facts)) == ("facts_digest", "proofs.malformed")


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("written", ["1E-999999", "1E+999999", "1E999999999"])
def test_a_number_that_unfolds_to_a_million_digits_is_refused_as_it_stands(drilled: Drilled, written: str) -> None:
    facts = json.loads(tampering.file_in(drilled.unsigned, "report.json"))
    facts["facts"]["awards"][0]["quantity"] = written

    assert found_by(drilled, with_facts(drilled, facts)) == ("facts_add_up", "reports.facts_inconsistent")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 - JSON values
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inside:
        yield from _places(part, (*path, name))


@pytest.mark.proves("REP-9")
def test_whatever_stands_in_the_place_of_a_fact_is_refused(drilled: Drilled) -> None:
    whole = tampering.file_in(drilled.unsigned, "report.json")
    places = random.sample([path for path in _places(json.loads(whole)) if path], 60)

    held = []
    for place in places:
        facts = json.loads(whole)
        *above, name = place
        inside = facts
        for step in above:
            inside = inside[step]
        inside[name] = random.choice(NASTY)  # noqa: S311 - nothing is kept secret with it
        if json.dumps(facts, sort_keys=True) != json.dumps(json.loads(whole), sort_keys=True):
            failed = found_by(drilled, with_facts(drilled, facts))
            held += [(place, inside[name])] if failed[0] in {"certificate", "revocation"} else []

    assert held == []


@pytest.mark.proves("REP-9")
@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")  # what we change is wrong
def test_no_byte_of_a_signature_trips_its_reader(drilled: Drilled) -> None:
    revision = revision_of(drilled.drawing.content)
    good = revision.cms

    held = []
    for at in range(len(good)):
        for other in {0x00, 0x02, 0x7F, 0x80, 0xFF, good[at] ^ 1} - {good[at]}:
            try:
                require_signature(good[:at] + bytes([other]) + good[at + 1 :], revision.digest)
            except ProofRefused:
                continue
            held.append((at, other))

    assert held == []


@pytest.mark.proves("REP-9")
@pytest.mark.parametrize("part", [b"not JSON", b"{}", b"[" * 100_000, b'{"checkpoint":1}', b"\xff\xfe", b"null"])
def test_a_receipt_that_is_none_is_told_so(drilled: Drilled, part: bytes) -> None:
    name, code = found_by(drilled, tampering.with_files(receipt_json=part))

    assert (name, code.split(".")[0]) == ("report_in_log", "proofs")
