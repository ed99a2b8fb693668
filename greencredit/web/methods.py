"""The methods in words: by family, one by one, with a worked example that is computed while the page is made."""

from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from greencredit.actions import queries, rules
from greencredit.actions.rules import FactorBook
from greencredit.awards.queries.explain import stages_of
from greencredit.kernel.clock import civil_date, now
from greencredit.kernel.errors import Refusal
from greencredit.schemas.actions import ActionInput, Caps, Factor, Family, GreenAction, Quantification
from greencredit.schemas.methods import InputLine, MethodGroup, MethodLine, MethodPage, MethodsPage
from greencredit.schemas.values import Words
from greencredit.web import wording

_PROJECTS: Final = Words(zh="节能项目", en="Energy-saving projects")
_CAPS: Final = {
    "quantity_per_day": Words(zh="每天最多 {most} {unit}", en="At most {most} {unit} a day"),
    "quantity_per_month": Words(zh="每月最多 {most} {unit}", en="At most {most} {unit} a month"),
    "quantity_per_year": Words(zh="每年最多 {most} {unit}", en="At most {most} {unit} a year"),
    "quantity_per_kwp_year": Words(zh="每千瓦每年最多 {most} {unit}", en="At most {most} {unit} a year per kW"),
    "events_per_day": Words(zh="每天最多 {most} 次", en="At most {most} times a day"),
    "events_per_month": Words(zh="每月最多 {most} 次", en="At most {most} times a month"),
    "events_per_year": Words(zh="每年最多 {most} 次", en="At most {most} times a year"),
    "grams_per_event": Words(zh="每次最多 {most} 克", en="At most {most} g each time"),
    "share_of_baseline": Words(zh="最多为基准用量的 {percent}%", en="At most {percent}% of the baseline"),
    "share_of_consumption": Words(zh="最多为实际用量的 {percent}%", en="At most {percent}% of what is really used"),
}


def methods(session: Session) -> MethodsPage:
    """Give every method by family, each with its worked example as of today."""
    book, on = queries.factor_book(session), civil_date(now(session))
    groups = [_group(family.value, family.words, family, book, on) for family in Family]
    groups.append(_group("projects", _PROJECTS, None, book, on))
    return MethodsPage(
        groups=tuple(groups),
        total=sum(len(group.lines) for group in groups),
        factors=len(book),
        products=queries.reduction_products(),
        on=on,
    )


def method(session: Session, name: str) -> MethodPage:
    """Give one method with its five stages, factors, sources, and what was set in their place.

    Raises:
        ActionUnknown (actions): there is none of this name.
    """
    action = queries.action(name)
    book, on = queries.factor_book(session), civil_date(now(session))
    found = _example(action, book, on)
    return MethodPage(
        action=action,
        family=_PROJECTS if action.family is None else action.family.words,
        category=action.category.words,
        tier=action.tier.words,
        inputs=tuple(_input(entry) for entry in action.inputs),
        caps=(*_caps(action.caps, action.unit_title), *action.caps.conditions),
        example=() if found is None else stages_of(action, found),
        example_kilograms=None if found is None else wording.kilograms(found.grams),
        example_gas="" if found is None else _gas(found),
        factors=() if found is None else _factors(found, book),
        overrides=tuple(one for one in queries.overrides(session, action=name) if one.approved),
        digest=rules.digest_of(action),
        on=on,
    )


def _group(key: str, title: Words, family: Family | None, book: FactorBook, on: date) -> MethodGroup:
    lines = [_line(action, book, on) for action in queries.actions() if action.family is family]
    return MethodGroup(key=key, title=title, lines=tuple(lines))


def _line(action: GreenAction, book: FactorBook, on: date) -> MethodLine:
    found = _example(action, book, on)
    return MethodLine(
        name=action.name,
        title=action.title,
        behaviour=action.method.behaviour,
        unit=action.unit_title,
        tier=action.tier.value,
        example=None if found is None else wording.kilograms(found.grams),
        gas="" if found is None else _gas(found),
    )


def _example(action: GreenAction, book: FactorBook, on: date) -> Quantification | None:
    """Compute the worked example with the factors of today; none where they are not published in this installation."""
    example = action.example
    try:
        return rules.quantify(action, inputs=example.inputs, region=example.region, on=on, book=book)
    except Refusal:
        return None


def _gas(found: Quantification) -> str:
    return found.gas.value.replace("2", "₂")


def _factors(found: Quantification, book: FactorBook) -> tuple[Factor, ...]:
    chosen = [book.factor(use.id) for use in found.factors]
    return tuple(factor for factor in chosen if factor is not None)


def _input(entry: ActionInput) -> InputLine:
    return InputLine(
        title=entry.title,
        name=entry.name,
        unit=queries.units()[entry.unit],
        bounds=_bounds(entry.minimum, entry.maximum),
        default=_default(entry),
        may_be_set=entry.may_be_set,
    )


def _bounds(least: Decimal | None, most: Decimal | None) -> Words | None:
    if least is None and most is None:
        return None
    if most is None:
        return Words(zh=f"不小于 {least}", en=f"{least} or more")
    if least is None:
        return Words(zh=f"不大于 {most}", en=f"{most} or less")
    return Words(zh=f"{least} 至 {most}", en=f"{least} to {most}")


def _default(entry: ActionInput) -> Words | None:
    if entry.default is not None:
        return Words(zh=f"缺省 {entry.default}（政策假定）", en=f"default {entry.default} (an assumption of policy)")
    if entry.default_from is not None:
        return Words(zh=f"缺省取因子 {entry.default_from}", en=f"default: factor {entry.default_from}")
    return None


def _caps(caps: Caps, unit: Words) -> list[Words]:
    told = []
    for name, words in _CAPS.items():
        most = getattr(caps, name)
        if most is None:
            continue
        percent = f"{Decimal(most) * 100:f}".rstrip("0").rstrip(".") if name.startswith("share") else ""
        facts = {"most": f"{most:,}", "percent": percent}
        told.append(Words(zh=words.zh.format(unit=unit.zh, **facts), en=words.en.format(unit=unit.en, **facts)))
    return told
