"""Limits of the platform for issuers: one file is one limit, with its basis and the day from which it is applied."""

from datetime import date
from functools import cache

from greencredit.issuers.errors import LimitUnknown
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import Grade
from greencredit.schemas.values import Record, Words


class LimitVersion(Record):
    """What a limit says from a day on: days, a grade, or a share."""

    since: date
    days: tuple[int, ...] = ()
    grade: Grade | None = None
    basis_points: int | None = None


class Limit(Record):
    """One limit that the platform sets for issuers (平台规则)."""

    name: str
    title: Words
    basis: Words
    """The law it keeps, the instrument it is modelled on, or plainly that the platform chose it."""
    source: str | None = None
    version: tuple[LimitVersion, ...]


@cache
def limits() -> dict[str, Limit]:
    """Give every limit by name."""
    return {name: Limit(name=name, **content) for name, content in data_files(__name__)}


def limit_on(name: str, day: date) -> LimitVersion:
    """Give what a limit says on a day, or refuse: a missing limit is never a zero."""
    limit = limits().get(name)
    holding = [one for one in limit.version if one.since <= day] if limit else []
    if not holding:
        raise LimitUnknown(name, wanted=day)
    return max(holding, key=lambda one: one.since)


def days_of(name: str, day: date) -> int:
    """Give a limit that is one number of days."""
    (days,) = limit_on(name, day).days
    return days


def grade_floor(day: date) -> Grade:
    """Give the least grade with which an issuer may issue."""
    grade = limit_on("grade_floor", day).grade
    assert grade is not None, "the limit grade_floor names a grade"
    return grade


def share_of(name: str, day: date) -> int:
    """Give a limit that is a share, in basis points."""
    share = limit_on(name, day).basis_points
    assert share is not None, f"the limit {name} is a share"
    return share
