"""Whose use of a household's cap counts with whose: pure, by days (家庭封顶).

A household's cap holds its members together. Two things keep it from being stretched: whoever leaves counts with the
household until the end of that calendar year, and what a member earned by himself in a window counts in the
household's, too, when another award is weighed in that window.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Final, NamedTuple

from greencredit.awards.rules.claims import EVER, UsageKey

FIRST_HOUSEHOLD: Final = 2**40
"""Households are numbered from here on where use is counted: no holder has such a number."""

_DAY: Final = 10_000_000
_MONTH: Final = 100_000


class Stay(NamedTuple):
    """A holder in a household: from a day on, until another (not included) or for good."""

    household: int
    """As use is counted: from `FIRST_HOUSEHOLD` on."""
    holder: int
    since: date
    until: date | None

    def holds(self, on: date) -> bool:
        """Tell whether a day counts with the household."""
        return self.since <= on and (self.until is None or on < self.until)

    def meets(self, window: int) -> bool:
        """Tell whether some day of a window counts with the household."""
        if window == EVER:
            return True
        first, after = _days_of(window)
        return self.since < after and (self.until is None or first < self.until)


def counts_until(ended_on: date | None) -> date | None:
    """Give the day from which whoever left counts by himself again: New Year's Day; none: he is there."""
    return None if ended_on is None else date(ended_on.year + 1, 1, 1)


class Households:
    """Some holders with everybody who ever counted with their households."""

    def __init__(self, stays: Iterable[Stay] = ()) -> None:
        """Order stays by holder and by household."""
        self._by_holder: defaultdict[int, list[Stay]] = defaultdict(list)
        self._by_household: defaultdict[int, list[Stay]] = defaultdict(list)
        for one in stays:
            self._by_holder[one.holder].append(one)
            self._by_household[one.household].append(one)

    def __bool__(self) -> bool:
        return bool(self._by_household)

    def of(self, holder: int, on: date) -> int:
        """Give the household with which a holder's day counts; 0: he is one of his own."""
        found = self._by_holder.get(holder, ())
        return next((one.household for one in found if one.holds(on)), 0)

    def members(self, household: int, window: int) -> list[int]:
        """List who counts with a household in a window: what each earned alone there counts, too."""
        found = self._by_household.get(household, ())
        return sorted({one.holder for one in found if one.meets(window)})

    def own_keys(self, key: UsageKey) -> list[UsageKey]:
        """List the members' own counters beside that of their household; none for a counter of anything else."""
        lineage, whose, window = key
        if -whose < FIRST_HOUSEHOLD:
            return []
        return [(lineage, -member, window) for member in self.members(-whose, window)]


def _days_of(window: int) -> tuple[date, date]:
    """Give the first day of a window and the first one after it."""
    if window > _DAY:
        day = date(window // 10_000, window // 100 % 100, window % 100)
        return day, date.fromordinal(day.toordinal() + 1)
    if window > _MONTH:
        year, month = divmod(window, 100)
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return date(window, 1, 1), date(window + 1, 1, 1)
