"""What posting asks of the database: no statement looks through a table, and none has the form that loses a leg.

The sweep of expired credits is not looked at here: it is a set-based pass over the balances by intention.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit import ledger, proofs
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database, is_sqlite
from greencredit.kernel.keys import Keys
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Allotment,
    Capture,
    Compensation,
    Earning,
    Freeze,
    Funding,
    Hold,
    Passing,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Waiver,
    Withdrawal,
)
from tests.conftest import NOON
from tests.factories.ledger import because, holder_of, make_terms
from tests.ledger.ground import post

WATCHED: Final = ("ledger_event", "ledger_balance", "ledger_holder", "ledger_batch", "ledger_block", "proofs_entry")
PEOPLE: Final = 5_000
AWARDS: Final = 50_000


@pytest.fixture
def grown(database_url: str, clock: StandingClock) -> Iterator[Database]:
    """Give a ledger of 50,000 events and hundreds of batches, of which the database has statistics."""
    clock.at = NOON
    database = Database(database_url, clock=clock, keys=Keys(bytes(32)))
    with database.writing() as session:
        caller = service.caller(session, "tests")
        people = list(service.holders(session, [f"con_{n}" for n in range(PEOPLE)]).values())
        series = [
            service.series(session, make_terms(award_month=202601 + n % 12, terms_version=1 + n)) for n in range(40)
        ]
        for start in range(0, AWARDS, 10_000):
            batch = [
                Earning(people[n % PEOPLE], series[n % 40], 5, key_of(f"award {n}"))
                for n in range(start, start + 10_000)
            ]
            service.earn(session, caller, batch)
        for n in range(300):
            service.earn(session, caller, [Earning(people[n], series[n % 40], 5, key_of(f"single {n}"))])
    with database.writing() as session:
        session.execute(text("ANALYZE"))
    yield database
    database.close()


class Asked:
    """The statements that reached the driver, with what they were given."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []

    @contextmanager
    def listening(self, session: Session) -> Iterator[None]:
        """Listen at the driver itself: posting speaks to it past SQLAlchemy where speed asks for it."""
        driver: Any = session.connection().connection.driver_connection
        if is_sqlite(session):
            driver.set_trace_callback(lambda statement: self.statements.append((statement, None)))
            try:
                yield
            finally:
                driver.set_trace_callback(None)
            return
        listener, plain = self, driver.cursor_factory

        class Listening(psycopg.Cursor[Any]):
            def execute(self, query: Any, params: Any = None, **how: Any) -> Any:  # noqa: ANN401
                listener.statements.append((query, params))
                return super().execute(query, params, **how)

            def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:  # noqa: ANN401
                rows = list(params_seq)
                listener.statements.append((query, rows[0]))
                super().executemany(query, rows, **how)

        driver.cursor_factory = Listening
        try:
            yield
        finally:
            driver.cursor_factory = plain

    def plans(self) -> list[tuple[str, Any]]:
        """Give the statements that read or write rows, each once."""
        found = {
            re.sub(r"\d+|x'[0-9a-f]*'", "?", str(statement)): (str(statement), given)
            for statement, given in self.statements
            if str(statement).lstrip().split(" ")[0].upper() in {"SELECT", "UPDATE", "INSERT", "DELETE", "WITH"}
        }
        return list(found.values())


def scans(session: Session, statement: str, given: Any) -> list[str]:  # noqa: ANN401
    """Name the watched tables that a statement looks through from end to end; a partial index may be read whole."""
    driver: Any = session.connection().connection.driver_connection
    if is_sqlite(session):
        names = {table: table for table in WATCHED}
        names |= {alias: table for table, alias in re.findall(rf"({'|'.join(WATCHED)}) (?:AS )?([a-z])\b", statement)}
        details = [row[3] for row in driver.execute(f"EXPLAIN QUERY PLAN {statement}")]
        looked = [re.match(r"SCAN (\w+)(?! USING (?:COVERING )?INDEX ix_ledger_balance_owed)", one) for one in details]
        return [names[one[1]] for one in looked if one and one[1] in names]
    with psycopg.Cursor(driver) as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", given)
        plan = cursor.fetchall()[0][0]
    nodes = re.findall(r'"Node Type": "(Seq Scan|Bitmap Heap Scan)".*?"Relation Name": "(\w+)"', json.dumps(plan))
    return [table for kind, table in nodes if kind == "Seq Scan" and table in WATCHED]


