"""Many callers at once, one thread that writes: nobody is lost, doubled, passed over or left waiting."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.writer import InlineWriter, QueueFull, Writer, WriterStopped, open_writer
from tests.conftest import Dialect
from tests.factories.writer import POISON, TOYS, KeyTaken, Poisoned, PurseEmpty, coins, echo, fill, note, notes, spend
from tests.house.sources import ROOT

LED_3 = pytest.mark.proves("LED-3")
SECONDS = 60


@pytest.fixture
def busy(toys: Database) -> Iterator[Writer]:
    """Give a writer with its thread."""
    writer = Writer(toys)
    yield writer
    writer.stop()


@LED_3
@pytest.mark.parametrize(("threads", "each"), [(64, 20), (8, 500)])
def test_what_many_threads_ask_is_there_exactly_once(toys: Database, busy: Writer, threads: int, each: int) -> None:
    def ask(thread: int) -> list[str]:
        return [busy.submit(note, f"{thread}-{number}-x").result(SECONDS) for number in range(each)]

    with ThreadPoolExecutor(threads) as pool:
        told = [key for keys in pool.map(ask, range(threads)) for key in keys]

    assert sorted(notes(toys)) == sorted(key.lower() for key in told)
    assert (len(set(told)), busy.tally.items) == (threads * each, threads * each)
    assert busy.tally.batches < threads * each, "they shared transactions"


@LED_3
def test_of_50_who_take_the_last_coin_one_succeeds(toys: Database, busy: Writer) -> None:
    fill(toys, "li", 1)

    asked = [busy.submit(spend, "li") for _ in range(50)]

    ends = [type(one.exception(SECONDS)) for one in asked]
    assert (ends.count(type(None)), ends.count(PurseEmpty), coins(toys, "li")) == (1, 49, 0)


@LED_3
def test_callers_of_an_event_loop_are_told_results_and_refusals(toys: Database, busy: Writer) -> None:
    async def ask() -> list[object]:
        keys = [*map(str, range(200)), "7"]
        many = busy.submit_many_async(note, ["a", "b", "a"], atomic=False)
        return await asyncio.gather(*(busy.submit_async(note, key) for key in keys), many, return_exceptions=True)

    *singles, twice, many = asyncio.run(ask())

    assert singles == [*map(str, range(200))]
    assert (type(twice), [type(one) for one in many]) == (KeyTaken, [str, str, KeyTaken])  # type: ignore[attr-defined] # a list
    assert sorted(notes(toys)) == sorted([*map(str, range(200)), "a", "b"])


def test_no_items_are_no_work_in_an_event_loop_either(busy: Writer) -> None:
    assert asyncio.run(busy.submit_many_async(note, [], atomic=True)) == []


def test_an_event_loop_waits_as_little_for_an_error_as_for_a_result(busy: Writer) -> None:
    with pytest.raises(Poisoned):
        asyncio.run(busy.submit_async(note, POISON))


@LED_3
def test_a_caller_of_an_event_loop_who_went_away_is_not_written(toys: Database) -> None:
    writer = Writer(toys, by_hand=True)

    async def ask() -> None:
        gone, other = (asyncio.ensure_future(writer.submit_async(note, key)) for key in ("gone", "other"))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.sleep(0)
        await asyncio.to_thread(writer.step)
        assert await other == "OTHER"

    asyncio.run(ask())

    assert notes(toys) == ["other"]


def test_an_event_loop_that_ended_before_the_answer_harms_nobody(toys: Database) -> None:
    writer = Writer(toys, by_hand=True)

    async def ask_and_leave() -> None:
        asked = asyncio.ensure_future(writer.submit_async(note, "a"))
        await asyncio.sleep(0)
        lost.append(asked)

    lost: list[Any] = []
    loop = asyncio.new_event_loop()
    loop.run_until_complete(ask_and_leave())
    loop.close()
    other = writer.submit(note, "b")
    writer.step()

    assert (other.result(0), notes(toys)) == ("B", ["a", "b"])
    lost[0]._log_destroy_pending = False  # noqa: SLF001 - the task of a loop that was closed under it, on purpose


# ---- Back-pressure ---------------------------------------------------------------------------------------------------


@LED_3
def test_a_full_queue_refuses_at_once_and_says_when_to_come_back(toys: Database) -> None:
    times = iter([0.0, 2.0, 10.0, 10.5])
    writer = Writer(toys, by_hand=True, queue_limit=3, stopwatch=lambda: next(times))
    asked = writer.submit_many(note, ["a", "b"], atomic=False)

    with pytest.raises(QueueFull) as no:
        writer.submit_many(note, ["c", "d"], atomic=False)

    assert no.value.facts == {"waiting": 2, "asked": 2, "limit": 3, "retry_after_seconds": 1}
    third = writer.submit(note, "e")
    writer.step()
    assert (asked.result(0), third.result(0), notes(toys)) == (["A", "B"], "E", ["a", "b", "e"])
    assert writer.submit_many(note, ["c", "d"], atomic=False).done() is False


def test_the_pause_that_is_advised_follows_the_rate_that_was_measured(toys: Database) -> None:
    elapsed = 0.0

    def stopwatch() -> float:
        nonlocal elapsed
        elapsed += 10.0
        return elapsed

    writer = Writer(toys, by_hand=True, queue_limit=40, stopwatch=stopwatch)
    for _ in range(60):  # one item takes ten seconds
        writer.submit(echo, "x")
        writer.step()

    for _ in range(3):
        writer.submit(echo, "x")
    with pytest.raises(QueueFull) as no:
        writer.submit_many(echo, ["x"] * 38, atomic=False)

    assert no.value.facts["retry_after_seconds"] == 30


def test_what_is_larger_than_the_queue_is_taken_when_nobody_waits(toys: Database) -> None:
    writer = Writer(toys, by_hand=True, queue_limit=3, largest_batch=2)

    asked = writer.submit_many(note, list("abcdefg"), atomic=True)
    with pytest.raises(QueueFull):
        writer.submit(note, "h")
    writer.step()

    assert (asked.result(0), notes(toys)) == ([*"ABCDEFG"], [*"abcdefg"])


def test_a_batch_holds_no_more_than_its_largest_number_of_items(toys: Database) -> None:
    writer = Writer(toys, by_hand=True, largest_batch=3)
    for key in "abcdefg":
        writer.submit(note, key)

    assert [writer.step() for _ in range(4)] == [3, 3, 1, 0]


def test_whoever_is_alone_never_waits_for_others(toys: Database) -> None:
    writer = Writer(toys, linger_seconds=SECONDS)

    told = [writer.submit(note, key).result(SECONDS / 2) for key in "abc"]

    assert (told, writer.tally.batches) == (["A", "B", "C"], 3)
    writer.stop()


# ---- Beside others ---------------------------------------------------------------------------------------------------


@LED_3
def test_ordinary_writing_is_not_passed_over_by_a_busy_writer(toys: Database, busy: Writer, dialect: Dialect) -> None:
    """Both ask for the one writing connection of an SQLite file: whoever asked first has it first."""
    if dialect == "postgres":
        return  # the writer has a connection of its own
    stop = threading.Event()

    def flood(thread: int) -> int:
        number = 0
        while not stop.is_set():
            busy.submit(note, f"{thread} {number}").result(SECONDS)
            number += 1
        return number

    passed: list[int] = []
    with ThreadPoolExecutor(8) as pool:
        flooding = [pool.submit(flood, thread) for thread in range(8)]
        while busy.tally.batches < 5:
            stop.wait(0.001)
        for number in range(30):
            before = busy.tally.batches
            with toys.writing() as session:
                session.execute(text("INSERT INTO toy_purse VALUES (:name, 1)"), {"name": str(number)})
                passed.append(busy.tally.batches - before)
        stop.set()
        written = sum(one.result(SECONDS) for one in flooding)

    assert max(passed) <= 2, "the batch that ran when we asked, and its count"
    assert len(notes(toys)) == written


@LED_3
def test_two_writers_of_two_connections_lose_nothing(toys: Database, busy: Writer) -> None:
    """As two processes do: each has its own connection, and the lock of the database decides."""
    second = Database(str(toys.url), clock=toys.clock, entropy=toys.entropy)
    other = Writer(second)

    def ask(writer: Writer, name: str) -> list[Any]:
        asked = [writer.submit(note, f"{name} {number}") for number in range(500)]
        return [one.result(SECONDS) for one in asked]

    with ThreadPoolExecutor(2) as pool:
        told = [*pool.map(ask, (busy, other), ("one", "two"))]
    other.stop()
    second.close()

    assert sorted(notes(toys)) == sorted(key.lower() for keys in told for key in keys)


# ---- Beginning and end -----------------------------------------------------------------------------------------------


@LED_3
def test_what_waits_at_the_end_is_still_written_and_nothing_is_taken_after_it(toys: Database) -> None:
    writer = Writer(toys)
    asked = [writer.submit(note, str(number)) for number in range(100)]

    ended = writer.stop()

    assert (ended, [one.result(0) for one in asked]) == (True, [*map(str, range(100))])
    assert (len(notes(toys)), writer.healthy) == (100, False)
    with pytest.raises(WriterStopped):
        writer.submit(note, "late")


@LED_3
def test_what_is_not_begun_after_the_grace_is_refused(toys: Database) -> None:
    go, began = threading.Event(), threading.Event()

    def slow(session: Session, items: Sequence[str]) -> list[str]:
        began.set()
        go.wait(SECONDS)
        return note(session, items)

    writer = Writer(toys)
    running = writer.submit(slow, "running")
    began.wait(SECONDS)
    waiting = writer.submit(note, "waiting")

    ended = writer.stop(grace_seconds=0.01)
    refused = type(waiting.exception(SECONDS))
    go.set()

    assert (ended, refused, running.result(SECONDS), notes(toys)) == (False, WriterStopped, "RUNNING", ["running"])
    assert writer.stop() is True


def test_a_writer_by_hand_carries_out_what_waits_when_it_is_stopped(toys: Database) -> None:
    writer = Writer(toys, by_hand=True)
    asked = writer.submit(note, "a")

    assert (writer.stop(), asked.result(0), notes(toys)) == (True, "A", ["a"])


def test_a_stopped_writer_can_be_opened_again(toys: Database) -> None:
    writer = Writer(toys)
    writer.submit(note, "a").result(SECONDS)
    writer.stop()

    writer.open()

    assert (writer.submit(note, "b").result(SECONDS), writer.healthy) == ("B", True)
    writer.stop()


def test_the_thread_ends_when_there_is_nothing_to_do_and_begins_again(toys: Database) -> None:
    writer = Writer(toys, idle_seconds=0.01)
    writer.submit(note, "a").result(SECONDS)
    thread = writer._thread  # noqa: SLF001 - the very thread is the question

    assert thread is not None
    thread.join(SECONDS)

    assert (thread.is_alive(), writer.submit(note, "b").result(SECONDS), notes(toys)) == (False, "B", ["a", "b"])
    writer.stop()


@LED_3
def test_a_writer_that_dies_is_noticed_and_everybody_is_told(toys: Database) -> None:
    go, began = threading.Event(), threading.Event()

    def deadly(session: Session, items: Sequence[str]) -> list[str]:
        note(session, items)
        began.set()
        go.wait(SECONDS)
        raise SystemExit

    writer = Writer(toys)
    doomed = writer.submit(deadly, "doomed")
    began.wait(SECONDS)
    waiting = writer.submit(note, "waiting")
    healthy = writer.healthy
    go.set()

    assert [type(one.exception(SECONDS)) for one in (doomed, waiting)] == [WriterStopped, WriterStopped]
    assert (healthy, writer.healthy, notes(toys)) == (True, False, [])
    writer.open()
    with pytest.raises(WriterStopped):
        writer.submit(note, "late")


_FORKED = """
import os, sys
from greencredit.kernel.database import Database
from greencredit.kernel.writer import Writer
from tests.factories.writer import note

