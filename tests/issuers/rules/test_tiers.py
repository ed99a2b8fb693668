"""Who decides on a filing, how soon, with how many people: by size, region and day."""

from datetime import date
from typing import Final

import pytest

from greencredit.issuers import rules
from greencredit.issuers.catalogue.regions import municipalities, region_titles
from greencredit.issuers.catalogue.tiers import tiers
from greencredit.issuers.errors import TierUnknown
from greencredit.schemas.issuers import Level, Placing, Scale
from greencredit.schemas.values import Fen

DAY: Final = date(2026, 3, 2)


def place(
    region: str = "CN-ZJ-HZ",
    *,
    worth_fen: int = 0,
    holders: int = 0,
    provinces: tuple[str, ...] = ("CN-ZJ",),
    on: date = DAY,
) -> Placing:
    """Place a scheme by the table as it is."""
    scale = Scale(worth_fen=Fen(worth_fen), holders=holders, provinces=provinces)
    return rules.placing_of(scale, region, tiers(), on, titles=region_titles(), municipalities=municipalities())


SIX: Final = ("CN-BJ", "CN-GD", "CN-JS", "CN-SH", "CN-TJ", "CN-ZJ")


@pytest.mark.proves("ISS-4", "SUP-1")
@pytest.mark.parametrize(
    ("placing", "tier", "authority", "four_eyes"),
    [
        (place(), "local", "CN-ZJ-HZ", False),
        (place(worth_fen=19_999_999, holders=9_999), "local", "CN-ZJ-HZ", False),
        (place(worth_fen=20_000_000), "city", "CN-ZJ-HZ", False),
        (place(holders=10_000), "city", "CN-ZJ-HZ", False),
        (place("CN-SH-PD", holders=10_000, provinces=("CN-SH",)), "city", "CN-SH", False),
        (place("CN-SH-PD", provinces=("CN-SH",)), "local", "CN-SH-PD", False),
        (place("CN-SH", provinces=("CN-SH",)), "local", "CN-SH", False),
        (place(worth_fen=5_000_000_000), "province", "CN-ZJ", True),
        (place(holders=1_000_000), "province", "CN-ZJ", True),
        (place(provinces=("CN-JS", "CN-ZJ")), "province", "CN-ZJ", True),
        (place(provinces=SIX), "nation", "CN", True),
        (place(worth_fen=100_000_000_000), "nation", "CN", True),
    ],
    ids=lambda value: f"{value.tier} {value.scale.worth_fen}" if isinstance(value, Placing) else None,
)
def test_size_and_region_decide_on_tier_authority_and_number_of_people(
    placing: Placing, tier: str, authority: str, *, four_eyes: bool
) -> None:
    assert (placing.tier, placing.authority, placing.four_eyes) == (tier, authority, four_eyes)


def test_the_clocks_of_each_tier_come_from_the_table() -> None:
    clocks = {
        one.tier: (one.acceptance_workdays, one.decision_workdays, one.correction_workdays)
        for one in (place(), place(holders=10_000), place(holders=1_000_000), place(provinces=SIX))
    }

    assert clocks == {"local": (5, 15, 10), "city": (5, 15, 10), "province": (5, 20, 15), "nation": (5, 20, 20)}


def test_an_authority_is_named_by_the_nearest_region_with_a_name() -> None:
    assert place(holders=1_000_000).authority_title.model_dump() == {
        "zh": "浙江省备案主管部门",
        "en": "Filing authority of Zhejiang",
    }
    assert place().authority_title.zh == "浙江省（CN-ZJ-HZ）备案主管部门"
    assert place(provinces=SIX).authority_title.zh == "全国备案主管部门"


def test_a_day_before_the_table_has_no_tier() -> None:
    with pytest.raises(TierUnknown) as no:
        place(on=date(2019, 12, 31))

    assert no.value.facts == {"wanted": "2019-12-31"}


@pytest.mark.parametrize("tier", tiers(), ids=lambda tier: tier.name)
def test_a_tier_says_on_what_it_rests_and_its_versions_follow_each_other(tier: object) -> None:
    found = next(one for one in tiers() if one is tier)

    assert all((found.title.zh, found.title.en, found.basis.zh, found.basis.en))
    assert [one.until for one in found.version[:-1]] == [one.since for one in found.version[1:]]


def test_the_tiers_rise_in_size_and_level() -> None:
    assert [one.level for one in tiers()] == list(Level)
    assert [one.rank for one in tiers()] == sorted(one.rank for one in tiers())
    assert len(region_titles()) == 35
    assert municipalities() < set(region_titles())
