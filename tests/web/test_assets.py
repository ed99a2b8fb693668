"""The portal's own files: kept for ever under their digest, and nothing else can be asked for."""

import re
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped] # it comes without types
from starlette.testclient import TestClient

from greencredit.web import assets

_ROOT = Path(__file__).parents[2]
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_TITLE = re.compile(r'^title\w* = \{ zh = "([^"]*)"', re.MULTILINE)
_WORDS = re.compile(r'zh=f?"([^"]*)"')
_ERROR = re.compile(r'^class \w+\(.*\):\n    """([^":\n]*):', re.MULTILINE)
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_WIDE_MARK = re.compile(r"[\u2018-\u201d]")
_LARGEST_STYLE_BYTES = 40_000
_LARGEST_FONT_ALWAYS_FETCHED_BYTES = 150_000
_LARGEST_BOLD_BYTES = 700_000


def _chinese_in(name: str) -> set[str]:
    """Give the Chinese characters that one of the portal's fonts can draw."""
    with TTFont(assets.files()[f"fonts/{name}.woff2"]) as font:
        return {chr(code) for code in font.getBestCmap() if _CHINESE.match(chr(code))}


def _said_by_pages() -> set[str]:
    """Give the Chinese characters of the pages, of words for kinds, states and errors, and of the titles of reports."""
    pages = [
        path.read_text(encoding="utf-8")
        for pattern in ("templates/web/*.html", "greencredit/web/*.py", "greencredit/notices/catalogue/*.toml")
        for path in _ROOT.glob(pattern)
    ]
    code = [path.read_text(encoding="utf-8") for path in _ROOT.glob("greencredit/**/*.py")]
    titles = [
        title
        for path in (_ROOT / "templates" / "reports" / "texts").glob("*.toml")
        for title in _TITLE.findall(path.read_text(encoding="utf-8"))
    ]
    words = [said for text in code for said in _WORDS.findall(text)]
    errors = [said for text in code for said in _ERROR.findall(text)]
    assert "如何核验这份报告" in titles
    assert "正常发行" in words
    assert "没有这个文件" in errors
    return set(_CHINESE.findall("".join([*pages, *titles, *words, *errors])))


def test_a_file_is_kept_for_ever_under_the_present_edition_only(browser: TestClient) -> None:
    present = browser.get(assets.address_of("site.css"))
    past = browser.get("/static/0000000000000000/site.css")

    assert (present.status_code, present.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert present.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (past.status_code, past.headers["cache-control"], past.content) == (200, "no-cache", present.content)


@pytest.mark.parametrize(
    "name", ["none.css", "../pages.py", "%2e%2e/pages.py", "fonts/OFL.txt", "fonts/../../pages.py"]
)
def test_nothing_else_can_be_asked_for(browser: TestClient, name: str) -> None:
    assert browser.get(f"/static/{assets.edition()}/{name}", follow_redirects=True).status_code == 404


def test_the_style_sheet_names_only_files_that_are_there() -> None:
    style = assets.files()["site.css"].read_text(encoding="utf-8")

    named = set(re.findall(r'url\("([^"]+)"\)', style))

    assert named == {name for name in assets.files() if name.startswith("fonts/")}


def test_what_every_phone_fetches_stays_small() -> None:
    sizes = {name: path.stat().st_size for name, path in assets.files().items()}

    assert sizes["site.css"] <= _LARGEST_STYLE_BYTES
    assert sizes["fonts/serif-600.woff2"] <= _LARGEST_FONT_ALWAYS_FETCHED_BYTES
    assert sizes["fonts/sans-700.woff2"] <= _LARGEST_BOLD_BYTES


@pytest.mark.parametrize("name", ["serif-600", "sans-700", "sans-400"])
def test_every_character_that_the_pages_say_is_in_the_font_that_draws_it(name: str) -> None:
    missing = _said_by_pages() - _chinese_in(name)

    assert missing == set(), "run tools/build_web_fonts.py"


def test_a_common_character_in_a_name_is_drawn_bold() -> None:
    common = bytes(byte for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF) for byte in (row, cell))

    missing = set(common.decode("gb2312", "ignore")) - _chinese_in("sans-700")

    assert missing == set()


def test_no_english_text_uses_quotation_marks_as_wide_as_a_chinese_character() -> None:
    paths = [path for pattern in ("templates/web/*.html", "greencredit/**/*.py") for path in _ROOT.glob(pattern)]
    texts = [text for path in paths for text in _QUOTED.findall(path.read_text(encoding="utf-8"))]

    assert "Public register of issuers" in texts
    assert [text for text in texts if _WIDE_MARK.search(text) and not _CHINESE.search(text)] == []