def story(session: Session, clock: StandingClock) -> dict[str, Callable[[], Any]]:
    """Give one request for every verb, each after what it needs."""
    caller = service.caller(session, "tests")
    li, wu, tea = (holder_of(session, name) for name in ("con_7", "con_8", "mer_tea"))
    mill, shop = holder_of(session, "ent_mill"), holder_of(session, "ent_shop")
    soon = service.series(session, make_terms("iss_soon", expires_at=NOON + timedelta(days=1), refund_grace_days=9))
    number: dict[str, int] = {}

    def does(name: str, command: Callable[[], Any]) -> tuple[str, Callable[[], Any]]:
        def act() -> None:
            number[name] = post(session, command()).event_id

        return name, act

    def key() -> bytes:
        return key_of(f"story {len(number)}")

    def back(name: str) -> None:
        refund = Restoration(number[name], 2, key_of(f"back {name}"))
        service.restore(session, caller, refund)

    return dict(
        (
            ("earn", lambda: service.earn(session, caller, [Earning(li, soon, 9, key_of("story"))])),
            ("earn again", lambda: service.earn(session, caller, [Earning(li, soon, 9, key_of("story"))])),
            (
                "earn many",
                lambda: service.earn(session, caller, [Earning(wu, 3, 1, key_of(f"m{n}")) for n in range(300)]),
            ),
            does("accrue", lambda: Accrual(li, soon, 9, key())),
            does("activate", lambda: Activation(number["accrue"], key())),
            does("hold", lambda: Hold(li, 9, key(), "iss_soon")),
            does("capture", lambda: Capture(number["hold"], 4, tea, key())),
            does("release", lambda: Release(number["hold"], 4, key())),
            does("redeem", lambda: Redemption(li, 12, tea, key())),
            ("restore", lambda: back("redeem")),
            does("freeze", lambda: Freeze(wu, 3, key(), because())),
            does("unfreeze", lambda: Unfreeze(number["freeze"], 2, key(), because())),
            does("compensate", lambda: Compensation(wu, 3, 2, key(), because())),
            does("reverse", lambda: Reversal(number["compensate"], 2, key(), because())),
            does("reverse short", lambda: Reversal(number["accrue"], 9, key(), because())),
            does("earn in debt", lambda: Earning(li, soon, 1, key())),
            does("waive", lambda: Waiver(li, soon, 1, key(), because())),
            does("fund", lambda: Funding(mill, 3, 9, key(), because())),
            does("allot", lambda: Allotment(mill, li, 2, key(), because())),
            does("pass", lambda: Passing(mill, shop, 2, key(), because())),
            does("withdraw", lambda: Withdrawal(number["fund"], 2, key(), because())),
            ("propose", lambda: number.update(proposal=service.propose(session, wu, 3, 2, because()))),
            (
                "adjust",
                lambda: service.decide(session, number["proposal"], decided_by="acc_two", approved=True),
            ),
            ("a day passes", lambda: clock.move(timedelta(days=2))),
            ("revive", lambda: back("capture")),
            ("erase", lambda: service.erase(session, "con_9")),
        )
    )


@pytest.mark.proves("LED-1")
def test_no_statement_of_any_verb_looks_through_a_table(grown: Database, clock: StandingClock) -> None:
    looked_through: dict[str, list[str]] = {}
    asked, ear = 0, Asked()
    with grown.writing() as session, ear.listening(session):
        for name, act in story(session, clock).items():
            ear.statements.clear()
            act()
            session.flush()
            for statement, given in ear.plans():
                asked += 1
                if tables := scans(session, statement, given):
                    looked_through[f"{name}: {statement[:200]}"] = tables

    with grown.writing() as session:  # and the guard itself sees what looks through a table
        assert scans(session, "SELECT SUM(amount) FROM ledger_event", None) == ["ledger_event"]
        assert scans(session, "SELECT b.posted FROM ledger_balance b WHERE b.posted = 3", None) == ["ledger_balance"]
        assert scans(session, "SELECT id FROM ledger_event WHERE id = 5", None) == []
    assert looked_through == {}
    assert asked > 150


@pytest.mark.proves("LED-3")
def test_no_statement_updates_from_a_union_over_rows_it_inserts() -> None:
    """On PostgreSQL such a statement loses a leg without a word when its balance was locked by another session."""
    losing = re.compile(
        r"\bWITH\b.{0,400}?\bAS \(\s*INSERT INTO\b.{0,800}?\bUPDATE\b"
        r"|\bUPDATE \w+.{0,300}?\bFROM \(.{0,300}?UNION ALL",
        re.DOTALL,
    )
    files = [path for room in (ledger, proofs) for path in Path(str(room.__file__)).parent.rglob("*.py")]

    assert losing.search("WITH i AS (INSERT INTO e VALUES (1) RETURNING a) UPDATE b SET x = 1 FROM i")
    assert losing.search("UPDATE balance b SET x = y FROM (SELECT d FROM i UNION ALL SELECT c FROM i) x")
    assert [path.name for path in files if losing.search(path.read_text("utf-8"))] == []


@pytest.mark.proves("LED-4")
def test_a_holders_events_are_found_by_index_in_a_ledger_nobody_analysed(session: Session) -> None:
    by_holder = "SELECT id FROM ledger_event WHERE holder = 7 AND id > 9 ORDER BY id LIMIT 50"
    joined = "SELECT e.id FROM ledger_holder h JOIN ledger_event e ON e.holder = h.id WHERE h.subject_id = 'con_7'"
    if not is_sqlite(session):  # an empty table is rightly read whole once the server has looked and found it empty
        session.execute(text("SET LOCAL enable_seqscan = off"))

    found = [scans(session, statement, None) for statement in (by_holder, joined)]

    assert found == [[], []]
