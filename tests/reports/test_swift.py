"""The accelerated press: the same bytes as without it, and the same reading of a page."""

import gc
import io
import re
from typing import Any, get_args

import pytest
import tinyhtml5

from greencredit.reports.render import Renderer, renderer_at, swift
from greencredit.reports.render.press import TEMPLATE_FOLDERS
from greencredit.reports.render.swift import reading
from greencredit.reports.render.swift.swaps import Kept
from greencredit.schemas.reports import Lang
from tests.factories import reports
from tests.reports.paper import PUBLIC_URL, every_case, paper_of, pdf_of

pytestmark = pytest.mark.slow  # it draws dozens of reports

LANGS: tuple[Lang, ...] = get_args(Lang)
_LENGTHS = ("vw", "vh", "vmin", "vmax")


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9")
def test_every_report_is_the_same_to_the_byte_with_and_without_accelerations(case: str, lang: Lang) -> None:
    _kind, facts = every_case()[case]
    pdf_of(reports.consumer_report(3), "en")  # what was drawn before must not matter
    first = pdf_of(facts, lang)

    again = pdf_of(facts, lang)
    with swift.plain():
        plain = pdf_of(facts, lang)

    assert (first == plain, again == plain) == (True, True)


@pytest.mark.slow
def test_names_that_nobody_had_before_are_drawn_as_without_accelerations() -> None:
    for number in range(5):
        report = reports.consumer_report(7 + number, name=f"示例 {number} 号<b>家庭</b> AVATAR fi {number * 7919}")

        swiftly = pdf_of(report, "zh")

        with swift.plain():
            assert pdf_of(report, "zh") == swiftly


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("case", every_case())
def test_the_short_reader_finds_the_tree_that_the_parser_of_html_finds(case: str, lang: Lang) -> None:
    page = renderer_at(PUBLIC_URL).page(paper_of(every_case()[case][1], lang), with_style=False)

    assert _flat(reading.read(page)) == _flat(tinyhtml5.parse(io.StringIO(page), namespace_html_elements=False))


@pytest.mark.parametrize(
    "body",
    [
        "<p>one<p>two",
        "<p><div>a block in a paragraph</div></p>",
        "<table>text<tr><td>1</td></tr></table>",
        "<ul><li>one<li>two</ul>",
        "<p title='single'>x</p>",
        "<p>a & b</p>",
        "<p>&copy;</p>",
        "<!-- remark --><p>x</p>",
        "<b><i>x</b></i>",
        "<form><input></form>",
        "<pre>\nx</pre>",
        "<div/><p>x</p>",
        "<P>x</P>",
    ],
)
def test_what_the_short_reader_is_not_sure_of_it_leaves_alone(body: str) -> None:
    page = f"<!DOCTYPE html>\n<html><head><title>x</title></head><body>{body}</body></html>"

    with pytest.raises(reading.Unsure):
        reading.read(page)


def test_no_style_asks_for_what_a_place_does_not_say() -> None:
    """A place knows what is above and before it and up to eight behind, not what it holds or how large a page is."""
    folders = [folder / "reports" for folder in TEMPLATE_FOLDERS if folder.is_dir()]
    printed = [path for folder in folders for path in (folder / "print.css", *(folder / "styles").glob("*.css"))]
    sheets = {path.name: path.read_text(encoding="utf-8") for path in printed}

    asking = {
        (name, word)
        for name, sheet in sheets.items()
        for word in (":has(", "nth-last-of", "of-type", "only-child", "attr(", "[src", "[alt", "[content", *_LENGTHS)
        if re.search(rf"(?<![a-z-]){re.escape(word)}|\d{re.escape(word)}\b", sheet)
    }
    far = {
        said
        for sheet in sheets.values()
        for said in re.findall(r"nth-last-child\(([^)]*)\)", sheet)
        if re.fullmatch(r"[1-8]|-n ?\+ ?[1-8]", said) is None
    }

    assert (asking, far) == (set(), set())


@pytest.mark.slow
def test_the_switch_turns_everything_off_and_on_again(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf_of(reports.consumer_report(1), "en")
    from weasyprint.text import line_break

    ours = line_break.split_first_line

    with swift.plain():
        theirs = line_break.split_first_line
        monkeypatch.setenv("GREENCREDIT_PRESS", "plain")
        swift.accelerate()
        switched_off = line_break.split_first_line
        monkeypatch.delenv("GREENCREDIT_PRESS")

    assert (ours is theirs, switched_off is theirs, line_break.split_first_line is ours) == (False, True, True)


@pytest.mark.slow
def test_the_collector_of_garbage_works_again_after_a_report() -> None:
    Renderer(PUBLIC_URL)
    pdf_of(reports.consumer_report(1), "en")

    assert gc.isenabled()


def test_what_is_kept_has_a_bound_and_what_is_asked_for_stays() -> None:
    kept = Kept(10)

    for number in range(1000):
        kept.keep(number, f"answer {number}")
        if number:
            assert kept.get(min(number, 1))

    assert (kept.get(1), kept.get(999), kept.get(500)) == ("answer 1", "answer 999", None)


def _flat(element: Any) -> tuple[Any, ...]:  # noqa: ANN401 - a tree without types
    return (
        element.tag,
        list(element.attrib.items()),
        element.text,
        element.tail,
        [_flat(child) for child in element],
    )


@pytest.mark.slow
def test_styles_that_are_kept_hardly_grow_from_report_to_report() -> None:
    for number in range(2):
        pdf_of(reports.consumer_report(3, name=f"示例家庭 {number}"), "zh")
    from weasyprint import css

    before = sum(len(known.places) for known in css.StyleFor.kept.values())
    for number in range(2, 5):
        pdf_of(reports.consumer_report(3, name=f"示例家庭 {number}"), "zh")

    assert sum(len(known.places) for known in css.StyleFor.kept.values()) - before <= 6  # addresses of links
