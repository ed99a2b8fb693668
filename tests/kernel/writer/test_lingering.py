"""How long a batch waits for others: while they keep coming, and no longer."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.writer import Writer
from tests.factories.writer import note, notes

SECONDS = 60


@pytest.mark.slow
def test_a_batch_waits_while_those_who_were_just_answered_keep_coming_and_no_longer(toys: Database) -> None:
    """They come one by one, all together later than one linger after the first; the last of them never comes."""
    writer, began, gate = Writer(toys, linger_seconds=1.0), threading.Event(), threading.Event()

    def held(session: Session, items: Sequence[Any]) -> Sequence[Any]:
        began.set()
        assert gate.wait(SECONDS)
        return note(session, items)

    first = [writer.submit(held, "a")]
    assert began.wait(SECONDS)
    first += [writer.submit(note, key) for key in "bcdef"]
    gate.set()
    told = [one.result(SECONDS) for one in first]
    again = []
    for key in "ghij":
        again.append(writer.submit(note, key))
        threading.Event().wait(0.4)

    assert told + [one.result(SECONDS) for one in again] == [*"ABCDEFGHIJ"]
    assert (writer.tally.batches, notes(toys)) == (3, [*"abcdefghij"])
    writer.stop()
