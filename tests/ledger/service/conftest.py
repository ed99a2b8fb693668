"""After every test of a verb, the audit rebuilds the ledger from its events."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.ledger.ground import require_whole


@pytest.fixture(autouse=True)
def _audited(session: Session) -> Iterator[None]:
    yield
    require_whole(session)
