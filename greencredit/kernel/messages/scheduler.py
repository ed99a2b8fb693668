"""The scheduler: puts periodic work in the queue, once per slot however many processes tick."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from greencredit.kernel import logs
from greencredit.kernel.clock import EPOCH, SHANGHAI
from greencredit.kernel.database import Database
from greencredit.kernel.messages.queue import enqueue

_LOG: Final = logs.log(__name__)


@dataclass(frozen=True, slots=True)
class Every:
    """Work that is due again and again after so many seconds, counted from 1970."""

    name: str
    kind: str
    seconds: int
    body: Mapping[str, Any] = field(default_factory=dict)

    def slot(self, at: datetime) -> datetime:
        """Give the instant at which the work was last due."""
        period = timedelta(seconds=self.seconds)
        return EPOCH + (at - EPOCH) // period * period


@dataclass(frozen=True, slots=True)
class Daily:
    """Work that is due every day at a civil time in China."""

    name: str
    kind: str
    at: time
    body: Mapping[str, Any] = field(default_factory=dict)

    def slot(self, at: datetime) -> datetime:
        """Give the instant at which the work was last due."""
        here = at.astimezone(SHANGHAI)
        day = here.date() if here.time() >= self.at else here.date() - timedelta(days=1)
        return datetime.combine(day, self.at, tzinfo=SHANGHAI).astimezone(EPOCH.tzinfo)


Entry = Every | Daily


class Scheduler:
    """Looks at the clock and enqueues what is due; slots that passed while nobody ticked count once."""

    def __init__(self, database: Database, entries: Sequence[Entry], *, poll_seconds: float = 1.0) -> None:
        assert len({entry.name for entry in entries}) == len(entries), "every entry has a name of its own"
        self._database = database
        self._entries = tuple(entries)
        self._poll_seconds = poll_seconds
        self._enqueued: dict[str, datetime] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def tick(self) -> int:
        """Enqueue every entry whose present slot this process has not seen yet, and give their number."""
        at = self._database.clock.now()
        slots = [(entry, entry.slot(at)) for entry in self._entries]
        due = [(entry, slot) for entry, slot in slots if self._enqueued.get(entry.name) != slot]
        if due:
            with self._database.writing() as session:
                for entry, slot in due:
                    enqueue(session, entry.kind, f"{entry.name}@{slot:%Y-%m-%dT%H:%M:%SZ}", entry.body, slot)
            self._enqueued |= {entry.name: slot for entry, slot in due}
        return len(due)

    def start(self) -> None:
        """Begin to tick in a thread."""
        assert self._thread is None, "a scheduler starts once"
        self._thread = threading.Thread(target=self._run, name="scheduler", daemon=True)
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Ask for the end without waiting for it."""
        self._stop.set()

    def stop(self) -> None:
        """End the ticking."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.tick()
            except SQLAlchemyError:
                _LOG.warning("scheduler could not reach the database", exc_info=True)
            self._stop.wait(self._poll_seconds)
