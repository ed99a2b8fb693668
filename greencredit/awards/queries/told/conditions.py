"""Conditions in sentences: what was asked, what was found, and what would have been needed."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from greencredit.awards.catalogue.sentences import Fact, sentence
from greencredit.awards.rules import Claim
from greencredit.awards.rules.conditions import is_day, qualifying_fen
from greencredit.awards.rules.lunar import lunar_day
from greencredit.awards.rules.occasions import meets
from greencredit.schemas.awards import (
    Avoided,
    CalendarDays,
    Certificate,
    Condition,
    Count,
    EarningRule,
    EnergyGrade,
    FirstTime,
    Hours,
    LunarDays,
    Member,
    OneOf,
    ProductAttribute,
    Quantity,
    Receipt,
    Region,
    Spent,
    Streak,
    Weekday,
)
from greencredit.schemas.awards.explained import ConditionTold
from greencredit.schemas.values import Words

_LOOKED_AHEAD_DAYS: Final = 8 * 366
"""A 29 February comes again within eight years."""

_Ranged = Spent | Receipt | Quantity | Avoided
_Dated = Weekday | CalendarDays | LunarDays
_Occasional = FirstTime | Count | Streak


def condition_told(
    condition: Condition, rule: EarningRule, claim: Claim, *, held: bool, number: int | None
) -> ConditionTold:
    """Say one condition; `number` is the occasion's, for conditions on what was before."""
    found = _found(condition, rule, claim, number)
    asked = condition.sentence
    return ConditionTold(
        kind=condition.kind,
        held=held,
        asked=asked,
        found=found,
        sentence=sentence("conditions", "held" if held else "failed", asked=asked, found=found),
        needed=None if held else _needed(condition, rule, claim, number),
    )


def figure_of(condition: _Ranged, rule: EarningRule, claim: Claim) -> int:
    """Give the figure that a range looks at."""
    match condition:
        case Spent():
            return claim.spent_fen
        case Receipt():
            return qualifying_fen(rule, claim)
        case Quantity():
            return claim.thousandths
        case Avoided():
            return claim.grams


def _found(condition: Condition, rule: EarningRule, claim: Claim, number: int | None) -> Words:
    match condition:
        case Spent() | Receipt() | Quantity() | Avoided():
            return sentence("conditions", condition.kind, found=figure_of(condition, rule, claim))
        case Hours():
            return _known("hours", claim.hour, is_known=claim.hour >= 0)
        case Weekday() | CalendarDays() | LunarDays():
            return _day_found(condition, claim.on)
        case FirstTime() | Count() | Streak():
            return _occasion_found(condition, number or 0)
        case Member():
            return _member_found(claim)
        case _:
            return _attribute_found(condition, claim)


def _known(kind: str, found: Fact, *, is_known: bool) -> Words:
    return sentence("conditions", kind, found=found) if is_known else sentence("conditions", "unknown")


def _day_found(condition: _Dated, on: date) -> Words:
    if isinstance(condition, Weekday):
        weekday = sentence("conditions", f"weekday.{on.isoweekday()}")
        return sentence("conditions", "weekday", found=on, weekday=weekday)
    if isinstance(condition, CalendarDays):
        return sentence("conditions", "days", found=on)
    month, day, leaps = lunar_day(on)
    return sentence("conditions", "lunar_days.leap" if leaps else "lunar_days", found=on, month=month, day=day)


def _occasion_found(condition: _Occasional, number: int) -> Words:
    if isinstance(condition, Streak):
        return sentence("conditions", "streak", found=number) if number else sentence("conditions", "streak.late")
    span = sentence("conditions", f"span.{condition.span}")
    return sentence("conditions", condition.kind, found=number, span=span)


def _member_found(claim: Claim) -> Words:
    if claim.member_days < 0:
        return sentence("conditions", "unknown")
    level: Fact = claim.level or sentence("conditions", "none")
    return sentence("conditions", "member", days=claim.member_days, level=level)


