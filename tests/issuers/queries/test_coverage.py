"""Coverage at this very moment: the quick answer and the counted one agree, and no table is looked through."""

import re
from datetime import date
from typing import Any, Final

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.issuers import queries, service
from greencredit.issuers.errors import CoverageShort
from greencredit.kernel.clock import StandingClock, civil_date, now
from greencredit.kernel.database import Database, is_sqlite
from greencredit.ledger import queries as ledger
from greencredit.schemas.issuers import Guarantee
from tests.factories.issuers import WHY, admin_of, make_filing, make_issuer, new_scheme, new_statement, regulator
from tests.factories.ledger import earn, make_earning, make_terms, redeem, restore
from tests.issuers.queries.test_liability import Story

TODAY: Final = date(2026, 3, 2)
_STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(["earn", "accrue", "activate", "redeem", "restore", "reverse", "hold", "freeze", "adjust"]),
        st.integers(1, 40),
        st.integers(0, 9),
    ),
    max_size=30,
)


def state(session: Session, issuer_id: str, amount_fen: int) -> None:
    """Put a statement of today on file."""
    statement = new_statement(civil_date(now(session)), amount_fen=amount_fen)
    service.state_guarantee(session, admin_of(issuer_id), issuer_id, statement, reason=WHY)


def owed(session: Session, issuer_id: str) -> int:
    """Add up the balances themselves."""
    return sum(one.credits for one in ledger.outstanding(session) if one.issuer_id == issuer_id)


@pytest.mark.slow
@pytest.mark.proves("ISS-6")
@pytest.mark.breaks_invariants("corrections are posted that nobody proposed")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=_STEPS, held=st.integers(0, 120), measured_after=st.integers(0, 30))
def test_at_every_moment_the_answer_is_what_the_balances_say(
    database: Database, steps: list[tuple[str, int, int]], held: int, measured_after: int
) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session, number=int(ledger.last_event(session)) + 1_000 + len(_seen)).issuer_id
        _seen.append(issuer_id)
        state(session, issuer_id, held)
        story = Story(session, issuer_id)
        for number, step in enumerate(steps):
            if number == measured_after:
                service.measure(session, issuer_id)
            story.tell(*step)

            short = queries.short_now(session, issuer_id)

            # A hundred credits are worth a hundred fen, and the whole is promised.
            assert (short is None) is (held >= owed(session, issuer_id))


_seen: list[str] = []


@pytest.mark.proves("ISS-6")
def test_the_batch_after_coverage_fell_short_is_refused_before_any_tick(database: Database) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
        state(session, issuer_id, 100)
    for number in range(2):  # asked before: what is remembered of papers says nothing of the guarantee
        with database.writing() as session:
            service.require_may_issue(session, issuer_id)
            earn(session, make_earning(session, credits_=50, key=f"a{number}", terms=make_terms(issuer_id)))
    with database.writing() as session:
        service.require_may_issue(session, issuer_id)
        earn(session, make_earning(session, credits_=1, key="over", terms=make_terms(issuer_id)))
        # In the very transaction that went over the line the next batch is refused already.
        with pytest.raises(CoverageShort) as no:
            service.require_may_issue(session, issuer_id)
    with database.writing() as session, pytest.raises(CoverageShort):
        queries.require_covered(session, issuer_id)
    with database.writing() as session:
        spent = redeem(session, 1)
        service.require_may_issue(session, issuer_id)
    with database.writing() as session:
        restore(session, spent.event_id, 1)
        with pytest.raises(CoverageShort):
            service.require_may_issue(session, issuer_id)

    assert no.value.facts == {"issuer_id": issuer_id, "found": "99.00%", "wanted": "coverage of 100.00%"}


@pytest.mark.proves("ISS-6")
def test_with_room_enough_no_filing_is_read_and_no_movement_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        issuer_id = make_issuer(session).issuer_id
    with database.writing() as session:
        service.require_may_issue(session, issuer_id)
        earn(session, make_earning(session, credits_=50, terms=make_terms(issuer_id)))
    counted: list[str] = []

    def count(_session: Session, issuer: str, *_: object) -> None:
        counted.append(issuer)

    monkeypatch.setattr("greencredit.issuers.queries.coverage.coverage_now", count)
    with database.writing() as session:
        service.require_may_issue(session, issuer_id)

    assert counted == []


