"""Runs of neighbouring credits, and what is available as a few of them: drawn at either end, put back in between."""

from bisect import bisect_left
from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

_LOOSE: Final = 1024
"""So many used-up runs may stand before the first one until they are cleared away."""


class Run(NamedTuple):
    """Neighbouring credits on the line: `low` is the first, `high` the first beyond."""

    low: int
    high: int

    def shared(self, other: "Run") -> "Run | None":
        """Give what lies in both; none if nothing does."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Run(low, high) if low < high else None


class Available:
    """Runs in order, none touching the next."""

    def __init__(self) -> None:
        self._lows: list[int] = []
        self._highs: list[int] = []
        self._used = 0
        """Runs before this place are used up."""

    def __iter__(self) -> Iterator[Run]:
        for place in range(self._used, len(self._lows)):
            yield Run(self._lows[place], self._highs[place])

    def put(self, run: Run) -> None:
        """Put a run in, joining it with the neighbours it touches."""
        lows, highs = self._lows, self._highs
        place = bisect_left(lows, run.low, self._used)
        joins_before = place > self._used and highs[place - 1] == run.low
        joins_after = place < len(lows) and lows[place] == run.high
        if joins_before and joins_after:
            highs[place - 1] = highs[place]
            del lows[place], highs[place]
        elif joins_before:
            highs[place - 1] = run.high
        elif joins_after:
            lows[place] = run.low
        else:
            lows.insert(place, run.low)
            highs.insert(place, run.high)

    def first(self, wanted: int) -> list[Run]:
        """Draw so many credits, the first ones first; asserts that there are so many."""
        taken: list[Run] = []
        lows, highs = self._lows, self._highs
        while wanted:
            assert self._used < len(lows), f"{wanted} more credits were wanted than are available"
            low, high = lows[self._used], highs[self._used]
            if high - low > wanted:
                high = low + wanted
                lows[self._used] = high
            else:
                self._used += 1
            taken.append(Run(low, high))
            wanted -= high - low
        if self._used > _LOOSE and self._used * 2 > len(lows):
            del lows[: self._used], highs[: self._used]
            self._used = 0
        return taken

    def last(self, wanted: int) -> list[Run]:
        """Draw so many credits, the last ones first; asserts that there are so many."""
        taken: list[Run] = []
        lows, highs = self._lows, self._highs
        while wanted:
            assert self._used < len(lows), f"{wanted} more credits were wanted than are available"
            low, high = lows[-1], highs[-1]
            if high - low > wanted:
                low = high - wanted
                highs[-1] = low
            else:
                lows.pop()
                highs.pop()
            taken.append(Run(low, high))
            wanted -= high - low
        return taken

    def within(self, inside: Run, most: int) -> list[Run]:
        """Draw at most so many credits out of a stretch, the last ones first."""
        taken: list[Run] = []
        lows, highs = self._lows, self._highs
        place = bisect_left(lows, inside.high, self._used) - 1
        while most and place >= self._used and highs[place] > inside.low:
            low, high = lows[place], highs[place]
            to = min(high, inside.high)
            since = max(low, inside.low, to - most)
            taken.append(Run(since, to))
            most -= to - since
            if low < since and to < high:
                lows.insert(place + 1, to)
                highs.insert(place, since)
            elif to < high:
                lows[place] = to
            elif low < since:
                highs[place] = since
            else:
                del lows[place], highs[place]
            place -= 1
        return taken


def first_of(runs: deque[Run], wanted: int) -> list[Run]:
    """Take so many credits from the front of a list of runs in drawing order, upwards."""
    taken: list[Run] = []
    while wanted:
        assert runs, f"{wanted} more credits were wanted than are there"
        run = runs.popleft()
        if run.high - run.low > wanted:
            runs.appendleft(Run(run.low + wanted, run.high))
            run = Run(run.low, run.low + wanted)
        taken.append(run)
        wanted -= run.high - run.low
    return taken


def last_of(runs: deque[Run], wanted: int) -> list[Run]:
    """Take so many credits from the back of a list of runs in drawing order, downwards."""
    taken: list[Run] = []
    while wanted:
        assert runs, f"{wanted} more credits were wanted than are there"
        run = runs.pop()
        if run.high - run.low > wanted:
            runs.append(Run(run.low, run.high - wanted))
            run = Run(run.high - wanted, run.high)
        taken.append(run)
        wanted -= run.high - run.low
    return taken
