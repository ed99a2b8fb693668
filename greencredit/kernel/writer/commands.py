"""What a door hands to the writer, and how it gets its answer."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from greencredit.kernel.errors import Refusal

Outcome = Any
"""What became of one item: the verb's result, or a `Refusal` (in a list also the exception that it alone raised)."""

Verb = Callable[[Session, Sequence[Any]], Sequence[Outcome]]
"""A room's batch verb: one outcome per item, in their order; a refused item leaves nothing in the session.

It is a function of a module, so that equal verbs are the same object; it flushes, never commits, and never submits.
It may be called again for the same items after the transaction of the first call was rolled back.
"""


class Command(NamedTuple):
    """A verb and its item."""

    verb: Verb
    item: Any


Follow = Callable[[Any], Command | None]
"""Says what else belongs into the same transaction (the line of the audit log), from the result of what was done.

It is called only for what was not refused: with the result of a single command, with the outcomes of many.
"""


class Entry:
    """One caller's command, or many that belong together, on its way through the writer."""

    __slots__ = (
        *("answer", "atomic", "claimed", "deadline", "follow", "future", "items", "loop"),
        *("many", "missing", "offset", "outcomes", "parent", "told", "verb"),
    )

    def __init__(
        self,
        verb: Verb,
        items: Sequence[Any],
        *,
        future: Any,  # noqa: ANN401 - of asyncio or of concurrent.futures
        loop: asyncio.AbstractEventLoop | None = None,
        many: bool = False,
        atomic: bool = False,
        deadline: datetime | None = None,
        follow: Follow | None = None,
    ) -> None:
        self.verb = verb
        self.items = items
        self.future = future
        self.loop = loop
        self.many = many
        self.atomic = atomic
        self.deadline = deadline
        self.follow = follow
        self.outcomes: Sequence[Outcome] = ()
        self.answer: Any = None
        self.claimed = False
        self.told = False
        self.parent: Entry | None = None
        self.offset = 0
        self.missing = 0

    def claim(self) -> bool:
        """Begin to carry it out, unless its caller has gone away; after this it can't be called back."""
        if self.claimed:
            return True
        if self.loop is not None:
            self.claimed = not self.future.cancelled()
        elif self.parent is None:
            self.claimed = self.future.set_running_or_notify_cancel()
        return self.claimed

    @property
    def refused(self) -> bool:
        """Tell whether nothing of it was done."""
        return all(isinstance(outcome, Exception) for outcome in self.outcomes)

    def halves(self) -> "tuple[Entry, Entry]":
        """Split the items, so that one that can't be carried out does not fail the others."""
        assert self.can_split, "one item, or all or nothing, is not split"
        if self.parent is None:
            self.outcomes, self.missing = [None] * len(self.items), len(self.items)
        middle = len(self.items) // 2
        return self._part(0, middle), self._part(middle, len(self.items))

    @property
    def can_split(self) -> bool:
        """Tell whether its items may be carried out apart from each other."""
        return len(self.items) > 1 and not self.atomic

    def _part(self, begin: int, end: int) -> "Entry":
        part = Entry(self.verb, self.items[begin:end], future=None, many=True, deadline=self.deadline)
        part.follow, part.claimed = self.follow, True
        part.parent = self.parent or self
        part.offset = self.offset + begin
        return part

    def done(self) -> None:
        """Take the outcomes as its answer."""
        self.answer = self.outcomes if self.many else self.outcomes[0]

    def failed(self, error: Exception) -> None:
        """Take an exception as its answer."""
        self.answer = error


def answer(entries: Iterable[Entry]) -> None:
    """Tell every caller its answer; the callers of one event loop are told with one call into it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Entry]] = {}
    for part in entries:
        entry = _whole(part) if part.parent is not None else part
        if entry is None or entry.told:
            continue
        entry.told = True
        if entry.loop is None:
            _tell_thread(entry.future, entry.answer)
        else:
            by_loop.setdefault(entry.loop, []).append(entry)
    for loop, told in by_loop.items():
        try:
            loop.call_soon_threadsafe(_tell_loop, told)
        except RuntimeError:  # the loop is closed: nobody waits there any more
            continue


def _whole(part: Entry) -> Entry | None:
    """Put a part's answer in its place; give the whole once no part is missing."""
    whole, part.told = part.parent, True
    assert whole is not None, "a part has a whole"
    count = len(part.items)
    outcomes = [part.answer] * count if isinstance(part.answer, Exception) else part.answer
    assert isinstance(whole.outcomes, list), "the whole has places for its parts"
    whole.outcomes[part.offset : part.offset + count] = outcomes
    whole.missing -= count
    if whole.missing:
        return None
    whole.done()
    return whole


def _tell_loop(entries: list[Entry]) -> None:
    for entry in entries:
        if not entry.future.done():  # its caller may have gone away
            entry.future.set_result(entry.answer)


def _tell_thread(future: "Future[Any]", answer: Any) -> None:  # noqa: ANN401 - results are free-form
    if future.cancelled():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def first_refusal(outcomes: Sequence[Outcome]) -> tuple[int, Refusal] | None:
    """Find the first refused item."""
    return next(((place, found) for place, found in enumerate(outcomes) if isinstance(found, Refusal)), None)