@pytest.mark.proves("ISS-4", "ISS-6")
def test_a_version_that_keeps_less_leaves_credits_their_ratio_and_one_that_keeps_more_raises_it(
    session: Session, clock: StandingClock
) -> None:
    def promising(basis_points: int) -> Any:  # noqa: ANN401 - a scheme
        guarantee = Guarantee(**new_scheme().guarantee.model_dump() | {"coverage_basis_points": basis_points})
        return new_scheme().model_copy(update={"guarantee": guarantee})

    issuer_id = make_issuer(session, scheme=promising(12_000)).issuer_id
    earn(session, make_earning(session, credits_=100, terms=make_terms(issuer_id)))
    found: list[tuple[int, bool]] = []
    for version, basis_points in ((2, 10_000), (3, 15_000), (4, 10_000)):
        filed = make_filing(session, issuer_id, promising(basis_points))
        service.accept_filing(session, regulator(), filed.filing_id, f"N{version}", digest=filed.digest, reason=WHY)
        clock.at = clock.at.replace(month=2 + version)
        terms = make_terms(issuer_id, terms_version=version)
        earn(session, make_earning(session, "con_wu", credits_=100, key=f"v{version}", terms=terms))
        state(session, issuer_id, 220)
        measured = queries.newest_coverage(session, issuer_id)
        assert measured is not None
        found.append((measured.filed_basis_points, measured.kept))

    # 100 at 120% and 100 at 100%; then all 300 at 150%; then those of the fourth version alone at 100%.
    assert found == [(11_000, True), (15_000, False), (13_750, False)]
    assert measured is not None
    assert [line.filed_basis_points for line in measured.lines] == [15_000, 15_000, 15_000, 10_000]


# ---- Nothing is looked through ---------------------------------------------------------------------------------------

_BIG: Final = ("ledger_event", "ledger_balance", "ledger_sum", "ledger_block", "issuers_coverage", "issuers_step")


@pytest.mark.proves("ISS-6")
def test_neither_tick_nor_gate_nor_roll_forward_looks_through_a_large_table(session: Session) -> None:
    issuer_id = make_issuer(session).issuer_id
    earn(session, make_earning(session, credits_=100, terms=make_terms(issuer_id)))
    if not is_sqlite(session):
        session.execute(text("SET LOCAL enable_seqscan = off"))
    asked = {
        "tick": lambda: (service.due(session), service.uncovered(session)),
        "gate": lambda: queries.require_covered(session, issuer_id),
        "counted": lambda: queries.coverage_now(session, issuer_id),
        "frozen": lambda: ledger.waiting_awards(session, issuer_id),
        "restored": lambda: ledger.restored(session, issuer_id, after=0),
    }

    assert {name: _looked_through(session, call) for name, call in asked.items()} == {name: [] for name in asked}


def _looked_through(session: Session, call: Any) -> list[str]:  # noqa: ANN401 - anything
    """Name the large tables that the statements of a call read from end to end."""
    connection: Any = session.connection().connection.driver_connection
    statements: list[tuple[Any, Any]] = []
    if is_sqlite(session):
        connection.set_trace_callback(lambda statement: statements.append((statement, None)))
        call()
        connection.set_trace_callback(None)
        plans = [
            str(row[3])
            for statement, _ in statements
            if statement.lstrip().upper().startswith("SELECT")
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
        named = {
            alias: table
            for statement, _ in statements
            for table, alias in re.findall(rf"({'|'.join(_BIG)}) (?:AS )?([a-z])\b", statement)
        }
        scanned = [one.split(" ")[1] for one in plans if one.startswith("SCAN ")]
        return [one for one in scanned if named.get(one, one) in _BIG]
    plain = connection.cursor_factory

    class Listening(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:  # noqa: ANN401
            statements.append((query, params))
            return super().execute(query, params, **how)

    connection.cursor_factory = Listening
    call()
    connection.cursor_factory = plain
    found: list[str] = []
    with psycopg.Cursor(connection) as cursor:
        for query, params in statements:
            if str(query).lstrip().upper().startswith("SELECT"):
                cursor.execute(f"EXPLAIN {query}", params)
                plan = "\n".join(row[0] for row in cursor.fetchall())
                found += [one for one in re.findall(r"Seq Scan on (\w+)", plan) if one in _BIG]
    return found
