"""How a report looks, measured: lines of type, greys, names of any shape, one column for a phone, large print."""

import html
import io
import itertools
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import pikepdf
import pytest

from greencredit.reports import rules
from greencredit.reports.catalogue.proof import proof_of
from greencredit.reports.errors import MissingGlyph, PdfUnavailable
from greencredit.reports.queries import kinds
from greencredit.reports.render import renderer_at, words
from greencredit.reports.render.press import TEMPLATE_FOLDERS
from greencredit.schemas.reports import Lang, ReportFacts
from tests.factories import filings, group_reports, reports
from tests.factories.project_reports import project_report
from tests.factories.region_reports import region_report
from tests.house.sources import ROOT
from tests.reports.paper import PUBLIC_URL, attached, every_case, page_of, paper_of, pdf_of, words_of

pytestmark = pytest.mark.slow  # it draws dozens of reports

FOLDER: Final = next(folder for folder in TEMPLATE_FOLDERS if (folder / "reports").is_dir()) / "reports"
_NEVER_FIRST: Final = frozenset("，。、；：！？）》」』】〉”’…％·")
_NEVER_LAST: Final = frozenset("（《「『【〈“‘")
_WIDEST_GAP_EM: Final = 0.3
_A4_POINTS: Final = (595.28, 841.89)
_READABLE: Final = 4.5
"""WCAG 2: contrast of text in ordinary size."""
LARGEST_OF_FOUR_PAGES: Final = 160_000
ORDINARY: Final = [case for case in every_case() if case.endswith("-ordinary")]


class Set(NamedTuple):
    """One line of a paragraph as it was set."""

    text: str
    is_last: bool
    short_em: float
    """How far it ends before the right edge."""
    spread_em: float
    """What justification, letter or word spacing would add to its gaps."""


def sheets_of(facts: ReportFacts, lang: Lang, *, large: bool = False) -> list[Any]:
    """Set a report and give its pages as boxes, which are nowhere else to be had."""
    renderer = renderer_at(PUBLIC_URL)
    page = renderer.page(paper_of(facts, lang), with_style=False)
    try:
        weasyprint, configuration, sheets = renderer._type_setter  # noqa: SLF001 - as above
    except PdfUnavailable as missing:
        pytest.skip(missing.message)
    dress = [*sheets, renderer._large_sheet] if large else sheets  # noqa: SLF001
    document = weasyprint.HTML(string=page).render(font_config=configuration, stylesheets=dress)
    return [sheet._page_box for sheet in document.pages]  # noqa: SLF001


def lines_of(case: str) -> list[Set]:
    """Set a report in Chinese and give the lines of its paragraphs."""
    return [line for sheet in sheets_of(every_case()[case][1], "zh") for line in _lines(sheet)]


def beyond_the_edge(facts: ReportFacts, lang: Lang, *, large: bool = False) -> list[str]:
    """Name every piece of text that reaches beyond its page, or beyond a box that would cut it off."""
    found: list[str] = []
    for sheet in sheets_of(facts, lang, large=large):
        _look_beyond(sheet, (0.0, 0.0, sheet.margin_width(), sheet.margin_height()), found)
    return found


def _look_beyond(box: Any, edge: tuple[float, float, float, float], found: list[str]) -> None:  # noqa: ANN401
    left, top, right, bottom = edge
    if type(box).__name__ == "TextBox":
        inside = left - 1 <= box.position_x and box.position_x + box.width <= right + 1
        if box.text.strip() and not (
            inside and top - 1 <= box.position_y and box.position_y + box.height <= bottom + 1
        ):
            found.append(box.text)
        return
    if box.style["overflow"] == "hidden" and box.element_tag != "div":  # the running heads stand in a box of no height
        x, y = box.content_box_x(), box.content_box_y()
        loose = box.style["font_size"] / 2  # glyphs stand higher than a tight line is set
        edge = (max(left, x), max(top, y - loose), min(right, x + box.width), min(bottom, y + box.height + loose))
    for child in getattr(box, "children", ()):
        _look_beyond(child, edge, found)


