"""Whether a condition holds for one claim: the very words of the filing, one fact at a time."""

from collections.abc import Callable
from datetime import date
from functools import singledispatch

from greencredit.awards.rules.claims import Claim
from greencredit.awards.rules.lunar import lunar_day
from greencredit.schemas.attributes import Attributes
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

Test = Callable[[Claim], bool]


def qualifying_fen(rule: EarningRule, claim: Claim) -> int:
    """Give what the lines of the receipt that qualify under a rule come to."""
    return sum(claim.bought.get(product, 0) for product in rule.products)


def test_of(condition: Condition, rule: EarningRule) -> Test:
    """Make a test of a condition that looks at the evidence and the member alone, not at what was before."""
    if isinstance(condition, Receipt):
        least, most = _ends(condition)
        return lambda claim: least <= qualifying_fen(rule, claim) <= most
    return _test(condition)


@singledispatch
def _test(condition: object) -> Test:
    message = f"every condition has its test, found none for {condition!r}"
    raise AssertionError(message)


def _ends(found: Spent | Receipt | Quantity | Avoided) -> tuple[int, int]:
    return found.least or 0, 2**62 if found.most is None else found.most


@_test.register
def _(condition: Spent) -> Test:
    least, most = _ends(condition)
    return lambda claim: least <= claim.spent_fen <= most


@_test.register
def _(condition: Quantity) -> Test:
    least, most = _ends(condition)
    return lambda claim: least <= claim.thousandths <= most


@_test.register
def _(condition: Avoided) -> Test:
    least, most = _ends(condition)
    return lambda claim: least <= claim.grams <= most


@_test.register
def _(condition: Hours) -> Test:
    hours = hours_of(condition)
    return lambda claim: claim.hour in hours


@_test.register
def _(condition: Member) -> Test:
    return lambda claim: is_member(condition, claim.member_days, claim.level)


@_test.register(Weekday)
@_test.register(CalendarDays)
@_test.register(LunarDays)
def _(condition: Weekday | CalendarDays | LunarDays) -> Test:
    return lambda claim: is_day(condition, claim.on)


@_test.register(EnergyGrade)
@_test.register(Certificate)
@_test.register(OneOf)
@_test.register(ProductAttribute)
@_test.register(Region)
def _(condition: EnergyGrade | Certificate | OneOf | ProductAttribute | Region) -> Test:
    return lambda claim: is_known(condition, claim.attributes)


def hours_of(condition: Hours) -> frozenset[int]:
    """Give the hours of the day that count; a time past midnight wraps round."""
    until = condition.until if condition.until > condition.since else condition.until + 24
    return frozenset(hour % 24 for hour in range(condition.since, until))


def is_day(condition: Weekday | CalendarDays | LunarDays, on: date) -> bool:
    """Tell whether a day is one of those that are named."""
    if isinstance(condition, Weekday):
        return on.isoweekday() in condition.any_of
    if isinstance(condition, CalendarDays):
        return on.day in condition.days and condition.month in {None, on.month}
    month, day, leaps = lunar_day(on)
    if day not in condition.days or condition.month not in {None, month}:
        return False
    return condition.leap_month_counts or not leaps


def is_member(condition: Member, days: int, level: str) -> bool:
    """Tell whether somebody is a member since then and of that level; what is not known does not hold."""
    if condition.least_days is not None and not days >= condition.least_days:
        return False
    if condition.most_days is not None and not 0 <= days <= condition.most_days:
        return False
    return not condition.levels or level in condition.levels


def is_known(condition: EnergyGrade | Certificate | OneOf | ProductAttribute | Region, found: Attributes) -> bool:
    """Tell whether what is known of goods and place meets a condition; what is not known does not."""
    match condition:
        case EnergyGrade():
            return 0 < found.energy_grade <= condition.worst
        case Certificate():
            return any(one in condition.any_of for one in found.certificates)
        case OneOf():
            is_one = _named(condition.kind, found)
            return bool(is_one) and (is_one in condition.any_of) is not condition.not_one_of
        case ProductAttribute():
            return any(name == condition.name and value in condition.any_of for name, value in found.more)
        case Region():
            return any(found.region == one or found.region.startswith(f"{one}-") for one in condition.any_of)


def _named(kind: str, found: Attributes) -> str:
    if kind == "store":
        return f"{found.merchant}/{found.store}" if found.store else ""
    return str(getattr(found, kind))
