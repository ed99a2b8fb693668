"""Presses in processes of their own: ours, ours without accelerations, and WeasyPrint as it comes."""

import gc
import hashlib
import io
import multiprocessing
import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final, NamedTuple

from greencredit.reports.render import Paper, renderer_at
from greencredit.reports.render.fonts import FACES, FOLDER
from greencredit.reports.render.press import sheet_of
from tests.factories import reports
from tests.reports.paper import PUBLIC_URL, paper_of

PAGES: Final = 4
"""On how many pages what is measured must fit: the report of a month in which a household bought one green thing."""

ORDINARY: Final = 60
"""How much the household of the examples did in a year."""

_IN_MONTHS: Final = 22
"""So much in a year of months leaves one purchase in the month that is reported."""

_PAGE: Final = 4096


class Drawn(NamedTuple):
    """One document: the processor's time it took, its digest and size, how many pages, and what the process holds."""

    seconds: float
    sha256: str
    size_bytes: int
    pages: int
    resident_bytes: int


def short(number: int) -> Paper:
    """Give a consumer's report of a month, on four pages; no two have the same name."""
    name = f"示例家庭 {number:04d}"
    return paper_of(reports.consumer_report(_IN_MONTHS, name=name, period=reports.MONTH, purchases_only=True), "zh")


def ordinary(number: int) -> Paper:
    """Give a consumer's report of a year; no two have the same name, and their awards differ."""
    return paper_of(reports.consumer_report(ORDINARY + number % 3, name=f"示例家庭 {number:04d}"), "zh")


@contextmanager
def press(kind: str, paper: Callable[[int], Paper] = short) -> Iterator[Callable[[int], Drawn]]:
    """Start a press; give what draws the document of a number on it."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(kind, there, paper), daemon=True)
    process.start()
    try:
        yield lambda number: Drawn(*_asked(here, number))
    finally:
        here.send(None)
        process.join(timeout=60)


@contextmanager
def presses_at_once(kind: str, count: int) -> Iterator[Callable[[list[int]], tuple[float, float]]]:
    """Start several presses; give what lets them all draw at the same time.

    It says how long that took on the clock, and how much of a processor's time one document took: on a machine that
    others use as well, the clock runs on while a press waits for its turn, and the second figure tells it apart.
    """
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(count)]
    processes = [context.Process(target=_serve, args=(kind, there), daemon=True) for _, there in pairs]
    for process in processes:
        process.start()

    def draw(numbers: list[int]) -> tuple[float, float]:
        began = time.perf_counter()
        for number in numbers:
            for here, _ in pairs:
                here.send(number)
        spent = sum(here.recv()[0] for _ in numbers for here, _ in pairs)
        return time.perf_counter() - began, spent / (len(numbers) * count)

    try:
        yield draw
    finally:
        for here, _ in pairs:
            here.send(None)
        for process in processes:
            process.join(timeout=60)


def _asked(here: Connection, number: int) -> Any:  # noqa: ANN401 - what the other process sends
    here.send(number)
    return here.recv()


def _serve(kind: str, there: Connection, paper: Callable[[int], Paper] = short) -> None:
    if kind == "plain":
        os.environ["GREENCREDIT_PRESS"] = "plain"
    draw = _stock() if kind == "stock" else _ours()
    gc.collect()
    while (number := there.recv()) is not None:
        one = paper(number)
        one.imprint  # noqa: B018 - facts and number are found out before the clock runs
        began = time.process_time()
        written = draw(one)
        seconds = time.process_time() - began
        there.send((seconds, hashlib.sha256(written).hexdigest(), len(written), _pages(written), _resident()))


def _ours() -> Callable[[Paper], bytes]:
    return renderer_at(PUBLIC_URL).pdf


def _stock() -> Callable[[Paper], bytes]:
    """Give WeasyPrint as it comes: a font configuration for each document, whole fonts, tags and PDF/A-3a."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import weasyprint
        import weasyprint.text.fonts
    renderer = renderer_at(PUBLIC_URL)
    whole = (FOLDER / "full-400.ttf").as_uri()
    faces = "\n".join(
        f"@font-face {{ font-family: '{family}'; font-weight: {weight}; src: url('{_source(name, whole)}') }}"
        for family, weight, name in FACES
    )

    def draw(one: Paper) -> bytes:
        at = one.record.as_of
        files = (("report.json", one.imprint.facts), (one.kind.sheet.file_name, sheet_of(one.kind, one.record)))
        attached = [
            weasyprint.Attachment(string=content, name=name, relationship="Data", created=at, modified=at)
            for name, content in files
        ]
        fonts = weasyprint.text.fonts.FontConfiguration()
        sheets = [weasyprint.CSS(string=css, font_config=fonts) for css in (faces, renderer.style)]
        written: bytes = weasyprint.HTML(string=renderer.page(one, with_style=False)).write_pdf(
            font_config=fonts, stylesheets=sheets, pdf_variant="pdf/a-3a", attachments=attached
        )
        return written

    return draw


def _source(name: str, whole: str) -> str:
    """Give the whole font for every face that ours cuts beforehand; the supplements are whole as they are."""
    return whole if name.startswith(("sans", "serif")) else (FOLDER / f"{name}.ttf").as_uri()


def _pages(written: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(written)) as pdf:
        return len(pdf.pages)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE
