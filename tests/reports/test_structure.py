"""Every template, in every check, and every case: tagged, embedded, headed, described; and what is spoilt is named."""

import io
from collections.abc import Callable
from typing import Any, get_args

import page as page_validation
import pikepdf
import pytest
from _pytest.mark import ParameterSet
from pikepdf import Dictionary, Name

from greencredit.schemas.reports import Lang
from tests.factories import reports
from tests.reports.conftest import Drilled
from tests.reports.paper import every_case, pdf_of
from tests.reports.structure import faults

LANGS: tuple[Lang, ...] = get_args(Lang)


def _in_one_language(case: str, number: int) -> ParameterSet:
    """Draw what is ordinary and what is rare in every check, and the rest in the whole check."""
    quick = case.endswith(("-ordinary", "-rare"))
    return pytest.param(case, LANGS[number % len(LANGS)], marks=[] if quick else pytest.mark.slow)


@pytest.mark.parametrize(("case", "lang"), [_in_one_language(case, at) for at, case in enumerate(every_case())])
@pytest.mark.proves("REP-9")
def test_every_case_is_well_made_in_one_of_the_languages(case: str, lang: Lang) -> None:
    written = pdf_of(every_case()[case][1], lang)

    broken = {
        profile: [failure.message for failure in page_validation.validate_pdf_bytes(written, profile=profile).failures]
        for profile in ("3a", "ua1")
    }
    assert (faults(written), broken) == ([], {"3a": [], "ua1": []})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "lang"), [(case, LANGS[(number + 1) % len(LANGS)]) for number, case in enumerate(every_case())]
)
@pytest.mark.proves("REP-9")
def test_every_case_is_well_made_in_the_other_language_too(case: str, lang: Lang) -> None:
    assert faults(pdf_of(every_case()[case][1], lang)) == []


@pytest.mark.proves("REP-9")
def test_a_report_with_its_receipt_and_its_signature_is_as_well_made(drilled: Drilled) -> None:
    signed = drilled.drawing.content

    broken = {
        profile: [failure.message for failure in page_validation.validate_pdf_bytes(signed, profile=profile).failures]
        for profile in ("3a", "ua1")
    }
    assert (faults(signed), broken) == ([], {"3a": [], "ua1": []})


def _first(pdf: pikepdf.Pdf, kind: str) -> Any:  # noqa: ANN401 - any object of the file
    return next(thing for thing in pdf.objects if isinstance(thing, Dictionary) and thing.get("/S") == Name(f"/{kind}"))


def _untag(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.MarkInfo


def _forget_language(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = pikepdf.String("de")


def _take_scope(pdf: pikepdf.Pdf) -> None:
    del _first(pdf, "TH").A.Scope


def _take_description(pdf: pikepdf.Pdf) -> None:
    del _first(pdf, "Figure").Alt


def _skip_level(pdf: pikepdf.Pdf) -> None:
    _first(pdf, "H2").S = Name.H4


def _take_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _relate_to_nothing(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF[0].AFRelationship = Name.Unspecified


def _unembed(pdf: pikepdf.Pdf) -> None:
    for thing in pdf.objects:
        if isinstance(thing, Dictionary) and "/FontFile2" in thing:
            del thing.FontFile2
            return


def _show_untagged(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].contents_add(b"0 0 10 10 re f", prepend=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_untag, "it does not say that it is tagged"),
        (_forget_language, "its language is de"),
        (_take_scope, "a table's header does not say what it heads"),
        (_take_description, "a figure has no text in its place"),
        (_skip_level, "a level of headings is skipped"),
        (_take_intent, "it has not one output intent with a profile of three colours"),
        (_relate_to_nothing, "is there as /Unspecified"),
        (_unembed, "is not embedded"),
        (_show_untagged, "page 1 shows something that is neither tagged nor decoration: f"),
    ],
)
def test_what_is_spoilt_is_named(spoil: Callable[[pikepdf.Pdf], None], named: str) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(reports.consumer_report(9), "en"))) as pdf:
        spoil(pdf)
        spoilt = io.BytesIO()
        pdf.save(spoilt)

    found = faults(spoilt.getvalue())

    assert [named in fault for fault in found] == [True]
