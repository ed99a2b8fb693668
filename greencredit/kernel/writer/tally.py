"""What the writer counts about itself, for the measures and for telling callers when to come back."""

import math
from bisect import bisect_left
from typing import Final

SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
"""Upper bounds of the histogram of batch sizes."""
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram of the time a batch takes, from its begin to its commit."""

_FIRST_GUESS_PER_SECOND: Final = 1_000.0
_WEIGHT: Final = 0.2
_LONGEST_WAIT_SECONDS: Final = 60


class Histogram:
    """Counts by upper bound; the last count is of what lies above all bounds."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """Counts of one writer since it was made; only its own thread adds to them."""

    def __init__(self) -> None:
        self.sizes = Histogram(tuple(map(float, SIZES)))
        self.seconds = Histogram(SECONDS)
        self.batches = 0
        self.items = 0
        self.late = 0
        self.retries = 0
        self.failures = 0
        self.turned_away = 0
        self._per_second = _FIRST_GUESS_PER_SECOND

    def committed(self, items: int, seconds: float) -> None:
        """Count one batch that was committed."""
        self.batches += 1
        self.items += items
        self.sizes.add(items)
        self.seconds.add(seconds)
        self._per_second += _WEIGHT * (items / max(seconds, 1e-6) - self._per_second)

    def ends(self) -> dict[str, int]:
        """Give the items by what became of them; a refusal by a rule is an end like any other."""
        return {
            "committed": self.items,
            "late": self.late,
            "failed": self.failures,
            "turned_away": self.turned_away,
        }

    def retry_after_seconds(self, waiting: int) -> int:
        """Tell after how many whole seconds that many items will have been written at the present rate."""
        return max(1, min(_LONGEST_WAIT_SECONDS, math.ceil(waiting / self._per_second)))
