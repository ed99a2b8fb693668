"""One batch is one transaction: together if that succeeds, else without the one that can't be carried out."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.kernel.writer import BatchUndone, Command, DeadlinePassed, NothingWritten, Writer
from tests.conftest import NOON, Dialect
from tests.factories.writer import (
    POISON,
    KeyTaken,
    Poisoned,
    PurseEmpty,
    coins,
    fill,
    link,
    note,
    notes,
    spend,
    spend_blindly,
)

LED_3 = pytest.mark.proves("LED-3")


@LED_3
def test_commands_that_wait_share_one_transaction_and_are_answered_after_it(toys: Database, writer: Writer) -> None:
    asked = [writer.submit(note, key) for key in ("a", "b", "c")]
    before = ([one.done() for one in asked], notes(toys), writer.waiting)

    done = writer.step()

    assert before == ([False, False, False], [], 3)
    assert (done, [one.result(0) for one in asked], notes(toys)) == (3, ["A", "B", "C"], ["a", "b", "c"])
    assert (writer.tally.batches, writer.tally.items, writer.waiting) == (1, 3, 0)


def test_each_verb_is_called_once_with_its_items_in_their_order(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 5)
    called = []

    def spy(session: object, items: object) -> list[object]:
        del session
        called.append(items)
        return [*items]  # type: ignore[misc] # any sequence

    for item, verb in enumerate((note, spy, note, spy)):
        writer.submit(verb, str(item))
    writer.step()

    assert (called, notes(toys)) == ([["1", "3"]], ["0", "2"])


@LED_3
def test_a_refused_item_fails_nobody_else(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 1)

    first, second, third = (writer.submit(verb, item) for verb, item in ((spend, "li"), (spend, "li"), (note, "a")))
    writer.step()

    with pytest.raises(PurseEmpty) as no:
        second.result(0)
    assert (no.value.facts, first.result(0), third.result(0)) == ({"name": "li"}, 1, "A")
    assert (coins(toys, "li"), notes(toys), writer.tally.batches) == (0, ["a"], 1)


@LED_3
def test_an_item_that_raises_fails_alone_and_everybody_else_is_written_once(toys: Database, writer: Writer) -> None:
    keys = [*"abcdefg", POISON, *"hijklmn"]

    asked = {key: writer.submit(note, key) for key in keys}
    writer.step()

    with pytest.raises(Poisoned):
        asked.pop(POISON).result(0)
    assert [one.result(0) for one in asked.values()] == [*"ABCDEFGHIJKLMN"]
    assert (notes(toys), writer.tally.failures) == ([*"abcdefghijklmn"], 1)


def test_an_item_that_raises_among_many_of_one_caller_fails_alone(toys: Database, writer: Writer) -> None:
    before, many, after = (
        writer.submit(note, "before"),
        writer.submit_many(note, ["a", "b", POISON, "c", "a"], atomic=False),
        writer.submit(note, "after"),
    )

    writer.step()

    outcomes = many.result(0)
    assert [type(one) for one in outcomes] == [str, str, Poisoned, str, KeyTaken]
    assert (before.result(0), after.result(0)) == ("BEFORE", "AFTER")
    assert notes(toys) == ["before", "a", "b", "c", "after"]


@LED_3
def test_a_constraint_of_the_database_stops_one_item_and_no_other(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 1)
    fill(toys, "wu", 0)

    asked = [writer.submit(spend_blindly, name) for name in ("wu", "li", "wu")]
    writer.step()

    assert asked[1].result(0) == "li"
    for one in (asked[0], asked[2]):
        with pytest.raises(IntegrityError):
            one.result(0)
    assert (coins(toys, "li"), coins(toys, "wu")) == (0, 0)


@LED_3
def test_a_commit_that_the_database_refuses_fails_only_the_item_to_blame(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 1)

    good, bad, other = (
        writer.submit(link, "li"),
        writer.submit(link, "nobody"),
        writer.submit(note, "a"),
    )
    writer.step()

    with pytest.raises(IntegrityError):
        bad.result(0)
    assert (good.result(0), other.result(0), notes(toys)) == ("li", "A", ["a"])
    with toys.reading() as session:
        assert session.scalars(text("SELECT key FROM toy_link")).all() == ["li"]


@LED_3
def test_item_7_of_1000_is_bad_and_all_or_nothing_writes_nothing(toys: Database, writer: Writer) -> None:
    writer.submit(note, "key 7")
    keys = [f"key {number}" for number in range(1000)]

    asked = writer.submit_many(note, keys, atomic=True)
    writer.step()
    writer.step()

    outcomes = asked.result(0)
    assert notes(toys) == ["key 7"]
    assert isinstance(outcomes[7], KeyTaken)
    others = outcomes[:7] + outcomes[8:]
    assert {type(one) for one in others} == {BatchUndone}
    assert {tuple(one.facts.items()) for one in others} == {(("item", 7), ("code", "toy.key_taken"))}


@LED_3
def test_item_7_of_1000_is_bad_and_the_other_999_are_written_if_the_caller_wants_that(
    toys: Database, writer: Writer
) -> None:
    writer.submit(note, "key 7")
    keys = [f"key {number}" for number in range(1000)]

    asked = writer.submit_many(note, keys, atomic=False)
    writer.step()

    outcomes = asked.result(0)
    assert [place for place, one in enumerate(outcomes) if isinstance(one, Exception)] == [7]
    assert (type(outcomes[7]), len(notes(toys)), sorted(notes(toys))) == (KeyTaken, 1000, sorted(keys))


def test_an_all_or_nothing_batch_that_raises_is_not_split(toys: Database, writer: Writer) -> None:
    asked = writer.submit_many(note, ["a", POISON], atomic=True)
    other = writer.submit(note, "b")

    while writer.step():
        pass

    with pytest.raises(Poisoned):
        asked.result(0)
    assert (other.result(0), notes(toys)) == ("B", ["b"])


def test_an_all_or_nothing_batch_without_fault_is_written_whole(toys: Database, writer: Writer) -> None:
    asked = writer.submit_many(note, ["a", "b"], atomic=True)
    writer.step()

    assert (asked.result(0), notes(toys)) == (["A", "B"], ["a", "b"])


def test_no_items_are_no_work(writer: Writer) -> None:
    asked = writer.submit_many(note, [], atomic=True)

    assert (asked.result(0), writer.waiting, writer.step()) == ([], 0, 0)


@LED_3
def test_what_follows_from_a_deed_is_in_its_transaction_and_follows_no_refusal(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 1)

    def told(paid: int) -> Command:
        return Command(note, f"paid {paid}")

    asked = [writer.submit(spend, "li", follow=told) for _ in range(2)]
    writer.step()

    assert (asked[0].result(0), notes(toys), writer.tally.batches) == (1, ["paid 1"], 1)
    assert isinstance(asked[1].exception(0), PurseEmpty)


@LED_3
def test_a_deed_whose_follower_raises_is_undone(toys: Database, writer: Writer) -> None:
    fill(toys, "li", 2)

    doomed = writer.submit(spend, "li", follow=lambda _paid: Command(note, POISON))
    other = writer.submit(spend, "li", follow=lambda _paid: None)
    writer.step()

    assert (type(doomed.exception(0)), other.result(0)) == (Poisoned, 1)
    assert (coins(toys, "li"), notes(toys)) == (1, [])


@LED_3
def test_whose_deadline_passed_before_the_batch_began_is_told_so_and_never_written(
    toys: Database, writer: Writer, clock: StandingClock
) -> None:
    late = writer.submit(note, "late", deadline=NOON + timedelta(seconds=1))
    due = writer.submit(note, "due", deadline=NOON + timedelta(seconds=2))
    clock.move(timedelta(seconds=2))

    writer.step()

    with pytest.raises(DeadlinePassed) as no:
        late.result(0)
    assert no.value.facts == {
        "deadline": "2026-03-02T04:00:01+00:00",
        "at": "2026-03-02T04:00:02+00:00",
        "retry_after_seconds": 1,
    }
    assert (due.result(0), notes(toys), writer.tally.late) == ("DUE", ["due"], 1)


def test_a_command_without_a_deadline_waits_ten_seconds_and_no_longer(
    toys: Database, writer: Writer, clock: StandingClock
) -> None:
    asked = writer.submit_many(note, ["a", "b"], atomic=False)
    clock.move(timedelta(seconds=10, microseconds=1))

    writer.step()

    assert (type(asked.exception(0)), notes(toys)) == (DeadlinePassed, [])


def test_a_caller_who_went_away_before_the_batch_began_is_not_written(toys: Database, writer: Writer) -> None:
    gone, other = writer.submit(note, "gone"), writer.submit(note, "other")

    gone.cancel()
    writer.step()

    assert (other.result(0), notes(toys)) == ("OTHER", ["other"])


@LED_3
def test_a_locked_database_is_tried_again_and_then_written(
    toys: Database, writer: Writer, pauses: list[float], dialect: Dialect
) -> None:
    if dialect == "postgres":
        return  # its locks are taken by the verbs; see the test of a serialisation failure
    asked = writer.submit(note, "a")
    other = Database(str(toys.url))

    with other.writing() as session:
        session.execute(text("SELECT 1"))

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            session.rollback()

        writer._batches._pause = pause  # noqa: SLF001 - the lock is given up between two attempts
        writer.step()
    other.close()

    assert (asked.result(0), notes(toys), writer.tally.retries) == ("A", ["a"], 1)
    assert 0.002 <= pauses[0] <= 0.004


@LED_3
def test_a_database_that_stays_locked_is_given_up_and_nothing_is_written(
    toys: Database, writer: Writer, pauses: list[float], dialect: Dialect
) -> None:
    if dialect == "postgres":
        return
    asked = [writer.submit(note, key) for key in "ab"]
    other = Database(str(toys.url))

    with other.writing() as session:
        session.execute(text("SELECT 1"))
        writer.step()
    other.close()

    for one in asked:
        with pytest.raises(NothingWritten):
            one.result(0)
    assert (notes(toys), len(pauses), writer.tally.failures) == ([], 2, 2)
    again = writer.submit(note, "a")
    writer.step()
    assert again.result(0) == "A"


def test_a_deadline_counts_while_the_database_is_locked(
    toys: Database, writer: Writer, clock: StandingClock, dialect: Dialect
) -> None:
    if dialect == "postgres":
        return
    asked = writer.submit(note, "a", deadline=NOON)
    other = Database(str(toys.url))
    clock.move(timedelta(seconds=1))

    with other.writing() as session:
        session.execute(text("SELECT 1"))
        writer.step()
    other.close()

    assert (type(asked.exception(0)), notes(toys)) == (DeadlinePassed, [])


@LED_3
def test_a_full_disk_fails_the_batch_at_once_and_the_next_succeeds_when_there_is_room(
    toys: Database, writer: Writer, pauses: list[float], dialect: Dialect
) -> None:
    if dialect == "postgres":
        return  # a quota for PostgreSQL needs a file system of its own
    with toys.connection() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    asked = [writer.submit(note, key * 9_000) for key in "ab"]

    writer.step()

    assert [type(one.exception(0)) for one in asked] == [NothingWritten, NothingWritten]
    assert (notes(toys), pauses) == ([], [])
    with toys.connection() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 100}")
    again = writer.submit(note, "a" * 9_000)
    writer.step()
    assert again.result(0) == "A" * 9_000


@LED_3
def test_a_database_that_became_read_only_fails_the_batch_and_nothing_is_written(
    toys: Database, writer: Writer, dialect: Dialect
) -> None:
    if dialect == "sqlite":
        with toys.connection() as connection:
            connection.exec_driver_sql("PRAGMA query_only=ON")
    else:
        with toys.connection() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{toys.url.database}" SET default_transaction_read_only = on')
    asked = [writer.submit(note, key) for key in "ab"]

    writer.step()

    assert [type(one.exception(0)) for one in asked] == [NothingWritten, NothingWritten]
    assert notes(toys) == []
