"""No page of a trajectory looks through all events: stretches that were noted are skipped, and no plan scans."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any, Final

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import is_sqlite
from greencredit.ledger import queries, service
from greencredit.schemas.ledger import Following, Verb
from tests.conftest import NOON
from tests.factories.ledger import holder_of, make_terms
from tests.ledger.queries.pages import numbers_of, walk


def _many(session: Session, stretches: int) -> list[int]:
    """Put events of five issuers behind the verbs' back: so many stretches and a half; gives their series.

    The first issuer is rare: it has the first and the last event. Holders and the other series take turns.
    """
    series = [service.series(session, make_terms(f"iss_{n}")) for n in range(5)]
    holders = sorted(service.holders(session, [f"con_{n}" for n in range(1_000)]).values())
    assert holders == list(range(holders[0], holders[0] + 1_000)), "numbers follow each other"
    assert series == list(range(series[0], series[0] + 5)), "numbers follow each other"
    last = stretches * 4096 + 2048
    facts = {"series": series[0], "holder": holders[0], "caller": service.caller(session, "tests"), "last": last}
    session.execute(
        text(
            "INSERT INTO ledger_event (id, kind, series, holder, amount, caller, serial) "
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < CAST(:last AS integer)) "
            "SELECT id, 1, CAST(:series AS integer) + CASE WHEN id IN (1, CAST(:last AS integer)) THEN 0 "
            "ELSE 1 + id % 4 END, CAST(:holder AS integer) + id % 1000, 1, CAST(:caller AS integer), id FROM n"
        ),
        facts,
    )
    session.execute(
        text("INSERT INTO ledger_batch (id, first, last, at, entry, hashes) VALUES (1, 1, :last, 0, 0, :none)"),
        {"last": last, "none": b""},
    )
    session.execute(text("UPDATE ledger_head SET next_event = :next"), {"next": last + 1})
    return series


@pytest.fixture
def crowd(session: Session) -> list[int]:
    """Put fourteen thousand events there."""
    return _many(session, 3)


@pytest.mark.breaks_invariants("events are put behind the verbs' back")
@pytest.mark.parametrize("upwards", [False, True])
@pytest.mark.parametrize("noted", [0, 1, 2, 64])
def test_an_issuers_events_are_the_same_however_much_is_noted(
    session: Session, crowd: list[int], noted: int, upwards: bool
) -> None:
    del crowd
    if noted:
        service.touch(session, at_once=noted)
    rare = walk(session, Following.of_issuer("iss_0"), upwards=upwards, limit=1)
    busy = walk(session, Following.of_issuer("iss_1"), upwards=upwards, limit=1_000)

    assert rare == ([1, 14336] if upwards else [14336, 1])
    wanted = [number for number in range(2, 14336) if number % 4 == 0]
    assert busy == (wanted if upwards else wanted[::-1])


@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_stretches_are_noted_once_and_only_when_they_are_complete(session: Session, crowd: list[int]) -> None:
    assert [service.touch(session, at_once=2), service.touch(session, at_once=2), service.touch(session)] == [2, 1, 0]

    found = session.execute(text("SELECT series_id, stretch FROM ledger_touch ORDER BY 1, 2")).all()

    assert [tuple(row) for row in found] == [
        *((0, stretch) for stretch in range(3)),
        (crowd[0], 0),
        *((series, stretch) for series in crowd[1:] for stretch in range(3)),
    ]


@pytest.mark.proves("LED-4")
@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_a_page_of_a_rare_issuer_reads_only_the_stretches_it_touched(session: Session, crowd: list[int]) -> None:
    service.touch(session)
    window = queries.window_of(session, as_of=14336, after=0)

    assert list(queries.stretches(session, [crowd[0]], window)) == [(0, 4097), (12288, 14337)]


@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_a_page_that_looked_long_enough_says_where_to_go_on(
    session: Session, crowd: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    del crowd
    monkeypatch.setattr(import_module("greencredit.ledger.queries.trajectory"), "STRETCHES_A_PAGE", 1)
    rare = Following.of_issuer("iss_0")

    down = queries.trajectory(session, rare, limit=5)
    up = queries.trajectory(session, rare, after=0, limit=5)

    assert (numbers_of(down), down.next) == ([14336], 12289)
    assert (numbers_of(up), up.next) == ([1], 4096)
    assert walk(session, rare, upwards=False, limit=5) == [14336, 1]


_SCANS: Final = re.compile(r"SCAN (e|ledger_event)\b|Seq Scan on ledger_event")
_PAGES: Final[dict[str, Callable[[Session, list[int], int], object]]] = {
    "a holder": lambda session, _, holder: queries.trajectory(session, Following.of_holder(holder), limit=20),
    "a holder, upwards": lambda session, _, holder: queries.trajectory(session, Following.of_holder(holder), after=9),
    "a holder's verb": lambda session, _, holder: queries.trajectory(
        session, Following.of_holder(holder), verbs=[Verb.EXPIRE]
    ),
    "a holder in a period": lambda session, _, holder: queries.trajectory(
        session, Following.of_holder(holder), since=NOON - timedelta(days=30_000), until=NOON
    ),
    "a leaf": lambda session, series, holder: queries.trajectory(session, Following.leaf(holder, series[1])),
    "an issuer": lambda session, *_: queries.trajectory(session, Following.of_issuer("iss_1")),
    "an issuer, upwards": lambda session, *_: queries.trajectory(session, Following.of_issuer("iss_1"), after=5_000),
    "a rare issuer": lambda session, *_: queries.trajectory(session, Following.of_issuer("iss_0")),
    "a series": lambda session, series, _: queries.trajectory(session, Following.of_series(series[2])),
    "an award": lambda session, *_: queries.trajectory(session, Following.of_award(7)),
    "the story of an award": lambda session, *_: queries.award_story(session, 7),
    "shares": lambda session, *_: queries.shares_by_award(session, [7, 9]),
}


@pytest.mark.proves("LED-4")
@pytest.mark.breaks_invariants("events are put behind the verbs' back")
def test_no_page_scans_the_events(session: Session) -> None:
    series = _many(session, 16)
    service.touch(session)
    session.execute(text("ANALYZE"))
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: object, _cursor: object, statement: str, given: Any, *_: object) -> None:  # noqa: ANN401
        asked.append((statement, given))

    listening.listen(connection, "before_cursor_execute", note)
    found: dict[str, list[str]] = {}
    for name, page in _PAGES.items():
        asked.clear()
        page(session, series, holder_of(session, "con_3"))
        plans = [_plan(session, *statement) for statement in asked.copy() if "ledger_event" in statement[0]]
        found[name] = [plan for plan in plans if _SCANS.search(plan)]
        assert plans, f"{name} reads events"
    listening.remove(connection, "before_cursor_execute", note)

    assert found == {name: [] for name in _PAGES}


def _plan(session: Session, statement: str, given: Any) -> str:  # noqa: ANN401 - as the driver was given it
    explain = "EXPLAIN QUERY PLAN " if is_sqlite(session) else "EXPLAIN "
    rows = session.connection().exec_driver_sql(explain + statement, given).all()
    return "\n".join(str(row[-1]) for row in rows)
