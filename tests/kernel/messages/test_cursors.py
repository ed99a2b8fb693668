"""A cursor moves forwards with the work that used the facts, for one puller at a time."""

import threading

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.messages import cursors, queue
from greencredit.kernel.messages.cursors import CursorMoved


def test_a_cursor_moves_with_the_work_that_used_the_facts(session: Session) -> None:
    before = cursors.position(session, "reports of awards")
    cursors.advance(session, "reports of awards", since=0, to=12)
    cursors.advance(session, "reports of awards", since=12, to=40)

    assert (before, cursors.position(session, "reports of awards"), cursors.position(session, "other")) == (0, 40, 0)


def test_a_cursor_that_another_puller_moved_is_refused_and_stays(session: Session) -> None:
    cursors.advance(session, "pull", since=0, to=12)

    with pytest.raises(CursorMoved) as no:
        cursors.advance(session, "pull", since=0, to=9)

    assert (no.value.code, no.value.facts) == ("kernel.cursor_moved", {"name": "pull", "found": 12, "wanted": 0})
    assert cursors.position(session, "pull") == 12


def test_of_two_pullers_at_once_one_moves_the_cursor(shared: Database) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def pull() -> None:
        together.wait()
        try:
            with shared.writing() as session:
                cursors.advance(session, "pull", since=0, to=12)
                queue.enqueue(session, "count", threading.current_thread().name, {})
        except CursorMoved:
            outcomes.append("refused")
        else:
            outcomes.append("moved")

    threads = [threading.Thread(target=pull) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["moved", "refused"]
    with shared.reading() as session:
        assert (cursors.position(session, "pull"), queue.counts(session)) == (12, {("count", "waiting"): 1})
