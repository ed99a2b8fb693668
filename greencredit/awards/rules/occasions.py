"""What somebody did before under a rule: how often in a span, and on how many days in a row (次数、连续天数)."""

from collections.abc import Iterable
from typing import Final

from greencredit.awards.rules.claims import DAYS_IN_A_ROW, LAST_DAY, UsageKey
from greencredit.schemas.awards import Count, FirstTime, Streak

_PLACES: Final = {"day": 0, "month": 1, "year": 2, "ever": 3}

Occasional = FirstTime | Count | Streak


def keys_of(
    lineage: int, holder: int, conditions: Iterable[Occasional], windows_: tuple[int, int, int, int]
) -> list[UsageKey]:
    """List what must be known of before."""
    windows = set[int]()
    for one in conditions:
        windows |= {LAST_DAY, DAYS_IN_A_ROW} if isinstance(one, Streak) else {windows_[_PLACES[one.span]]}
    return [(lineage, holder, window) for window in sorted(windows)]


def number_of(
    condition: Occasional,
    lineage: int,
    holder: int,
    windows_: tuple[int, int, int, int],
    day: int,
    before: dict[UsageKey, int],
) -> int:
    """Give the number that this occasion would have: in its span, or of days in a row; 0: too late to be one."""
    if not isinstance(condition, Streak):
        return before.get((lineage, holder, windows_[_PLACES[condition.span]]), 0) + 1
    last, length = before.get((lineage, holder, LAST_DAY), 0), before.get((lineage, holder, DAYS_IN_A_ROW), 0)
    if day == last:
        return length
    if day < last:
        return 0
    return length + 1 if day == last + 1 else 1


def meets(condition: Occasional, number: int) -> bool:
    """Tell whether an occasion of this number is one that counts."""
    if isinstance(condition, FirstTime):
        return number == 1
    if isinstance(condition, Streak):
        return number >= condition.days
    if number < condition.first or (condition.last is not None and number > condition.last):
        return False
    return (number - condition.first) % condition.every == 0


def move(
    conditions: Iterable[Occasional],
    lineage: int,
    holder: int,
    windows_: tuple[int, int, int, int],
    day: int,
    before: dict[UsageKey, int],
) -> None:
    """Count an occasion, once for each span."""
    numbers = {
        (_PLACES.get(getattr(one, "span", ""), -1)): number_of(one, lineage, holder, windows_, day, before)
        for one in conditions
    }
    for place, number in numbers.items():
        if place >= 0:
            before[lineage, holder, windows_[place]] = number
        elif number:
            before[lineage, holder, LAST_DAY] = max(day, before.get((lineage, holder, LAST_DAY), 0))
            before[lineage, holder, DAYS_IN_A_ROW] = number
