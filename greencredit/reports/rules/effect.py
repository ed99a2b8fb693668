"""The effect of a policy as paper may show it: people from ten on, CO2e by family and tier."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from greencredit.schemas.reports import Tier
from greencredit.schemas.reports.region import SMALLEST_GROUP, ActionEffect, FamilyEffect, UptakeMonth
from greencredit.schemas.values import Credits, Grams, Words


class Took(NamedTuple):
    """How many people took part in a month, and how many for the first time."""

    people: int
    newcomers: int


class Came(NamedTuple):
    """What awards of a month came to."""

    awards: int
    credits: int
    grams: int


class Quantified(NamedTuple):
    """What awards for one action came to, with sources of one tier."""

    action: str
    title: Words
    family: Words
    tier: Tier
    awards: int
    grams: int
    method_version: str | None = None
    source: Words | None = None


def people_shown(people: int) -> int | None:
    """Give a number of people, or none where they are some and yet fewer than ten."""
    return None if 0 < people < SMALLEST_GROUP else people


def uptake_months(
    months: Iterable[date], took: Mapping[date, Took], came: Mapping[date, Came]
) -> tuple[UptakeMonth, ...]:
    """Give month by month who took part; newcomers only where they and all the others are ten, or nobody."""
    found = []
    for month in months:
        people, newcomers = took.get(month, Took(0, 0))
        awards, credits_, grams = came.get(month, Came(0, 0, 0))
        shown = people_shown(people)
        told = shown is not None and None not in {people_shown(newcomers), people_shown(people - newcomers)}
        found.append(
            UptakeMonth(
                month=month,
                participants=shown,
                newcomers=newcomers if told else None,
                awards=awards,
                granted=Credits(credits_),
                avoided_g_co2e=Grams(grams),
            )
        )
    return tuple(found)


def effects_of(lines: Iterable[Quantified]) -> tuple[tuple[FamilyEffect, ...], tuple[ActionEffect, ...]]:
    """Sum CO2e up by family and by action, the most avoided first; a figure is as good as its weakest source."""
    families: dict[tuple[str, str], list[Quantified]] = {}
    actions: dict[str, list[Quantified]] = {}
    for line in lines:
        families.setdefault((line.family.zh, line.family.en), []).append(line)
        actions.setdefault(line.action, []).append(line)
    by_family = [
        FamilyEffect(
            title=of[0].family,
            awards=sum(one.awards for one in of),
            avoided_g_co2e=_grams(of, *Tier),
            tier_a=_grams(of, Tier.A),
            tier_b=_grams(of, Tier.B),
            tier_c=_grams(of, Tier.C),
        )
        for of in families.values()
    ]
    by_action = [
        ActionEffect(
            action=name,
            title=of[0].title,
            family=of[0].family,
            tier=max(one.tier for one in of),
            awards=sum(one.awards for one in of),
            avoided_g_co2e=_grams(of, *Tier),
            method_version=of[0].method_version,
            source=of[0].source,
        )
        for name, of in actions.items()
    ]
    return (
        tuple(sorted(by_family, key=lambda one: (-one.avoided_g_co2e, one.title.en))),
        tuple(sorted(by_action, key=lambda one: (-one.avoided_g_co2e, one.action))),
    )


def _grams(lines: Iterable[Quantified], *tiers: Tier) -> Grams:
    return Grams(sum(one.grams for one in lines if one.tier in tiers))