def _attribute_found(condition: EnergyGrade | Certificate | OneOf | ProductAttribute | Region, claim: Claim) -> Words:
    known = claim.attributes
    match condition:
        case EnergyGrade():
            return _known("energy_grade", known.energy_grade, is_known=bool(known.energy_grade))
        case Certificate():
            found: Fact = ", ".join(known.certificates) or sentence("conditions", "none")
            return sentence("conditions", "certificate", found=found)
        case ProductAttribute():
            values = ", ".join(value for name, value in known.more if name == condition.name)
            return _known("attribute", values, is_known=bool(values))
        case Region():
            return _known("region", known.region, is_known=bool(known.region))
        case OneOf():
            named = str(getattr(known, condition.kind))
            if condition.kind == "store" and named:
                named = f"{known.merchant}/{named}"
            return _known(condition.kind, named, is_known=bool(named))


def _needed(condition: Condition, rule: EarningRule, claim: Claim, number: int | None) -> Words | None:
    match condition:
        case Spent() | Receipt() | Quantity() | Avoided():
            return _range_needed(condition, figure_of(condition, rule, claim))
        case Weekday() | CalendarDays() | LunarDays():
            return _day_needed(condition, claim.on)
        case Member():
            return _member_needed(condition, claim)
        case FirstTime() | Count() | Streak():
            return _occasion_needed(condition, number or 0)
        case OneOf():
            return sentence("needed", f"{condition.kind}.not" if condition.not_one_of else condition.kind)
        case _:
            return sentence("needed", condition.kind, **_wanted(condition))


def _wanted(condition: Hours | EnergyGrade | Certificate | ProductAttribute | Region) -> dict[str, Fact]:
    match condition:
        case Hours():
            return {"since": condition.since, "until": condition.until}
        case EnergyGrade():
            return {"worst": condition.worst}
        case Certificate():
            return {"names": ", ".join(condition.any_of)}
        case _:
            return {}


def _range_needed(condition: _Ranged, found: int) -> Words:
    if condition.least is not None and found < condition.least:
        return sentence("needed", f"{condition.kind}.below", short=condition.least - found)
    assert condition.most is not None, "a range that does not hold is missed below or above"
    return sentence("needed", f"{condition.kind}.above", over=found - condition.most)


def _day_needed(condition: _Dated, on: date) -> Words | None:
    following = first_day(on, lambda day: is_day(condition, day))
    return None if following is None else sentence("needed", condition.kind, next=following)


def first_day(on: date, fits: Callable[[date], bool]) -> date | None:
    """Give the first day after one that fits, if there is one within eight years."""
    days = (on + timedelta(days=ahead) for ahead in range(1, _LOOKED_AHEAD_DAYS))
    return next((day for day in days if fits(day)), None)


def _member_needed(condition: Member, claim: Claim) -> Words | None:
    if condition.levels and claim.level not in condition.levels:
        return sentence("needed", "member.level")
    if claim.member_days < 0:
        return None
    if condition.least_days is not None and claim.member_days < condition.least_days:
        return sentence("needed", "member.below", short=condition.least_days - claim.member_days)
    if condition.most_days is not None and claim.member_days > condition.most_days:
        over = claim.member_days - condition.most_days
        return sentence("needed", "member.above", most=condition.most_days, over=over)
    return None


def _occasion_needed(condition: _Occasional, number: int) -> Words:
    match condition:
        case FirstTime():
            if condition.span == "ever":
                return sentence("needed", "first_time.never")
            return sentence("needed", "first_time.again", span=sentence("conditions", f"next.{condition.span}"))
        case Count():
            return _count_needed(condition, number)
        case Streak():
            if not number:
                return sentence("needed", "streak.late")
            return sentence("needed", "streak.below", short=condition.days - number)


def _count_needed(condition: Count, number: int) -> Words:
    last = condition.last
    wanted = max(number, condition.first)
    while not meets(condition, wanted) and (last is None or wanted <= last):
        wanted += 1
    if last is not None and wanted > last:
        return sentence("needed", "count.above", last=last)
    return sentence("needed", "count.below", short=wanted - number, wanted=wanted)