def _lines(box: Any) -> Iterator[Set]:  # noqa: ANN401 - WeasyPrint has no types
    children = list(getattr(box, "children", ()))
    lines = [child for child in children if type(child).__name__ == "LineBox"]
    if lines and box.element_tag == "p" and box.style["font_size"]:
        for line in lines:
            yield _set(line, box, is_last=line is lines[-1])
        return
    for child in children:
        yield from _lines(child)


def _set(line: Any, paragraph: Any, *, is_last: bool) -> Set:  # noqa: ANN401
    texts = [box for box in line.descendants() if type(box).__name__ == "TextBox"]
    size = paragraph.style["font_size"]
    return Set(
        text="".join(box.text for box in texts),
        is_last=is_last,
        short_em=(paragraph.width - sum(box.width for box in texts)) / size,
        spread_em=max((box.justification_spacing + (box.style["word_spacing"] or 0)) / size for box in texts)
        if texts
        else 0.0,
    )


@pytest.mark.parametrize("case", ORDINARY)
@pytest.mark.proves("REP-9")
def test_no_chinese_line_is_torn_open_and_none_begins_or_ends_with_the_wrong_mark(case: str) -> None:
    import uharfbuzz

    from greencredit.reports.render.fonts import FOLDER as FONTS

    face = uharfbuzz.Face((FONTS / "sans-400.ttf").read_bytes())
    font = uharfbuzz.Font(face)
    blank_em = font.get_glyph_h_advance(font.get_nominal_glyph(0x20)) / face.upem
    lines = lines_of(case)

    assert len(lines) > 5
    assert max(line.spread_em for line in lines) + blank_em <= _WIDEST_GAP_EM
    assert [line.text for line in lines if line.text.strip()[:1] in _NEVER_FIRST] == []
    assert [line.text for line in lines if line.text.strip()[-1:] in _NEVER_LAST] == []


@pytest.mark.parametrize("case", ["consumer-ordinary", "consumer-month", "consumer-quarter"])
def test_full_chinese_lines_end_within_one_character_of_the_edge(case: str) -> None:
    lines = [
        line
        for line, after in itertools.pairwise(lines_of(case))
        if not line.is_last and not after.is_last  # the line before the last may have given it company
        if not re.search(r"[0-9A-Za-z]", line.text) and not re.match(r"[（A-Za-z0-9]", after.text.strip())
    ]

    assert len(lines) > 2
    assert [line for line in lines if line.short_em > 1.05] == []


@pytest.mark.parametrize("case", [*ORDINARY, "consumer-month"])
def test_the_last_line_of_a_paragraph_is_never_one_character(case: str) -> None:
    lines = lines_of(case)
    alone = [
        after.text
        for before, after in itertools.pairwise(lines)
        if after.is_last and not before.is_last and len(re.sub(r"\W", "", after.text)) < 2
    ]

    assert alone == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("在此按原值计入。", "值计入。"),
        ("它不是“清单”。", "单”。"),
        ("短句。", None),
        ("an English sentence", None),
    ],
)
def test_the_end_of_a_chinese_paragraph_stays_together(text: str, kept: str | None) -> None:
    found = re.findall(r"<i>(.*?)</i>", words.tail(text))

    assert found == ([] if kept is None else [kept])
    assert re.sub(r"</?i>", "", words.tail(text)) == text


