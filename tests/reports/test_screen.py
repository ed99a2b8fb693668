"""The page of every report in a real browser: one column on a phone, sheets on a screen, nothing beyond the edge."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from greencredit.schemas.reports import Lang
from tests.reports.paper import every_case, page_of

CHROMIUM: Final = shutil.which("chromium")
WIDTHS: Final = (320, 390, 640, 768, 1280)
_OVERFLOW: Final = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
# What stands on the cover of a phone stands below each other; only the large figure stands inside its ring.
_UPON_EACH_OTHER: Final = """() => {
  const inside = (one) => one.matches(".hero, .middle, .running, .frame, .hairline") || !one.textContent.trim();
  const parts = [...document.querySelectorAll(".cover > *, .certificate > *")].filter((one) => !inside(one));
  const boxes = parts.map((one) => [one.className || one.tagName, one.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1);
  return boxes.slice(1).map(([name, box], place) => [boxes[place][0], name, boxes[place][1].bottom - box.top])
    .filter(([, , deep]) => deep > 1.5).map(([above, name, deep]) => `${name} ${deep.toFixed(0)} into ${above}`);
}"""
# Tables and charts may be wider than a phone where they scroll by themselves.
_CUT: Final = """() => [...document.querySelectorAll("p, h1, h2, h3, h4, td, th, figcaption")]
  .filter((one) => one.checkVisibility() && !one.closest("table.data, figure, .running"))
  .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 90))"""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium: apt-get install --no-install-recommends chromium libatomic1"
    ),
    pytest.mark.enable_socket,
]


@pytest.fixture(scope="module")
def shown() -> Iterator[Callable[[str], Any]]:
    """Give a way to look at a page."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()

        def show(html: str) -> Any:  # noqa: ANN401 - a page of Playwright
            page.set_content(html)
            return page

        yield show
        browser.close()


@pytest.mark.parametrize("case", every_case())
@pytest.mark.proves("REP-9", "UX-1")
def test_no_page_is_wider_than_its_screen_and_nothing_stands_upon_another(
    shown: Callable[[str], Any], case: str
) -> None:
    lang: Lang = "zh" if list(every_case()).index(case) % 2 else "en"
    page = shown(page_of(every_case()[case][1], lang))

    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        piled = page.evaluate(_UPON_EACH_OTHER) if width <= 640 else []
        found[width] = (page.evaluate(_OVERFLOW), page.evaluate(_CUT), piled)

    assert found == dict.fromkeys(WIDTHS, (0, [], []))
