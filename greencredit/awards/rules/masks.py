"""Conditions for all claims of a batch at once: each day, each set of attributes is looked at only once."""

from functools import singledispatch

import numpy as np

from greencredit.awards.rules.columns import Columns, Flags, Whole
from greencredit.awards.rules.conditions import hours_of, is_day, is_known, is_member
from greencredit.schemas.awards import (
    Avoided,
    CalendarDays,
    Certificate,
    Condition,
    EarningRule,
    EnergyGrade,
    Hours,
    LunarDays,
    Member,
    OneOf,
    ProductAttribute,
    Quantity,
    Receipt,
    Region,
    Spent,
    Weekday,
)

_HOURS = 24


def mask(condition: Condition, rule: EarningRule, columns: Columns, rows: Whole) -> Flags:
    """Tell of some claims whether a condition holds that looks at the evidence and the member alone."""
    if isinstance(condition, Receipt):
        return _within(condition, columns.receipt_fen(rule.products, rows))
    return _mask(condition, columns, rows)


def _within(condition: Spent | Receipt | Quantity | Avoided, found: Whole) -> Flags:
    ok = np.ones(len(found), dtype=np.bool_)
    # No least is 0, as for a single claim.
    ok &= found >= (condition.least or 0)
    if condition.most is not None:
        ok &= found <= condition.most
    return ok


@singledispatch
def _mask(condition: object, columns: Columns, rows: Whole) -> Flags:
    message = f"every condition has its mask, found none for {condition!r} among {len(columns)}, {len(rows)}"
    raise AssertionError(message)


@_mask.register
def _(condition: Spent, columns: Columns, rows: Whole) -> Flags:
    return _within(condition, columns.spent_fen[rows])


@_mask.register
def _(condition: Quantity, columns: Columns, rows: Whole) -> Flags:
    return _within(condition, columns.thousandths[rows])


@_mask.register
def _(condition: Avoided, columns: Columns, rows: Whole) -> Flags:
    return _within(condition, columns.grams[rows])


@_mask.register
def _(condition: Hours, columns: Columns, rows: Whole) -> Flags:
    hours = np.zeros(_HOURS + 1, dtype=np.bool_)  # the last place, -1, is "not known"
    hours[list(hours_of(condition))] = True
    return hours[columns.hour[rows]]


@_mask.register
def _(condition: Member, columns: Columns, rows: Whole) -> Flags:
    pairs, place = np.unique(np.stack([columns.member_days[rows], columns.level[rows]]), axis=1, return_inverse=True)
    found = [is_member(condition, int(days), columns.levels[level]) for days, level in pairs.T.tolist()]
    return np.array(found, dtype=np.bool_)[place.reshape(-1)]


@_mask.register(Weekday)
@_mask.register(CalendarDays)
@_mask.register(LunarDays)
def _(condition: Weekday | CalendarDays | LunarDays, columns: Columns, rows: Whole) -> Flags:
    return np.array([is_day(condition, day) for day in columns.days], dtype=np.bool_)[columns.day[rows]]


@_mask.register(EnergyGrade)
@_mask.register(Certificate)
@_mask.register(OneOf)
@_mask.register(ProductAttribute)
@_mask.register(Region)
def _(condition: EnergyGrade | Certificate | OneOf | ProductAttribute | Region, columns: Columns, rows: Whole) -> Flags:
    found = [is_known(condition, one) for one in columns.known]
    return np.array(found, dtype=np.bool_)[columns.attributes[rows]]
