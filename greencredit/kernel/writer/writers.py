"""The writer of one process: a bounded queue, one thread that empties it, answers after the commit."""

import asyncio
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, Final

from greencredit.kernel import logs
from greencredit.kernel.database import Database, DatabaseInside
from greencredit.kernel.writer.batches import Batches
from greencredit.kernel.writer.commands import Entry, Follow, Outcome, Verb, answer
from greencredit.kernel.writer.errors import QueueFull, WriterStopped
from greencredit.kernel.writer.tally import Tally

_LOG: Final = logs.log(__name__)

LARGEST_BATCH: Final = 4_096
QUEUE_LIMIT: Final = 20_000
PATIENCE: Final = timedelta(seconds=10)
"""How long a command without a deadline of its own may wait for its batch to begin."""
_LINGERS_MOST: Final = 10
"""So often a batch waits for more callers: on a busy processor 64 of them take some ten milliseconds to ask again."""


class Writer:
    """Group commit: commands that wait together share one durable transaction, and each caller is told after it.

    The thread begins with the first command and ends when there was none for a while. With `by_hand` there is none:
    `step` carries out one batch in the caller's thread, so that a scheduler can drive it.

    Args:
        database: what is written to; its clock tells deadlines, its entropy scatters the pauses between attempts.
        largest_batch: how many items one transaction takes, if no single caller brings more.
        queue_limit: how many items may wait; more are refused at once.
        patience: the deadline of commands that name none.
        attempts_max: how often a batch is tried while the database is locked or gone.
        begin_seconds: how long one attempt waits for its turn and the lock of the file.
        linger_seconds: how long a batch waits for the next of those who were there a moment ago; one who is alone never
            waits, and nobody waits longer than ten times that.
        idle_seconds: after this time without commands the thread ends.
        by_hand: there is no thread; `step` is called.
        pause: sleeps between two attempts.
        stopwatch: measures how fast the queue is drained.
    """

    def __init__(  # noqa: PLR0913 - each is a knob with a name, a reason and a default
        self,
        database: Database,
        *,
        largest_batch: int = LARGEST_BATCH,
        queue_limit: int = QUEUE_LIMIT,
        patience: timedelta = PATIENCE,
        attempts_max: int = 8,
        begin_seconds: float = 1.0,
        linger_seconds: float = 0.002,
        idle_seconds: float = 30.0,
        by_hand: bool = False,
        pause: Callable[[float], None] = time.sleep,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.tally = Tally()
        self._database = database
        self._largest_batch = largest_batch
        self._queue_limit = queue_limit
        self._patience = patience
        self._linger_seconds = linger_seconds
        self._idle_seconds = idle_seconds
        self._by_hand = by_hand
        self._batches = Batches(
            database,
            self.tally,
            attempts_max=attempts_max,
            begin_seconds=begin_seconds,
            pause=pause,
            stopwatch=stopwatch,
        )
        self._reset()
        _ALIVE.add(self)

    def _reset(self) -> None:
        self._lock = threading.Lock()
        self._more = threading.Condition(self._lock)
        self._stepping = threading.Lock()
        self._queue: deque[Entry] = deque()
        self._waiting = 0
        self._thread: threading.Thread | None = None
        self._asleep = False
        self._wanted = 1
        self._answered = 0
        self._closed = False
        self._died = False

    # ---- The doors' side ---------------------------------------------------------------------------------------------

    def submit(
        self, verb: Verb, item: object, *, deadline: datetime | None = None, follow: Follow | None = None
    ) -> "Future[Any]":
        """Ask for one command from a thread; the future gives its result after the commit, or raises.

        Args:
            verb: a room's batch verb.
            item: what the verb shall do.
            deadline: until when its batch must have begun; `PATIENCE` from now if there is none.
            follow: what else belongs into the same transaction if it is not refused.

        Raises:
            QueueFull: too much waits; nothing was written.
            WriterStopped: the process ends; nothing was written.
        """
        future: Future[Any] = Future()
        self._put(Entry(verb, (item,), future=future, deadline=self._until(deadline), follow=follow))
        return future

    async def submit_async(
        self, verb: Verb, item: object, *, deadline: datetime | None = None, follow: Follow | None = None
    ) -> Any:  # noqa: ANN401 - what the verb gives
        """Ask for one command from an event loop and wait for its result; as `submit`."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self._put(Entry(verb, (item,), future=future, loop=loop, deadline=self._until(deadline), follow=follow))
        return _result(await future)

    def submit_many(
        self,
        verb: Verb,
        items: Sequence[Any],
        *,
        atomic: bool,
        deadline: datetime | None = None,
        follow: Follow | None = None,
    ) -> "Future[list[Outcome]]":
        """Ask for many items of one verb; the future gives an outcome for each, in their order.

        An outcome is a result or a `Refusal`, or the exception that this item alone raised. With `atomic`, one refusal
        undoes all: the others are then refused with `BatchUndone`. Without it, items are independent.
        """
        future: Future[list[Outcome]] = Future()
        if not items:
            future.set_result([])
            return future
        until = self._until(deadline)
        self._put(Entry(verb, items, future=future, many=True, atomic=atomic, deadline=until, follow=follow))
        return future

    async def submit_many_async(
        self,
        verb: Verb,
        items: Sequence[Any],
        *,
        atomic: bool,
        deadline: datetime | None = None,
        follow: Follow | None = None,
    ) -> list[Outcome]:
        """Ask for many items from an event loop; as `submit_many`."""
        if not items:
            return []
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        until = self._until(deadline)
        self._put(Entry(verb, items, future=future, loop=loop, many=True, atomic=atomic, deadline=until, follow=follow))
        outcomes: list[Outcome] = _result(await future)
        return outcomes

    def _until(self, deadline: datetime | None) -> datetime:
        return deadline or self._database.clock.now() + self._patience

    def _put(self, entry: Entry) -> None:
        count = len(entry.items)
        with self._lock:
            if self._closed:
                raise WriterStopped
            # What is larger than the whole queue may come when nobody waits, else it never could.
            if self._waiting and self._waiting + count > self._queue_limit:
                self.tally.turned_away += count
                again = self.tally.retry_after_seconds(self._waiting)
                raise QueueFull(waiting=self._waiting, asked=count, limit=self._queue_limit, retry_after_seconds=again)
            self._queue.append(entry)
            self._waiting += count
            if self._asleep:
                if len(self._queue) >= self._wanted:
                    self._asleep = False
                    self._more.notify()
            elif self._thread is None and not self._by_hand:
                self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
                self._thread.start()

    # ---- The writer's side -------------------------------------------------------------------------------------------

    def step(self) -> int:
        """Carry out one batch of what waits in the caller's thread, and give the number of its items."""
        with self._stepping:
            entries = self._taken()
            if entries:
                self._batches.write(entries, lambda: self._waiting)
            return sum(len(entry.items) for entry in entries)

    def _taken(self) -> list[Entry]:
        """Take what makes one batch: one that is all or nothing alone, else as many as fit, in their order."""
        with self._lock:
            taken: list[Entry] = []
            items = 0
            while self._queue:
                entry = self._queue[0]
                if taken and (entry.atomic or items + len(entry.items) > self._largest_batch):
                    break
                taken.append(self._queue.popleft())
                items += len(entry.items)
                if entry.atomic:
                    break
            self._waiting -= items
            return taken

    def _run(self) -> None:
        entries: list[Entry] = []
        try:
            while self._wait():
                entries = self._taken()
                self._batches.write(entries, lambda: self._waiting)
                self._answered = len(entries)
        except BaseException:  # noqa: BLE001 - only what is no `Exception` comes here: a verb wanted to end the process
            _LOG.critical("the writer died", exc_info=True)
            with self._lock:
                self._died = self._closed = True
            self._refuse([entry for entry in entries if not entry.told])
            self._refuse_waiting()

    def _wait(self) -> bool:
        """Wait for a batch worth its commit; give False when there was nothing for long or no more will come."""
        with self._lock:
            # Whoever was just answered asks again soon, and whoever came meanwhile is somebody else.
            callers = self._answered + len(self._queue)
            if callers > 1:
                self._gather(callers)
            if self._queue or self._slept_until(1, self._idle_seconds):
                return True
            self._thread = None
            return False

    def _gather(self, callers: int) -> None:
        """Wait for so many callers while they keep coming: a commit for a few of them costs as much as one for all."""
        for _ in range(_LINGERS_MOST):
            came = len(self._queue)
            if came >= callers or self._waiting >= self._largest_batch:
                return
            self._slept_until(callers, self._linger_seconds)
            if len(self._queue) == came or self._closed:
                return

    def _slept_until(self, commands: int, seconds: float) -> bool:
        """Sleep until so many commands wait, or nobody may come any more, or the time is over."""
        if self._closed:
            return bool(self._queue)
        self._asleep, self._wanted = True, commands
        self._more.wait(seconds)
        self._asleep = False
        return bool(self._queue)

    # ---- Life --------------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """Give how many items wait for their batch."""
        return self._waiting

    @property
    def healthy(self) -> bool:
        """Tell whether commands are taken and carried out."""
        return not self._closed and not self._died

    def open(self) -> None:
        """Take commands, also again after `stop`; the thread begins with the first."""
        with self._lock:
            self._closed = self._died

    def ask_to_stop(self) -> None:
        """Take no more commands; what waits is still carried out."""
        with self._lock:
            self._closed = True
            self._asleep = False
            self._more.notify()

    def stop(self, grace_seconds: float = 20.0) -> bool:
        """Take no more commands and carry out what waits; what is not begun after the grace is refused."""
        self.ask_to_stop()
        thread = self._thread
        if thread is not None:
            thread.join(grace_seconds)
        elif self._by_hand:
            while self.step():
                pass
        self._refuse_waiting()
        return thread is None or not thread.is_alive()

    def _refuse_waiting(self) -> None:
        with self._lock:
            left = list(self._queue)
            self._queue.clear()
            self._waiting = 0
        self._refuse(left)

    def _refuse(self, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.claim():
                entry.failed(WriterStopped())
            else:
                entry.told = True
        answer(entries)


class InlineWriter(Writer):
    """The same doors without thread or waiting: a command is carried out before `submit` returns.

    For tests inside one transaction (`DatabaseInside`), and wherever a single thread writes.
    """

    def __init__(self, database: Database, **options: Any) -> None:  # noqa: ANN401 - as of Writer
        super().__init__(database, by_hand=True, **options)

    def _put(self, entry: Entry) -> None:
        super()._put(entry)
        while self.step():
            pass


def open_writer(database: Database) -> Writer:
    """Give the writer that fits a database: inside an open transaction there is no other thread's."""
    return InlineWriter(database) if isinstance(database, DatabaseInside) else Writer(database)


def _result(outcome: Any) -> Any:  # noqa: ANN401 - what the verb gives
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


_ALIVE: Final["weakref.WeakSet[Writer]"] = weakref.WeakSet()


def _begin_anew_in_child() -> None:
    """Give the child of a fork writers of its own: the thread, the commands and the connections are its parent's."""
    for writer in list(_ALIVE):
        writer._database.forget_connections()  # noqa: SLF001 - of this very module
        writer._reset()  # noqa: SLF001 - of this very module


os.register_at_fork(after_in_child=_begin_anew_in_child)
