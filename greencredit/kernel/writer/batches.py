"""One batch: its transaction, what happens when that fails, and who is told what."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from greencredit.kernel import logs
from greencredit.kernel.database import CommitFailed, Database
from greencredit.kernel.writer.commands import Entry, Verb, answer, first_refusal
from greencredit.kernel.writer.errors import BatchUndone, DeadlinePassed, NothingWritten, OutcomeUnknown
from greencredit.kernel.writer.faults import Fault, fault_of, is_surely_undone
from greencredit.kernel.writer.tally import Tally

_LOG: Final = logs.log(__name__)
_FIRST_PAUSE_SECONDS: Final = 0.002
_LONGEST_PAUSE_SECONDS: Final = 0.2


class _Undone(Exception):  # noqa: N818 - no fault: it takes the transaction of a refused all-or-nothing batch back
    """Everything of this transaction is to be rolled back; the answers are known."""


class Batches:
    """Writes groups of commands: together if that succeeds, else in smaller and smaller groups."""

    def __init__(
        self,
        database: Database,
        tally: Tally,
        *,
        attempts_max: int,
        begin_seconds: float,
        pause: Callable[[float], None],
        stopwatch: Callable[[], float],
    ) -> None:
        self._database = database
        self._tally = tally
        self._attempts_max = attempts_max
        self._begin_seconds = begin_seconds
        self._pause = pause
        self._stopwatch = stopwatch

    def write(self, entries: list[Entry], waiting: Callable[[], int]) -> None:
        """Carry out what one batch holds; at the end every caller has been told.

        Args:
            entries: in their order; one that is all or nothing comes alone.
            waiting: how many items wait behind them, for those who are told to come back.
        """
        groups = [entries]
        while groups:
            groups.extend(reversed(self._attempted(groups.pop(), waiting)))

    def _attempted(self, entries: list[Entry], waiting: Callable[[], int]) -> list[list[Entry]]:
        """Try a group until its fate is sure; give what is to be tried in smaller groups, in order."""
        for attempt in range(1, self._attempts_max + 1):
            try:
                self._once(entries, waiting)
            except CommitFailed as failed:
                error = failed.error
                if not is_surely_undone(error):
                    _LOG.error("a commit was not confirmed", exc_info=error)
                    self._fail(entries, lambda: OutcomeUnknown(logs.told_of(error)))  # noqa: B023 - called at once
                    return []
            except Exception as raised:  # noqa: BLE001 - whatever stops a batch is told to its callers
                error = raised
            else:
                return []
            entries = [entry for entry in entries if not entry.told]
            fault = fault_of(error)
            if fault is Fault.ITEM:
                return self._smaller(entries, error)
            if fault is Fault.STORAGE or attempt == self._attempts_max:
                _LOG.error("a batch could not be written", exc_info=error)
                self._fail(entries, lambda: NothingWritten(logs.told_of(error)))  # noqa: B023 - called at once
                return []
            self._tally.retries += 1
            self._drop_late(entries, waiting)
            self._pause(self._pause_seconds(attempt))
        return []

    def _once(self, entries: list[Entry], waiting: Callable[[], int]) -> None:
        due: list[Entry] = []
        try:
            with self._database.batch(self._begin_seconds) as session:
                began = self._stopwatch()
                due = self._drop_late(entries, waiting)
                carry_out(session, due)
        except _Undone:
            answer(due)
            return
        if due:
            self._tally.committed(sum(len(entry.items) for entry in due), self._stopwatch() - began)
            answer(due)

    def _drop_late(self, entries: list[Entry], waiting: Callable[[], int]) -> list[Entry]:
        """Answer those whose deadline has passed, forget those whose callers went away, and give the others."""
        at = self._database.clock.now()
        due, late = [], []
        for entry in entries:
            if entry.told or not entry.claim():
                entry.told = True
            elif entry.deadline is not None and entry.deadline < at:
                again = self._tally.retry_after_seconds(waiting())
                entry.failed(DeadlinePassed(entry.deadline, at, retry_after_seconds=again))
                late.append(entry)
            else:
                due.append(entry)
        if late:
            self._tally.late += sum(len(entry.items) for entry in late)
            answer(late)
        return due

    def _smaller(self, entries: list[Entry], error: Exception) -> list[list[Entry]]:
        """Halve a group that raised; an item that raises alone gets its own error."""
        if len(entries) > 1:
            middle = len(entries) // 2
            return [entries[:middle], entries[middle:]]
        if entries and entries[0].can_split:
            return [[half] for half in entries[0].halves()]
        self._fail(entries, lambda: error)
        return []

    def _fail(self, entries: list[Entry], error: Callable[[], Exception]) -> None:
        for entry in entries:
            if not entry.told:
                entry.failed(error())
        self._tally.failures += sum(len(entry.items) for entry in entries)
        answer(entries)

    def _pause_seconds(self, attempt: int) -> float:
        longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * (1 << attempt))
        return longest * (0.5 + int.from_bytes(self._database.entropy(2), "big") / 2**17)


def carry_out(session: Session, entries: Sequence[Entry]) -> None:
    """Call each verb once with all its items, then what follows from the results, and note the outcomes."""
    by_verb: dict[Verb, list[Entry]] = {}
    for entry in entries:
        by_verb.setdefault(entry.verb, []).append(entry)
    for verb, group in by_verb.items():
        items = [item for entry in group for item in entry.items]
        outcomes = verb(session, items)
        assert len(outcomes) == len(items), "a batch verb gives one outcome for each item"
        place = 0
        for entry in group:
            count = len(entry.items)
            entry.outcomes = outcomes[place : place + count]
            place += count
    for entry in entries:
        if entry.atomic:
            _require_all(entry)
        entry.done()
    _follow(session, entries)


def _require_all(entry: Entry) -> None:
    """Undo an all-or-nothing batch of which an item was refused; the refused keep their own refusals."""
    if (found := first_refusal(entry.outcomes)) is None:
        return
    place, refusal = found
    entry.outcomes = [
        outcome if isinstance(outcome, Exception) else BatchUndone(item=place, code=refusal.code)
        for outcome in entry.outcomes
    ]
    entry.done()
    raise _Undone


def _follow(session: Session, entries: Sequence[Entry]) -> None:
    by_verb: dict[Verb, list[Any]] = {}
    for entry in entries:
        if entry.follow is not None and not entry.refused and (command := entry.follow(entry.answer)) is not None:
            by_verb.setdefault(command.verb, []).append(command.item)
    for verb, items in by_verb.items():
        refused = first_refusal(verb(session, items))
        assert refused is None, "what follows from a deed can't be refused"
