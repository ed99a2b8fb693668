"""What the tests of issuers' doors share: the application on a database of its own, an issuer, consumers, a machine."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import text
from starlette.testclient import TestClient

from greencredit.app.main import create_app
from greencredit.awards import queries as awards
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.people import service as signing
from greencredit.schemas.people import NewSession
from tests.factories.direct import make_key, make_promoter
from tests.factories.people import PASSWORD, make_consumer


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a migrated database that several threads use, as a process does."""
    entropy = seeded_entropy("direct")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return create_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@dataclass
class Shop:
    """An issuer, its machine, its consumers, and what the ledger says of them."""

    database: Database
    client: TestClient
    issuer_id: str
    consumers: tuple[str, str, str]

    @property
    def path(self) -> str:
        """Give the path of its awards."""
        return f"/api/v1/issuers/{self.issuer_id}/awards"

    def give(self, consumer: str, credits_: Any, key: str, *, promotion: str = "welcome_gift") -> Response:  # noqa: ANN401
        """Award credits."""
        body = {"consumer": consumer, "credits": credits_, "promotion": promotion}
        return self.client.post(self.path, json=body, headers={"Idempotency-Key": key})

    def give_many(self, columns: Any, *, mode: str = "continue", promotion: str = "welcome_gift") -> Response:  # noqa: ANN401
        """Award credits in columns."""
        return self.client.post(f"{self.path}/batch", params={"mode": mode, "promotion": promotion}, json=columns)

    def give_file(self, content: bytes, *, mode: str = "continue", key: str | None = None) -> Response:
        """Award credits as CSV."""
        headers = {"Content-Type": "text/csv"} | ({} if key is None else {"Idempotency-Key": key})
        asked = {"mode": mode, "promotion": "welcome_gift"}
        return self.client.post(f"{self.path}/batch", params=asked, content=content, headers=headers)

    def has(self, consumer: str) -> int:
        """Give what a consumer has."""
        with self.database.reading() as session:
            try:
                ledger.holder_number(session, consumer)
            except NoSuchHolder:
                return 0
            return sum(one.outstanding for one in ledger.balances_of(session, consumer))

    def events(self) -> int:
        """Count everything that was ever posted."""
        with self.database.reading() as session:
            return int(session.scalar(text("SELECT COUNT(*) FROM ledger_event")) or 0)

    def logged(self) -> list[tuple[str, str]]:
        """Give the lines of the audit log about awards: object and outcome."""
        statement = text("SELECT object_id, outcome FROM people_audit WHERE action = 'award.give' ORDER BY id")
        with self.database.reading() as session:
            return [(row.object_id, row.outcome) for row in session.execute(statement)]


@pytest.fixture
def shop(shared: Database, app: FastAPI) -> Iterator[Shop]:
    """Give an issuer that may award, and require at the end that ledger and awards hold together."""
    with shared.writing() as session:
        issuer_id = make_promoter(session)
        key = make_key(session, Role.ISSUER_MANAGER, issuer_id)
        li, wang, zhao = (make_consumer(session, display_name=f"示例{name}").id for name in "李王赵")
    with TestClient(app, base_url="https://credits.example", headers={"Authorization": f"Bearer {key}"}) as client:
        yield Shop(shared, client, issuer_id, (li, wang, zhao))
    with shared.reading() as session:
        findings = awards.audit(session)
    assert {finding.name: finding.broken for finding in findings if not finding.holds} == {}


class People:
    """Clients by login."""

    def __init__(self, app: FastAPI, database: Database) -> None:
        self.app, self.database = app, database
        self.opened: list[TestClient] = []

    def __call__(self, login: str | None) -> TestClient:
        """Sign somebody in; none: a stranger."""
        client = TestClient(self.app, base_url="https://credits.example")
        client.__enter__()
        self.opened.append(client)
        if login is not None:
            wanted = NewSession.model_validate({"login": login, "password": PASSWORD})
            token = signing.sign_in(self.database, wanted, hours=12).token.get_secret_value()
            client.headers["Cookie"] = f"__Host-greencredit={token}"
        return client


@pytest.fixture
def people(app: FastAPI, shared: Database) -> Iterator[People]:
    """Give a way to sign in."""
    made = People(app, shared)
    yield made
    for client in made.opened:
        client.__exit__(None, None, None)
