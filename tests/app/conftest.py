"""What the tests of the front door share: an application on a database of its own, and clients of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from greencredit.kernel.access import Role
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from tests.factories.doors import make_app
from tests.factories.people import PASSWORD, make_account_with

SignIn = Callable[[TestClient, Role], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Give settings that name nothing outside the test's folder."""
    return Settings(data_dir=tmp_path, public_url="https://credits.example")


@pytest.fixture
def app(shared: Database, settings: Settings) -> FastAPI:
    """Give the application without workers."""
    return make_app(shared, settings)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """Give a stranger's client."""
    with TestClient(app, base_url="https://credits.example") as client:
        yield client


@pytest.fixture
def sign_in(shared: Database) -> SignIn:
    """Give a way to turn a stranger's client into that of an account with one role on the platform."""

    def signed_in(client: TestClient, role: Role) -> None:
        with shared.writing() as session:
            make_account_with(session, role, login=role.value, password=PASSWORD)
        answer = client.post("/api/v1/sessions", json={"login": role.value, "password": PASSWORD})
        assert answer.status_code == 201
        # By hand: the tests' clock stands in the past, so that a browser would think the cookie stale.
        client.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]

    return signed_in
