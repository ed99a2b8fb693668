"""Which authority decides on a filing and how soon: by the table of tiers, the scheme's size and its region."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

from greencredit.issuers.errors import TierUnknown
from greencredit.schemas.issuers import Level, Placing, Scale, Tier, TierVersion
from greencredit.schemas.values import Words

_PARTS: Final = {Level.NATION: 1, Level.PROVINCE: 2, Level.CITY: 3, Level.LOCAL: 3}
"""How many parts of a region's code an authority of each level has."""


def placing_of(
    scale: Scale,
    region: str,
    tiers: Iterable[Tier],
    on: date,
    *,
    titles: Mapping[str, Words],
    municipalities: Collection[str],
) -> Placing:
    """Give the tier that a scheme of this size belongs to on a day, with authority, clocks and number of people."""
    tier, version = _tier_of(scale, tiers, on)
    authority = authority_of(tier.level, region, municipalities)
    return Placing(
        tier=tier.name,
        tier_title=tier.title,
        authority=authority,
        authority_title=authority_title(authority, titles),
        acceptance_workdays=version.acceptance_workdays,
        decision_workdays=version.decision_workdays,
        correction_workdays=version.correction_workdays,
        four_eyes=version.four_eyes,
        scale=scale,
        silence_completes=version.silence_completes,
        correction_lapses=version.correction_lapses,
    )


def _tier_of(scale: Scale, tiers: Iterable[Tier], on: date) -> tuple[Tier, TierVersion]:
    for tier in sorted(tiers, key=lambda one: -one.rank):
        for version in tier.version:
            if version.holds(on) and _reached(scale, version):
                return tier, version
    raise TierUnknown(wanted=on)


def _reached(scale: Scale, version: TierVersion) -> bool:
    thresholds = (
        (version.value_fen_from, scale.worth_fen),
        (version.holders_from, scale.holders),
        (version.provinces_from, len(scale.provinces)),
    )
    return any(least is not None and found >= least for least, found in thresholds)


def authority_of(level: Level, region: str, municipalities: Collection[str]) -> str:
    """Give the region whose authority decides: the issuer's own, cut to the level.

    A municipality (直辖市) has no cities between its districts and itself: there the municipality decides. A code that
    ends with the province is decided on by the province.
    """
    parts = region.split("-")
    province = province_of(region)
    if level is Level.CITY and province in municipalities:
        return province
    return "-".join(parts[: _PARTS[level]])


def province_of(region: str) -> str:
    """Give the province in which a region lies, or the nation itself."""
    return "-".join(region.split("-")[: _PARTS[Level.PROVINCE]])


def authority_title(region: str, titles: Mapping[str, Words]) -> Words:
    """Name the authority of a region by the nearest region whose name is known."""
    parts = region.split("-")
    known = next((code for end in (3, 2, 1) if (code := "-".join(parts[:end])) in titles), region)
    name = titles.get(known, Words(zh=region, en=region))
    inside = "" if known == region else f"（{region}）"
    return Words(
        zh=f"{name.zh}{inside}备案主管部门", en=f"Filing authority of {name.en}{f' ({region})' if inside else ''}"
    )
