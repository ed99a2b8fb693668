"""The portal's own files: kept for ever under their digest, and nothing else can be asked for."""

import re

import pytest
from starlette.testclient import TestClient

from greencredit.web import assets

_LARGEST_STYLE_BYTES = 40_000
_LARGEST_FONT_ALWAYS_FETCHED_BYTES = 120_000


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
