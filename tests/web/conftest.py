"""What the tests of the portal share: the whole application on a database of its own, and browsers' clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.kernel.access import PLATFORM, Role, Scope, ScopeKind
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.doors import make_app
from tests.factories.people import PASSWORD
from tests.factories.town import CHROMIUM, FLAGS, Side, Town

HOST = "credits.example"
ORIGIN = f"https://{HOST}"
SignIn = Callable[[str], TestClient]
People = Callable[..., Side]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings that name nothing outside the test's folder."""
    return Settings(data_dir=tmp_path, public_url=ORIGIN)


@pytest.fixture
def app(shared: Database, settings: Settings) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, settings)


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    """Give a stranger's browser, as far as it speaks HTTP: it asks for pages and follows nothing by itself."""
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    with TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False) as client:
        yield client


@pytest.fixture
def sign_in(browser: TestClient) -> SignIn:
    """Give a way to sign that browser in through the form."""

    def signed_in(login: str) -> TestClient:
        answer = browser.post("/sign-in", data={"login": login, "password": PASSWORD, "next": "/me"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/me")
        # By hand: the tests' clock stands in the past, so that a browser would think the cookie stale.
        name, _, token = answer.headers["set-cookie"].partition(";")[0].partition("=")
        browser.cookies.set(name, token, domain=HOST)
        return browser

    return signed_in


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Open a real browser for the stories of one file; two of them at once would be in each other's way."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """Serve a platform with one account for each side, two for the authority."""
    found = Town(tmp_path, "admin", "regulator", "colleague", "operator")
    for login in ("regulator", "colleague"):
        found.granted(login, Role.REGULATOR, Scope(ScopeKind.REGION, "CN-SH"))
    found.granted("operator", Role.OPERATOR, PLATFORM)
    yield found
    found.close()


@pytest.fixture
def people(town: Town, chromium: Any) -> People:  # noqa: ANN401 - Playwright's browser
    """Give a way to sit somebody down at a browser of his own."""
    return lambda login, width=1280: Side(chromium, town, login, width)
