"""What the tests of the ledger's doors share: the application, a household with credits, machines of several roles."""

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
from greencredit.kernel.access import Role
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.kernel.settings import Settings
from greencredit.ledger import queries
from tests.factories.direct import make_key
from tests.factories.ledger import earn, make_earning

LI = "con_li"
SCOPES = ("ledger.spend", "ledger.correct", "ledger.freeze")


@pytest.fixture
def shared(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a migrated database that several threads use, as a process does."""
    entropy = seeded_entropy("ledger doors")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


@pytest.fixture
def app(shared: Database, tmp_path: Path) -> FastAPI:
    """Give the application without workers."""
    return create_app(shared, Settings(data_dir=tmp_path, public_url="https://credits.example"))


@dataclass
class Till:
    """A machine that moves credits, and what the ledger says of the household."""

    database: Database
    client: TestClient
    keys: dict[str, str]

    def ask(self, path: str, key: str = "k", *, who: str = "operator", **body: Any) -> Response:  # noqa: ANN401 - any field of a body
        """Ask for a command."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": key}
        return self.client.post(f"/api/v1/ledger/{path}", json=body, headers=headers)

    def has(self) -> tuple[int, int, int]:
        """Give what the household has: available, held, frozen."""
        with self.database.reading() as session:
            found = queries.balances_of(session, LI)
        available, held, frozen = (sum(getattr(one, name) for one in found) for name in ("available", "held", "frozen"))
        return available, held, frozen

    def events(self) -> int:
        """Count everything that was ever posted."""
        with self.database.reading() as session:
            return int(session.scalar(text("SELECT COUNT(*) FROM ledger_event")) or 0)

    def logged(self) -> list[tuple[str, str]]:
        """Give the lines of the audit log about the ledger: action and outcome."""
        statement = text("SELECT action, outcome FROM people_audit WHERE action LIKE 'ledger.%' ORDER BY id")
        with self.database.reading() as session:
            return [(row.action, row.outcome) for row in session.execute(statement)]


@pytest.fixture
def till(shared: Database, app: FastAPI) -> Iterator[Till]:
    """Give machines, and a household with a hundred credits in series 1."""
    with shared.writing() as session:
        earn(session, make_earning(session, LI, credits_=100))
        keys = {
            "operator": make_key(session, Role.OPERATOR, login="operator", scopes=SCOPES),
            "second": make_key(session, Role.OPERATOR, login="second", scopes=SCOPES),
            "regulator": make_key(session, Role.REGULATOR, login="regulator", scopes=("ledger.freeze",)),
            "issuer": make_key(session, Role.ISSUER_ADMIN, "iss_example", login="issuer", scopes=("award.give",)),
        }
    with TestClient(app, base_url="https://credits.example") as client:
        yield Till(shared, client, keys)
