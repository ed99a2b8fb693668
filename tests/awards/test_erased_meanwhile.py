"""Whoever is erased between the look at the register and his number in the ledger gets no number, and no award."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Engine, event, text

from greencredit.awards import jobs
from greencredit.awards.service import Basis, award_directly
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.ledger import queries as ledger_queries
from greencredit.ledger import service as ledger
from greencredit.ledger.errors import NoSuchHolder
from greencredit.ledger.rules import key_of
from greencredit.people import service as people
from greencredit.schemas.ledger import Posted
from tests.factories.awards import purchase_rule
from tests.factories.direct import make_promoter
from tests.factories.evidence import bought, make_shop, receipt_csv
from tests.factories.people import make_consumer

_PATIENCE_SECONDS: Final = 0.5
"""So long an erasure is waited for: on SQLite it can't begin before the other transaction ends."""


@pytest.fixture
def own(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a database whose commits are real."""
    entropy = seeded_entropy("erased meanwhile")
    opened = Database(database_url, clock=clock, entropy=entropy, keys=Keys(entropy(32)))
    yield opened
    opened.close()


def _erase(database: Database, consumer_id: str) -> None:
    with database.writing() as session:
        ledger.lock_head(session)
        people.erase(session, consumer_id)
        with suppress(NoSuchHolder):
            ledger.erase(session, consumer_id)


@contextmanager
def _erased_before_the_number(database: Database, consumer_id: str) -> Iterator[None]:
    """Erase somebody from another connection right before the next new number is written."""
    eraser = threading.Thread(target=_erase, args=(database, consumer_id))

    def listen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - as SQLAlchemy gives them
        if statement.startswith("INSERT INTO ledger_holder") and eraser.ident is None:
            eraser.start()
            eraser.join(_PATIENCE_SECONDS)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    eraser.join()


def _numbers_of(database: Database, consumer_id: str) -> int:
    with database.reading() as session:
        asked = text("SELECT COUNT(*) FROM ledger_holder WHERE subject_id = :subject")
        return int(session.execute(asked, {"subject": consumer_id}).scalar_one())


@pytest.mark.proves("LED-3")
def test_a_direct_award_gives_the_erased_no_new_number(own: Database) -> None:
    with own.writing() as session:
        basis = Basis(make_promoter(session), "welcome_gift", "acc_1")
        gone, stays = make_consumer(session).id, make_consumer(session).id
    items = [(basis, gone, 5, key_of("a")), (basis, stays, 7, key_of("b"))]

    with _erased_before_the_number(own, gone), own.writing() as session:
        outcomes = award_directly(session, items)

    told = [one.event_id if isinstance(one, Posted) else getattr(one, "code", "") for one in outcomes]
    assert told == [1, 2]  # who gives directly holds the ledger's head: the erasure had to wait until both stood
    assert (_numbers_of(own, gone), _numbers_of(own, stays)) == (0, 1)
    with own.reading() as session:
        assert [finding for finding in ledger_queries.audit(session) if not finding.holds] == []


@pytest.mark.proves("LED-3")
def test_a_file_gives_the_erased_no_new_number_and_all_others_theirs(own: Database, tmp_path: Path) -> None:
    with own.writing() as session:
        shop = make_shop(session, purchase_rule())
    gone, stays = shop.consumers["CARD-0001"], shop.consumers["CARD-0002"]
    lines = [bought(), bought(receipt_no="R2", card_no="CARD-0002")]
    file = receipt_csv(tmp_path / "receipts.csv", lines)

    with _erased_before_the_number(own, gone):
        outcome = jobs.import_file(own, shop.receipts, file)

    awarded = (1, 1) if own.url.drivername.startswith("postgres") else (2, 0)
    assert (outcome.awarded, outcome.rejected) == awarded
    assert (_numbers_of(own, gone), _numbers_of(own, stays)) == (0, 1)
    with own.reading() as session:
        assert [finding for finding in ledger_queries.audit(session) if not finding.holds] == []
