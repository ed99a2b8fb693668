"""The public pages of methods: by family, one by one, computed while the page is made, in both languages."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from greencredit.actions import queries, service
from greencredit.kernel.database import Database
from greencredit.schemas.actions import Family
from tests.factories.awards import publish_factors


@pytest.fixture(autouse=True)
def _published(shared: Database) -> None:
    with shared.writing() as session:
        publish_factors(session)


@pytest.mark.proves("ACT-1")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_shows_every_method_under_its_family(browser: TestClient, lang: str) -> None:
    page = browser.get("/methods", params={"lang": lang}).text

    shown = re.findall(r'<a class="card card-link" href="/methods/([a-z0-9_]+)">', page)
    assert sorted(shown) == [action.name for action in queries.actions()]
    titles = re.findall(r'<h2 id="[a-z_]+-title" class="serif">([^<]+)</h2>', page)
    assert titles[:7] == [family.words.in_(lang) for family in Family]


@pytest.mark.proves("ACT-2")
def test_the_example_is_computed_while_the_page_is_made(browser: TestClient, shared: Database) -> None:
    before = browser.get("/methods/metro_trip_km").text
    with shared.writing() as session:
        file = queries.shipped_factor_file().decode()
        old = next(line for line in file.splitlines() if line.startswith("pkm_metro_cn,"))
        new = old.replace("pkm_metro_cn,1,", "pkm_metro_cn,2,").replace("0.04314", "0.05")
        service.publish_factors(session, file.replace(old, new).encode(), by="acc_example")

    after = browser.get("/methods/metro_trip_km").text

    assert ('<span class="serif">0.683</span> kg' in before, '<span class="serif">0.601</span> kg' in after) == (
        True,
        True,
    )


@pytest.mark.proves("ACT-1", "ACT-2")
@pytest.mark.parametrize("name", [action.name for action in queries.actions()])
def test_every_method_has_a_page_with_its_stages_boundary_source_and_caps(browser: TestClient, name: str) -> None:
    action = queries.action(name)

    pages = [browser.get(f"/methods/{name}", params={"lang": lang}) for lang in ("zh", "en")]

    assert [page.status_code for page in pages] == [200, 200]
    for page, lang in zip(pages, ("zh", "en"), strict=True):
        text = unescape(page.text)
        for words in (action.boundary, action.conservativeness, action.source, action.method.baseline):
            assert words.in_(lang) in text
        assert action.formula in text


def test_a_method_that_is_not_there_is_not_found(browser: TestClient) -> None:
    assert browser.get("/methods/flying_carpet").status_code == 404