database = Database(sys.argv[1])
writer = Writer(database)
assert writer.submit(note, "before").result(30) == "BEFORE"
child = os.fork()
who = "parent" if child else "child"
assert writer.submit(note, who).result(30) == who.upper()
assert writer.stop()
if child:
    assert os.waitpid(child, 0)[1] == 0
os._exit(0)
"""


def test_a_forked_child_has_a_writer_of_its_own(toys: Database) -> None:
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKED, toys.url.render_as_string(False)]

    subprocess.run(command, cwd=ROOT, check=True, timeout=SECONDS)

    assert sorted(notes(toys)) == ["before", "child", "parent"]


# ---- Inside a transaction of a test ----------------------------------------------------------------------------------


def test_inside_a_test_commands_are_carried_out_at_once_and_leave_no_trace(database: Database) -> None:
    with database.writing() as session:
        TOYS.create_all(session.connection())
    writer = open_writer(database)

    done = writer.submit(note, "a")
    refused = writer.submit(note, "a")
    many = writer.submit_many(note, ["b", POISON, "c"], atomic=False)
    undone = writer.submit_many(note, ["d", "a"], atomic=True)

    assert isinstance(writer, InlineWriter)
    assert (done.result(0), type(refused.exception(0))) == ("A", KeyTaken)
    assert [type(one) for one in many.result(0)] == [str, Poisoned, str]
    assert [one.code for one in undone.result(0)] == ["kernel.batch_undone", "toy.key_taken"]
    assert (notes(database), asyncio.run(writer.submit_async(note, "e"))) == (["a", "b", "c"], "E")


def test_the_same_commands_by_hand_make_the_same_batches_and_answers(toys: Database, clock: StandingClock) -> None:
    def run() -> list[object]:
        with toys.writing() as session:
            session.execute(text("DELETE FROM toy_note"))
        writer = Writer(toys, by_hand=True, largest_batch=4, pause=lambda _seconds: None)
        asked: list[Future[Any]] = []
        sizes: list[int] = []
        for number, key in enumerate("abcabdefgh"):
            late = clock.now() + timedelta(seconds=-1 if number == 6 else 1)
            asked.append(writer.submit(note, POISON if number == 7 else key, deadline=late))
            if number % 3 == 0:
                sizes.append(writer.step())
        while done := writer.step():
            sizes.append(done)
        ends = [str(one.exception(0)) if one.exception(0) else one.result(0) for one in asked]
        return [*sizes, *ends, *notes(toys)]

    assert run() == run()
