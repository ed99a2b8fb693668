"""Many at once, on a database of its own: nothing is lost, nothing is done twice, nothing goes below zero."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.errors import Refusal
from greencredit.ledger import service
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import Capture, Posted, Redemption, Release
from tests.conftest import NOON
from tests.factories.ledger import earn, hold, holder_of, make_earning, make_terms
from tests.ledger.ground import lines, on_leaves, require_whole

CALLER: Final = 1


@pytest.fixture
def own(database_url: str) -> Iterator[Database]:
    """Give a database whose commits are real; whole at the end, without a gap."""
    database = Database(database_url, clock=StandingClock(NOON))
    with database.writing() as session:
        assert service.caller(session, "tests") == CALLER
    yield database
    with database.reading() as session:
        require_whole(session)
        assert [line.number for line in lines(session)] == list(range(1, len(lines(session)) + 1))
    database.close()


def at_once(database: Database, acts: list[Callable[[Session], Any]]) -> list[Any]:
    """Carry things out in as many threads, each in a transaction of its own; refusals are told by code."""
    gate = threading.Barrier(len(acts))

    def one(act: Callable[[Session], Any]) -> Any:  # noqa: ANN401
        gate.wait()
        try:
            with database.writing() as session:
                return act(session)
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(one, acts))


@pytest.mark.proves("LED-3")
def test_of_fifty_redemptions_of_a_leaf_of_one_exactly_one_succeeds(own: Database) -> None:
    with own.writing() as session:
        earn(session, make_earning(session, credits_=1))
        li, tea = holder_of(session, "con_li"), holder_of(session, "mer_tea")
    redemptions = [Redemption(li, 1, tea, key_of(f"{n}")) for n in range(50)]

    answers = at_once(own, [lambda s, one=one: service.post_one(s, CALLER, one) for one in redemptions])  # type: ignore[misc]

    assert Counter(answers) == {Posted(2, repeated=False): 1, "ledger.not_enough_credits": 49}


@pytest.mark.proves("LED-3")
def test_of_eight_requests_with_one_key_one_is_new_and_all_hear_the_same(own: Database) -> None:
    with own.writing() as session:
        earning = make_earning(session, credits_=3)

    answers = at_once(own, [lambda s: service.earn(s, CALLER, [earning])[0]] * 8)

    assert Counter(answers) == {Posted(1, repeated=False): 1, Posted(1, repeated=True): 7}


@pytest.mark.proves("LED-3")
def test_a_hold_that_is_captured_and_released_at_once_is_used_once(own: Database) -> None:
    with own.writing() as session:
        earn(session, make_earning(session, credits_=5))
        held, tea = hold(session, 5).event_id, holder_of(session, "mer_tea")
    commands = [
        command
        for n in range(4)
        for command in (Capture(held, 5, tea, key_of(f"c{n}")), Release(held, 5, key_of(f"r{n}")))
    ]

    answers = at_once(own, [lambda s, one=one: service.post_one(s, CALLER, one) for one in commands])  # type: ignore[misc]

    assert Counter(answers) == {Posted(3, repeated=False): 1, "ledger.nothing_left": 7}


@pytest.mark.proves("LED-3")
def test_eight_threads_at_one_hot_issuer_lose_nothing(own: Database) -> None:
    """On PostgreSQL a leg of one statement over two can be lost without a word when its row was locked; not here.

    `UPDATE … FROM (SELECT … UNION ALL SELECT …)` over inserted rows lost legs within its first 16,000 awards, because
    the second look at a row that another session changed finds nothing for the second branch.
    """
    with own.writing() as session:
        earning = make_earning(session)
        people = [holder_of(session, f"con_{n}") for n in range(3)]
        tea = holder_of(session, "mer_tea")

    def posts(thread: int) -> Callable[[None], Counter[str]]:
        def post(_nothing: None) -> Counter[str]:
            told: Counter[str] = Counter()
            for n in range(12):
                holder = people[(thread + n) % 3]
                with own.writing() as session:
                    batch = [
                        earning._replace(holder=people[k % 3], credits=1 + k, key=key_of(f"{thread} {n} {k}"))
                        for k in range(3)
                    ]
                    assert all(not one.repeated for one in service.earn(session, CALLER, batch))
                told["earned"] += 6
                try:
                    with own.writing() as session:
                        spend = Redemption(holder, 2, tea, key_of(f"spend {thread} {n}"))
                        service.post_one(session, CALLER, spend)
                    told["spent"] += 2
                except Refusal:
                    told["refused"] += 1
            return told

        return post

    with ThreadPoolExecutor(8) as threads:
        running = [threads.submit(posts(thread), None) for thread in range(8)]
        told = sum((one.result() for one in running), Counter())

    with own.reading() as session:
        leaves, events = on_leaves(session), lines(session)
    assert told["earned"] == 8 * 12 * 6
    assert leaves["issued", 1, 0] == -told["earned"]
    assert leaves["redeemed", 1, tea] == told["spent"]
    assert sum(leaves.get(("available", 1, one), 0) for one in people) == told["earned"] - told["spent"]
    assert sum(line.credits for line in events if line.serial) == told["earned"]
    assert sum(line.credits for line in events if not line.serial) == told["spent"]


@pytest.mark.proves("LED-3")
def test_awards_up_to_the_cap_are_booked_and_not_one_beyond_it(own: Database) -> None:
    with own.writing() as session:
        earning = make_earning(session, terms=make_terms(cap=50))

    def award(number: int) -> Callable[[Session], Any]:
        one = earning._replace(credits=3, key=key_of(f"{number}"))
        return lambda session: service.earn(session, CALLER, [one])[0].repeated

    answers = at_once(own, [award(number) for number in range(24)])

    assert Counter(answers) == {False: 16, "ledger.cap_reached": 8}
    with own.reading() as session:
        blocks = session.execute(text("SELECT first, last FROM ledger_block ORDER BY first")).all()
    assert [tuple(row) for row in blocks] == [(1 + 3 * n, 3 + 3 * n) for n in range(16)]


@pytest.mark.proves("LED-3")
def test_two_processes_post_to_one_ledger_at_once(own: Database, database_url: str) -> None:
    with own.writing() as session:
        make_earning(session)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.poster", database_url, name, "25"], stdout=subprocess.PIPE, text=True
        )
        for name in ("one", "two")
    ]

    said = [process.communicate(timeout=120)[0].split() for process in processes]

    assert [process.returncode for process in processes] == [0, 0]
    earned, spent = (sum(int(one[place]) for one in said) for place in (0, 1))
    with own.reading() as session:
        leaves = on_leaves(session)
    assert earned == 150
    assert leaves["issued", 1, 0] == -earned
    assert sum(credits_ for (kind, _, _), credits_ in leaves.items() if kind == "redeemed") == spent
    assert sum(credits_ for (kind, _, _), credits_ in leaves.items() if kind == "available") == earned - spent
