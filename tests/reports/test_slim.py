"""A report is as small as it can be said: shorter writing, the same page, and nothing lost of it."""

import io
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
import segno
from PIL import Image, ImageCms

from greencredit.reports.render import Renderer, binding, colour, renderer_at
from greencredit.schemas.reports import Lang
from tests.factories import reports
from tests.reports.golden import _meanings
from tests.reports.paper import PUBLIC_URL, every_case, paper_of, pdf_of

_LARGEST_BYTES = 120_000


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, b"0"),
        (-0.0, b"0"),
        (12.0, b"12"),
        (0.058824, b"0.05882"),
        (0.9999999, b"1"),
        (-0.000001, b"-0"),
        (75.590551, b"75.591"),
        (-1234.5, b"-1234.5"),
        (99.9999, b"100"),
        (1e-7, b"0"),
        (841.8, b"841.8"),
        (1.333021, b"1.33302"),
    ],
)
def test_a_number_is_written_to_what_can_be_seen(value: float, written: bytes) -> None:
    assert binding.number(value) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", ""),
        ("<00120011>", "<00120011>"),
        ("<0012>0<0011>0", "<00120011>"),
        ("<0012>-20<0011>0", "<0012>-20<0011>"),
        ("<19bc>-20<>-20.447631163023786<11c6>-19<>1.5e-05<051c>", "<19bc>-20<>-20.448<11c6>-19<051c>"),
        ("<19bc>-20<>-20.447631163023786<11c6>10", "<19bc>-20<>-20.448<11c6>10"),
        ("-0.25<0012>", "-0.25<0012>"),
    ],
)
def test_the_pen_is_moved_only_where_it_moves(text: str, written: str) -> None:
    assert binding.moved(text) == written


def test_our_description_of_colours_says_what_the_usual_one_says() -> None:
    import weasyprint.pdf

    usual = next(iter(weasyprint.pdf.files(weasyprint.pdf.__package__).glob("sRGB*.icc")))
    ours = ImageCms.ImageCmsProfile(io.BytesIO(colour.srgb()))
    swatches = Image.frombytes("RGB", (16, 16), bytes((index * 37) % 256 for index in range(768)))
    lab = ImageCms.createProfile("LAB")

    seen = [
        ImageCms.buildTransform(profile, lab, "RGB", "LAB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
        for profile in (ours, ImageCms.ImageCmsProfile(io.BytesIO(usual.read_bytes())))
    ]

    mine, theirs = (_shown(swatches, how) for how in seen)
    assert max(abs(one - other) for one, other in zip(mine, theirs, strict=True)) <= 1
    assert len(colour.srgb()) == 496


@pytest.mark.slow
def test_the_code_is_one_picture_of_black_and_white_and_leads_to_the_report() -> None:
    report = reports.consumer_report(1)
    wanted = segno.make(Renderer(PUBLIC_URL).verify_url(paper_of(report, "zh")), error="m", micro=False)

    with pikepdf.open(io.BytesIO(pdf_of(report, "zh"))) as pdf:
        [picture] = [pikepdf.PdfImage(thing) for thing in _streams(pdf) if thing.get("/Subtype") == "/Image"]
        shown = picture.as_pil_image().convert("1")

    scale = picture.width // int(wanted.symbol_size(border=0)[0])
    modules = [
        [shown.getpixel((across * scale + scale // 2, down * scale + scale // 2)) == 0 for across in range(len(row))]
        for down, row in enumerate(wanted.matrix)
    ]
    assert (picture.bits_per_component, picture.colorspace) == (1, "/DeviceGray")
    assert modules == [[bool(module) for module in row] for row in wanted.matrix]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "lang"), [("consumer-ordinary", "zh"), ("project-ordinary", "en"), ("school-rare", "zh")]
)
@pytest.mark.proves("REP-9")
def test_every_text_belongs_to_the_element_that_says_so_and_to_no_other(case: str, lang: Lang) -> None:
    with pikepdf.open(io.BytesIO(pdf_of(every_case()[case][1], lang))) as pdf:
        assert pdf.check_pdf_syntax() == []
        shown = Counter((number, mark) for number, page in enumerate(pdf.pages) for mark in _marks(page))
        holders = {
            (int(element.Pg.StructParents), int(kid)): element.objgen
            for element in _elements(pdf)
            for kid in element.get("/K", pikepdf.Array())
            if isinstance(kid, int)
        }
        told = list(pdf.Root.StructTreeRoot.ParentTree.Nums)
        parents = {
            (int(page), mark): holder.objgen
            for page, of in zip(told[::2], told[1::2], strict=True)
            if isinstance(of, pikepdf.Array)
            for mark, holder in enumerate(of)
        }
        alone = [
            str(element.P.S)
            for element in _elements(pdf)
            if str(element.S) == "/Span" and str(element.P.S) in ("/TD", "/TH") and len(element.P.K) == 1
        ]

    assert set(shown.values()) == {1}
    assert holders == {place: parents[place] for place in holders}
    assert parents.keys() == shown.keys()
    assert len(alone) < len(holders) / 10  # what HTML itself put there, no more


@pytest.mark.slow
def test_the_meanings_of_glyphs_and_their_widths_are_said_once_and_hanzi_are_as_wide_as_taken_for_granted() -> None:
    with pikepdf.open(io.BytesIO(pdf_of(reports.consumer_report(9), "zh"))) as pdf:
        fonts = [thing for thing in pdf.objects if _is(thing, "Type0")]
        for font in fonts:
            glyphs = [int(glyph, 16) for glyph in _meanings(font)]
            [below] = font.DescendantFonts
            told = list(below.W)
            widths = [int(width) for run in told[1::2] for width in run]

            assert glyphs == sorted(set(glyphs))
            assert 1000 not in widths
            assert all(
                first + len(run) < after
                for (first, run), (after, _) in pairwise(zip(told[::2], told[1::2], strict=True))
            )
        assert len(fonts) == 3


@pytest.mark.slow
def test_labels_of_charts_are_drawn_on_the_page_itself() -> None:
    with pikepdf.open(io.BytesIO(pdf_of(every_case()["consumer-ordinary"][1], "zh"))) as pdf:
        forms = [thing for thing in _streams(pdf) if thing.get("/Subtype") == "/Form"]

    assert forms == []


@pytest.mark.slow
@pytest.mark.proves("REP-9")
def test_a_report_of_four_pages_is_small_and_most_of_it_is_outlines() -> None:
    from benchmarks.reports.presses import PAGES, short

    written = renderer_at(PUBLIC_URL).pdf(short(0))

    with pikepdf.open(io.BytesIO(written)) as pdf:
        pages = len(pdf.pages)
        outlines = sum(len(thing.read_raw_bytes()) for thing in _streams(pdf) if "/Length1" in thing)
    assert pages == PAGES
    assert len(written) <= _LARGEST_BYTES
    assert outlines > len(written) / 2


def _shown(swatches: Image.Image, how: ImageCms.ImageCmsTransform) -> bytes:
    shown = ImageCms.applyTransform(swatches, how)
    assert shown is not None, "a new picture"
    return shown.tobytes()


def _streams(pdf: pikepdf.Pdf) -> Iterator[Any]:
    return (thing for thing in pdf.objects if isinstance(thing, pikepdf.Stream))


def _is(thing: object, kind: str) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == pikepdf.Name(f"/{kind}")


def _elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    return (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/P" in thing)


def _marks(page: pikepdf.Page) -> Iterator[int]:
    for instruction in pikepdf.parse_content_stream(page):
        if str(instruction.operator) == "BDC":
            yield int(instruction.operands[1].MCID)
