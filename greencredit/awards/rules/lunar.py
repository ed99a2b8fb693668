"""Days of the Chinese lunar calendar (农历)."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=8192)
def lunar_day(on: date) -> tuple[int, int, bool]:
    """Give month, day and whether the month is a leap month (闰月)."""
    from lunar_python import Solar

    found = Solar.fromYmd(on.year, on.month, on.day).getLunar()
    month: int = found.getMonth()
    return abs(month), int(found.getDay()), month < 0
