"""Days of coverage, out of measurements that hold until the next one."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from greencredit.schemas.issuers import CoverageDays
from greencredit.schemas.values import Period


class Measured(NamedTuple):
    """One measurement: on which civil day, what ratio, and whether it was what was filed."""

    on: date
    basis_points: int | None
    kept: bool
    filed_basis_points: int


def coverage_days(issuer_id: str, measured: Sequence[Measured], period: Period) -> CoverageDays:
    """Tell how far a guarantee reached in a period; a measurement holds until the next one.

    A day is short if any of it was: the day on which a shortfall was made good counts, too.
    """
    short: dict[date, bool] = {}
    lowest: tuple[int, date] | None = None
    last: Measured | None = None
    for place, one in enumerate(measured):
        until = measured[place + 1].on if place + 1 < len(measured) else period.last_day
        first, end = max(one.on, period.since), min(until, period.last_day)
        if end < first:
            continue
        last = one
        for number in range((end - first).days + 1):
            day = first + timedelta(days=number)
            short[day] = short.get(day, False) or not one.kept
        if one.basis_points is not None and (lowest is None or one.basis_points < lowest[0]):
            lowest = one.basis_points, first
    return CoverageDays(
        issuer_id=issuer_id,
        days=len(short),
        days_short=sum(short.values()),
        lowest_basis_points=lowest[0] if lowest else None,
        lowest_on=lowest[1] if lowest else None,
        last_basis_points=last.basis_points if last else None,
        filed_basis_points=last.filed_basis_points if last else None,
    )