def luminance(colour: str) -> float:
    """Give how light a colour is, as a grey printer sees it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours by their lightness alone."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def declared(block: str) -> dict[str, str]:
    """Give the colours that the style sheet names."""
    found: dict[str, str] = {}
    for name, value in re.findall(r"--([a-z-]+): (#[0-9a-f]{3,8})", block):
        found.setdefault(name, _long(value))  # what is said first is the house's; kinds come behind it
    return found


def every_style() -> str:
    """Give what the house and its kinds say of paper."""
    sheets = (FOLDER / "print.css", *sorted((FOLDER / "styles").glob("*.css")))
    return "\n".join(path.read_text(encoding="utf-8") for path in sheets)


def _long(colour: str) -> str:
    return "#" + "".join(one * 2 for one in colour[1:]) if len(colour) == 4 else colour[:7]


@pytest.mark.parametrize("scope", [":root", "body.regulator", "body.community", "body.enterprise"])
def test_every_colour_of_type_is_read_on_white_and_on_wash_without_colour(scope: str) -> None:
    style = every_style()
    named = declared(style[style.index(":root") :].split("}")[0])
    if scope != ":root":
        named |= declared(style[style.index(f"\n{scope} {{") :].split("}")[0])
    plain = "\n".join(line for line in style.splitlines() if " .cover" not in line and not line.startswith(".cover"))
    used = set(re.findall(r"(?<![-a-z])color: var\(--([a-z-]+)\)", plain))
    found = {_long(colour) for colour in re.findall(r"(?<![-a-z])color: (#[0-9a-f]{3,8})", plain)}

    weak = {
        (colour, ground): round(contrast(colour, ground), 2)
        for colour in {named[name] for name in used} | found
        for ground in ("#ffffff", named["wash"])
        if contrast(colour, ground) < _READABLE
    }
    assert weak == {}


@pytest.mark.parametrize("scope", [":root", "body.regulator", "body.community", "body.enterprise"])
def test_the_type_of_the_cover_is_read_on_its_ground_without_colour(scope: str) -> None:
    style = every_style()
    named = declared(style[style.index(":root") :].split("}")[0])
    if scope != ":root":
        named |= declared(style[style.index(f"\n{scope} {{") :].split("}")[0])
    own = (".cover", f"{scope} .cover", "body.group .cover")
    cover = "\n".join(line for line in style.splitlines() if line.startswith(own))
    colours = {_long(one) for one in re.findall(r"(?<![-a-z])color: (#[0-9a-f]{3,8})", cover)} | {named["gold-light"]}

    assert {one: contrast(one, named["deep"]) for one in colours if contrast(one, named["deep"]) < _READABLE} == {}


@pytest.mark.proves("REP-9", "UX-1")
def test_paper_and_portal_are_of_one_house() -> None:
    portal = (ROOT / "greencredit" / "web" / "static" / "site.css").read_text(encoding="utf-8")

    on_screen, on_paper = declared(portal), declared(every_style())

    assert {name: on_paper[name] for name in ("deep", "mid", "gold-light")} == {
        name: on_screen[name] for name in ("deep", "mid", "gold-light")
    }


@pytest.mark.parametrize("face", ["sans-400", "sans-500", "sans-700", "full-400"])
def test_digits_are_all_of_one_width_so_that_columns_of_figures_stand_in_line(face: str) -> None:
    import uharfbuzz

    from greencredit.reports.render.fonts import FOLDER as FONTS

    font = uharfbuzz.Font(uharfbuzz.Face((FONTS / f"{face}.ttf").read_bytes()))

    assert len({font.get_glyph_h_advance(font.get_nominal_glyph(ord(digit))) for digit in "0123456789"}) == 1


def test_charts_are_told_apart_in_grey() -> None:
    style = (FOLDER / "print.css").read_text(encoding="utf-8")
    named = declared(style[style.index(":root") :].split("}")[0])
    page = page_of(reports.consumer_report(60), "zh")
    [chart] = re.findall(r'<svg[^>]*viewBox="0 0 482 150".*?</svg>', page, flags=re.DOTALL)
    colours = dict(re.findall(r'<(rect|polyline)[^>]*(?:fill|stroke)="(#[0-9a-f]{6})"', chart))

    assert contrast(named["mid"], named["deep"]) > 2.5  # the highest column among the others
    assert contrast(named["mid"], "#ffffff") > 3  # columns on paper
    assert colours["polyline"] == "#85600f"
    assert 'stroke="#fff" stroke-width="3.1"' in chart  # the line's own white edge, where it crosses a column
    assert "background: #fff; border" in style[style.index(".fill.action") :].split("}")[0]  # hollow beside solid


LONG: Final = "示例·" + "长" * 54 + "名字"


@pytest.mark.parametrize("name", [LONG, "一", "𬭎", "<b>示例</b>", 'O\'Neill & Söhne "示例"', "W" * 26])
@pytest.mark.parametrize("kind", kinds())
@pytest.mark.proves("REP-9")
def test_a_name_of_any_shape_is_drawn_whole_and_inside_the_page(kind: str, name: str) -> None:
    facts = named(kind, name)

    said = words_of(page_of(facts, "zh"))

    assert name in html.unescape(said)
    assert beyond_the_edge(facts, "zh") == []
    assert name in rules.facts_json(kind, facts).decode().replace('\\"', '"')


def named(kind: str, name: str) -> ReportFacts:
    """Make a report of a kind about somebody, or about something, of that name."""
    made: dict[str, Callable[[], ReportFacts]] = {
        "consumer": lambda: reports.consumer_report(3, name=name),
        "proof": lambda: proof_of(reports.consumer_report(3, name=name)),
        "statement": lambda: reports.statement(3, name=name),
        "issuer_filing": lambda: filings.issuer_filing(name=name),
        "region": lambda: region_report(name=name),
        "school": lambda: group_reports.school_report(name=name),
        "community": lambda: group_reports.community_report(name=name, communities=2),
        "enterprise": lambda: group_reports.enterprise_report(name=name, departments=(64,)),
        "project": lambda: project_report(title=name, steps=1),
    }
    return made[kind]()


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9")
def test_no_text_of_any_case_reaches_beyond_its_page(case: str, lang: Lang) -> None:
    assert beyond_the_edge(every_case()[case][1], lang) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", [case for case in every_case() if case.startswith("proof-")])
@pytest.mark.proves("REP-1")
def test_a_proof_of_participation_is_one_page_whatever_is_on_it(case: str, lang: Lang) -> None:
    assert len(sheets_of(every_case()[case][1], lang)) == 1


@pytest.mark.parametrize("name", ["שם לדוגמה", "مثال", "evil\u202eeman"])
def test_a_name_from_right_to_left_stands_by_itself_on_the_page_and_is_named_where_no_font_draws_it(name: str) -> None:
    report = reports.consumer_report(3, name=name)

    page = page_of(report, "zh")

    assert f"<bdi>{name}</bdi>" in page
    with pytest.raises(MissingGlyph) as no:
        pdf_of(report, "zh")
    missing = {one["character"] for one in no.value.facts["characters"]}
    assert missing == {one for one in name if not one.isascii()}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", [*ORDINARY, "consumer-empty"])
@pytest.mark.proves("REP-9")
def test_large_print_is_a4_conformant_and_carries_the_same_facts(case: str, lang: Lang) -> None:
    import page as page_validation

    paper = paper_of(every_case()[case][1], lang)
    try:
        large = renderer_at(PUBLIC_URL).pdf(paper, large=True)
    except PdfUnavailable as missing:
        pytest.skip(missing.message)

    with pikepdf.open(io.BytesIO(large)) as pdf:
        sizes = {tuple(round(float(side), 1) for side in sheet.mediabox[2:]) for sheet in pdf.pages}
    assert sizes == {tuple(round(side, 1) for side in _A4_POINTS)}
    assert attached(large)["report.json"] == paper.imprint.facts
    assert beyond_the_edge(paper.record, lang, large=True) == []
    found = {
        profile: [failure.message for failure in page_validation.validate_pdf_bytes(large, profile=profile).failures]
        for profile in ("3a", "ua1")
    }
    assert found == {"3a": [], "ua1": []}


def test_a_page_asks_for_nothing_outside_itself_and_knows_a_phone() -> None:
    for case in every_case():
        page = page_of(every_case()[case][1], "zh")

        assert re.findall(r'(?:src|href)="(?!data:|https://credits\.example/verify/)[^"#]', page) == []
        assert "@media screen and (max-width: 640px)" in page
        assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


@pytest.mark.proves("REP-9")
def test_a_report_of_four_pages_stays_small() -> None:
    written = pdf_of(every_case()["consumer-four"][1], "zh")

    with pikepdf.open(io.BytesIO(written)) as pdf:
        assert len(pdf.pages) == 4
    assert len(written) <= LARGEST_OF_FOUR_PAGES


@pytest.mark.slow
@pytest.mark.parametrize("case", ["consumer-quarter", "consumer-empty", "proof-empty"])
def test_a_short_report_stays_small(case: str) -> None:
    assert len(pdf_of(every_case()[case][1], "en")) <= LARGEST_OF_FOUR_PAGES
