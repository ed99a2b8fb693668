"""Every file of the catalogue is a usable action; a new file is tested the moment it exists."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pytest

from greencredit.actions import catalogue, rules
from greencredit.actions.errors import ActionFileRefused, FormulaRefused, TierTooLow
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.actions import PROVINCE, Category, Family, GreenAction, Quantification, Tier
from greencredit.schemas.values import Record, Words
from tests.factories.actions import shipped_book, shipped_factors

ACTIONS: Final = catalogue.load()
_PLAIN_NUMBERS: Final = {"1", "365", "1000"}
"""Days of a year, watts of a kilowatt, and one: all other numbers are factors or inputs."""


@pytest.fixture(params=ACTIONS)
def action(request: pytest.FixtureRequest) -> GreenAction:
    """Give each action in turn."""
    return ACTIONS[request.param]


def _example(action: GreenAction) -> Quantification:
    example = action.example
    return rules.quantify(action, inputs=example.inputs, region=example.region, on=example.on, book=shipped_book())


# ---- Every action -------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-2")
def test_the_worked_example_recomputes(action: GreenAction) -> None:
    result = _example(action)

    assert result.grams == rules.recompute(result) == action.example.grams
    printed = action.example.expected_kg
    half_of_last_place = Fraction(1, 2 * 10 ** len(str(printed).partition(".")[2]))
    assert abs(Fraction(result.grams_exact) / 1000 - Fraction(printed)) <= half_of_last_place


def test_the_worked_example_uses_the_factors_it_names(action: GreenAction) -> None:
    chosen = {use.name: use.id for use in _example(action).factors}

    assert {name: chosen.get(name) for name in action.example.factors} == action.example.factors


def test_baseline_less_behaviour_is_the_formula(action: GreenAction) -> None:
    if action.method.baseline_emissions is None:
        assert action.method.behaviour_emissions is None
        assert "来源直接给出" in action.method.baseline.zh or "文献直接给出" in action.method.baseline.zh
        return
    steps = _example(action).steps
    value = {step.stage: Fraction(step.value) for step in steps}

    assert value["baseline"] - value.get("behaviour", 0) == value["reduction"]


@pytest.mark.proves("ACT-2")
def test_no_factor_is_written_in_a_formula(action: GreenAction) -> None:
    formulas = (action.formula, action.method.baseline_emissions or "", action.method.behaviour_emissions or "")
    numbers = {number for formula in formulas for number in re.findall(r"(?<![\w.])\d[\d.]*", formula)}

    assert numbers - _PLAIN_NUMBERS == set()


def test_every_factor_it_names_is_shipped_and_of_the_region_it_says(action: GreenAction) -> None:
    regions = {(series, region) for factor in shipped_factors() for series, region in [(factor.series, factor.region)]}
    for need in action.factors:
        wanted = {need.region} if need.region != PROVINCE else {"CN-SH", "CN-BJ", "CN"}
        assert {(need.series, region) for region in {*wanted, *need.fallback.values()}} <= regions


def test_its_declared_stand_ins_are_for_regions_without_a_factor_of_their_own(action: GreenAction) -> None:
    for need in action.factors:
        own = {region for region in need.fallback if shipped_book().choose(need.series, region, date(2026, 11, 22))}
        assert own == set()


def test_every_province_and_region_gets_a_result(action: GreenAction) -> None:
    provinces = "BJ TJ HE SX NM LN JL HL SH JS ZJ AH FJ JX SD HA HB HN GD GX HI CQ SC GZ YN XZ SN GS QH NX XJ HK MO TW"
    for province in provinces.split():
        result = rules.quantify(
            action, inputs=action.example.inputs, region=f"CN-{province}", on=action.example.on, book=shipped_book()
        )
        assert rules.recompute(result) == result.grams


@pytest.mark.proves("ACT-1")
def test_it_says_unit_evidence_method_cap_and_source_in_both_languages(action: GreenAction) -> None:
    words = list(_words(action))

    assert all(re.search(r"[\u4e00-\u9fff]|^[A-Z0-9/ .:;；、()-]+$", text.zh) and text.en for text in words)
    assert {action.title, action.unit_title, action.source, action.caps.basis, *action.evidence} <= set(words)
    assert {action.boundary, action.conservativeness, action.method.behaviour, action.method.baseline} <= set(words)
    assert action.caps.model_dump(exclude_defaults=True) != {}


def test_its_units_are_known(action: GreenAction) -> None:
    assert {action.unit, *(entry.unit for entry in action.inputs)} <= set(catalogue.units())


def test_an_estimate_is_marked_as_one(action: GreenAction) -> None:
    result = _example(action)

    assert result.is_estimate == (result.tier is Tier.C)
    assert any(note.zh.startswith("数据等级为 C") for note in result.notes) == result.is_estimate


def _words(value: object) -> Iterator[Words]:
    if isinstance(value, Words):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _words(item)
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from _words(getattr(value, name))


# ---- The catalogue as a whole -------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-1")
def test_the_catalogue_covers_every_kind_of_action() -> None:
    counted = {category: sum(action.category is category for action in ACTIONS.values()) for category in Category}

    assert counted == {
        Category.GREEN_TRAVEL: 12,
        Category.LOW_CARBON_PURCHASE: 7,
        Category.LOW_CARBON_CONSUMPTION: 6,
        Category.GREEN_PACKAGING: 1,
        Category.RECYCLING: 8,
        Category.ENERGY_SAVING: 6,
        Category.ENERGY_PROJECT: 5,
    }


@pytest.mark.proves("ACT-1")
def test_every_one_of_the_seven_families_has_its_actions() -> None:
    counted = {family: sum(action.family is family for action in ACTIONS.values()) for family in Family}

    assert counted == {
        Family.CLOTHING: 2,
        Family.FOOD: 4,
        Family.HOUSING: 8,
        Family.TRAVEL: 12,
        Family.GOODS: 12,
        Family.OFFICE: 1,
        Family.DIGITAL_FINANCE: 1,
    }


def _examples() -> dict[str, dict[str, str]]:
    path = Path(__file__).parent / "worked_examples.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {line["action"]: line for line in csv.DictReader(file)}


@pytest.mark.proves("ACT-2")
def test_every_worked_example_of_the_methods_is_an_action_and_every_action_has_one() -> None:
    assert set(_examples()) == set(ACTIONS)


@pytest.mark.proves("ACT-2")
def test_every_worked_example_of_the_methods_comes_out_as_it_was_published(action: GreenAction) -> None:
    example = _examples()[action.name]
    inputs = {name: Decimal(value) for name, value in json.loads(example["inputs"]).items()}
    looked_up = json.loads(example["factors"])

    result = rules.quantify(
        action, inputs=inputs, region=action.example.region, on=action.example.on, book=shipped_book()
    )

    chosen = {use.name: use.id for use in result.factors}
    printed = Fraction(example["expected_kg"])
    assert {name: chosen[name] for name in looked_up} == looked_up
    assert abs(Fraction(result.grams_exact) / 1000 - printed) <= Fraction(1, 2_000_000)
    assert (inputs, printed) == (action.example.inputs, Fraction(action.example.expected_kg))


def test_every_action_of_a_citizen_belongs_to_one_of_the_seven_families() -> None:
    without = {action.name for action in ACTIONS.values() if action.family is None}

    assert without == {action.name for action in ACTIONS.values() if action.category is Category.ENERGY_PROJECT}
    assert len(Family) == 7
    assert [family.words.zh for family in Family] == ["衣", "食", "住", "行", "用", "办公", "数字金融"]


def test_the_product_with_a_verified_lower_footprint_is_marked_as_carbon_reduction_product() -> None:
    assert [action.name for action in ACTIONS.values() if action.carbon_reduction_product] == [
        "certified_low_carbon_product"
    ]


# ---- A new file ---------------------------------------------------------------------------------------------------


def _content(**changes: object) -> dict[str, Any]:
    content = dict(data_files(catalogue.FOLDER))["metro_trip_km"]
    return {**content, **changes}


@pytest.mark.proves("ACT-1")
def test_a_file_more_is_an_action_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "more_actions"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    original = Path(str(catalogue.__file__)).parent / "metro_trip_km.toml"
    (folder / "tram_trip_km.toml").write_text(original.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    loaded = catalogue.load("more_actions")

    assert list(loaded) == ["tram_trip_km"]
    assert loaded["tram_trip_km"] == ACTIONS["metro_trip_km"].model_copy(update={"name": "tram_trip_km"})


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"unit": "furlong"}, "unit 'furlong'"),
        ({"version": 0}, "version 0"),
        ({"category": "fun"}, "category 'fun'"),
        ({"evidence": []}, "evidence []"),
        ({"colour": "green"}, "colour 'green'"),
        ({"formula": "quantity * pkm_taxi_avg_cn"}, "formula with ['pkm_taxi_avg_cn', 'quantity']"),
        ({"formula": "quantity * (pkm_taxi_avg_cn - pkm_metro_cn) * x"}, "formula with"),
    ],
)
def test_a_file_that_is_no_action_is_refused_with_the_field_named(changes: dict[str, Any], found: str) -> None:
    with pytest.raises(ActionFileRefused) as no:
        catalogue.checked("metro_trip_km", _content(**changes))

    assert (no.value.code, no.value.facts["action"]) == ("actions.action_file_refused", "metro_trip_km")
    assert no.value.facts["found"].startswith(found)


def test_a_file_whose_formula_calls_a_function_is_refused_by_the_functions_name() -> None:
    with pytest.raises(FormulaRefused) as no:
        catalogue.checked("metro_trip_km", _content(formula="max(quantity, 1) * (pkm_taxi_avg_cn - pkm_metro_cn)"))

    assert no.value.facts["found"] == "Call (max(quantity, 1))"


def test_a_method_of_tier_d_is_refused() -> None:
    with pytest.raises(TierTooLow) as no:
        catalogue.checked("metro_trip_km", _content(tier="D"))

    assert no.value.facts["factor"] == "metro_trip_km"


def test_an_input_with_a_default_is_not_required() -> None:
    entry = {"name": "quantity", "title": {"zh": "量", "en": "q"}, "unit": "pkm", "default": "1"}

    with pytest.raises(ActionFileRefused) as no:
        catalogue.checked("metro_trip_km", _content(inputs=[entry]))

    assert "either required or has one default" in no.value.facts["wanted"]


def test_decimals_of_a_file_are_exact() -> None:
    assert ACTIONS["nev_driving"].inputs[1].minimum == Decimal("0.05")
