"""Whose turn it is to write an SQLite file: the connections of one process ask in order, and nobody is passed over."""

import threading
from collections import deque
from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

WAIT_SECONDS: Final = 30.0
"""How long whoever writes waits for his turn, and then for the lock of the file."""
PATIENCE_SECONDS: ContextVar[float] = ContextVar("patience", default=WAIT_SECONDS)
"""The same for the present attempt, where somebody wants to look round more often."""


class Turns:
    """A lock that is handed on in the order of asking, to be given back by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = False
        self._asking: deque[threading.Lock] = deque()

    def take(self, seconds: float) -> bool:
        """Wait for the turn; give False if it did not come in time."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()  # released by whoever hands the turn on
            self._asking.append(mine)
        if mine.acquire(timeout=seconds):
            return True
        with self._lock:
            if mine in self._asking:
                self._asking.remove(mine)
                return False
        return True  # it was handed over in the last moment

    def give_back(self) -> None:
        """Hand the turn to whoever asked first."""
        with self._lock:
            if self._asking:
                self._asking.popleft().release()
            else:
                self._taken = False


class WritersInTurn(QueuePool):
    """The one writing connection of an SQLite file, given in the order of asking.

    The pool alone wakes one of those who wait but gives the connection to whoever comes first: a busy thread that
    returns it and asks again would always be first.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as of QueuePool
        super().__init__(*arguments, **options)
        self._turns = Turns()

    def _do_get(self) -> ConnectionPoolEntry:
        seconds = PATIENCE_SECONDS.get()
        if not self._turns.take(seconds):
            message = f"another writer of this process held the database for more than {seconds:g} s"
            raise PoolTimeout(message)
        try:
            return super()._do_get()
        except BaseException:
            self._turns.give_back()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._turns.give_back()
