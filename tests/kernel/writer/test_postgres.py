"""A server that goes away in the middle: tried again if surely nothing was kept, told as unknown if nobody knows."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.writer import NothingWritten, Outcome, OutcomeUnknown, Writer
from tests.conftest import Dialect
from tests.factories.writer import KeyTaken, note, notes

LED_3 = pytest.mark.proves("LED-3")
SECONDS = 60

_SLOW_COMMIT = """
CREATE FUNCTION toy_slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER toy_slow AFTER INSERT ON toy_note DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.key = 'slow') EXECUTE FUNCTION toy_slowly();
"""


def _end(toys: Database, backend: int) -> None:
    with toys.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(:backend, 5000)"), {"backend": backend})


def _backend(session: Session) -> int:
    number: int = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    return number


@LED_3
def test_a_connection_ended_before_the_commit_is_tried_again_and_written_once(
    toys: Database, writer: Writer, dialect: Dialect
) -> None:
    if dialect == "sqlite":
        return
    ended: list[int] = []

    def note_and_lose(session: Session, items: Sequence[str]) -> Sequence[Outcome]:
        outcomes = note(session, items)
        if not ended:
            ended.append(_backend(session))
            _end(toys, ended[0])
        return outcomes

    asked = [writer.submit(note_and_lose, key) for key in "abc"]
    writer.step()

    # The batch found out at its commit, which could have been kept for all the writer knows.
    assert [type(one.exception(0)) for one in asked] == [OutcomeUnknown] * 3
    again = [writer.submit(note_and_lose, key) for key in "abc"]
    writer.step()
    assert ([one.result(0) for one in again], notes(toys)) == (["A", "B", "C"], ["a", "b", "c"])


@LED_3
def test_a_connection_ended_during_a_statement_is_tried_again_and_nobody_notices(
    toys: Database, writer: Writer, dialect: Dialect
) -> None:
    if dialect == "sqlite":
        return
    ended: list[int] = []

    def lose_and_note(session: Session, items: Sequence[str]) -> Sequence[Outcome]:
        if not ended:
            ended.append(_backend(session))
            _end(toys, ended[0])
        return note(session, items)

    asked = [writer.submit(lose_and_note, key) for key in "abc"]
    writer.step()

    assert [one.result(0) for one in asked] == ["A", "B", "C"]
    assert (notes(toys), writer.tally.retries) == (["a", "b", "c"], 1)


@LED_3
def test_a_connection_ended_during_the_commit_is_told_as_unknown_and_the_key_tells_later(
    toys: Database, dialect: Dialect
) -> None:
    if dialect == "sqlite":
        return
    with toys.connection() as connection:
        connection.exec_driver_sql(_SLOW_COMMIT)
    backends: list[int] = []

    def known(session: Session, items: Sequence[str]) -> Sequence[Outcome]:
        backends.append(_backend(session))
        return note(session, items)

    writer = Writer(toys)
    asked = [writer.submit(known, key) for key in ("slow",)]
    _until_it_sleeps(toys)
    _end(toys, backends[0])

    with pytest.raises(OutcomeUnknown):
        asked[0].result(SECONDS)
    assert writer.submit(note, "next").result(SECONDS) == "NEXT"
    assert notes(toys) == ["next"], "this time it was not kept"
    writer.stop()


def _until_it_sleeps(toys: Database) -> None:
    statement = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
    while True:
        with toys.reading() as session:
            if session.scalar(statement):
                return


class _LosesAnswers:
    """Stands between the writer and its server; once armed, passes a COMMIT on and hangs up instead of answering."""

    def __init__(self, server: Path, folder: Path) -> None:
        self.armed = threading.Event()
        self._server = server
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / server.name))
        self._listening.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.socket(socket.AF_UNIX) as upstream:
            upstream.connect(str(self._server))
            lost, over = threading.Event(), threading.Event()
            threading.Thread(target=_answers, args=(upstream, client, lost, over), daemon=True).start()
            while sent := client.recv(65536):
                if self.armed.is_set() and sent.endswith(b"\x0bCOMMIT\x00"):
                    self.armed.clear()
                    lost.set()
                    upstream.sendall(sent)
                    upstream.shutdown(socket.SHUT_WR)
                    over.wait(SECONDS)  # the server has committed and seen that we went away
                    return
                upstream.sendall(sent)


def _answers(upstream: socket.socket, client: socket.socket, lost: threading.Event, over: threading.Event) -> None:
    with suppress(OSError):
        while came := upstream.recv(65536):
            if not lost.is_set():
                client.sendall(came)
    over.set()


@LED_3
def test_a_commit_that_was_kept_but_not_confirmed_is_told_as_unknown_and_the_key_tells_the_truth(
    toys: Database, dialect: Dialect, tmp_path: Path
) -> None:
    if dialect == "sqlite":
        return
    between = _LosesAnswers(Path(str(toys.url.query["host"])) / ".s.PGSQL.5432", tmp_path)
    far = Database(f"postgresql://postgres@/{toys.url.database}?host={tmp_path}", clock=toys.clock)
    writer = Writer(far, by_hand=True)
    warm = writer.submit(note, "warm")
    writer.step()

    between.armed.set()
    asked = writer.submit(note, "a")
    writer.step()
    again = writer.submit(note, "a")
    writer.step()
    far.close()
    between.close()

    assert warm.result(0) == "WARM"
    assert (type(asked.exception(0)), type(again.exception(0))) == (OutcomeUnknown, KeyTaken)
    assert notes(toys) == ["warm", "a"]


@LED_3
def test_a_serialisation_failure_is_tried_again(
    toys: Database, writer: Writer, pauses: list[float], dialect: Dialect
) -> None:
    if dialect == "sqlite":
        return
    times: list[int] = []

    def unlucky(session: Session, items: Sequence[str]) -> Sequence[Outcome]:
        outcomes = note(session, items)
        times.append(len(items))
        if len(times) == 1:
            session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'in vain' USING ERRCODE = '40001'; END $$"))
        return outcomes

    asked = [writer.submit(unlucky, key) for key in "ab"]
    writer.step()

    assert ([one.result(0) for one in asked], notes(toys)) == (["A", "B"], ["a", "b"])
    assert (times, writer.tally.retries, len(pauses)) == ([2, 2], 1, 1)


def test_a_server_that_is_not_there_is_told_after_a_few_attempts(tmp_path: Path, pauses: list[float]) -> None:
    nowhere = Database(f"postgresql://postgres@/nothing?host={tmp_path}", entropy=seeded_entropy("nowhere"))
    writer = Writer(nowhere, by_hand=True, attempts_max=3, pause=pauses.append)

    asked = writer.submit(note, "a")
    writer.step()
    nowhere.close()

    assert (type(asked.exception(0)), len(pauses)) == (NothingWritten, 2)
