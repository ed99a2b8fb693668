"""What the tests of the portal share: the whole application on a database of its own, and browsers' clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.doors import make_app
from tests.factories.people import PASSWORD

HOST = "credits.example"
ORIGIN = f"https://{HOST}"
SignIn = Callable[[str], TestClient]


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
