"""From inputs to whole grams: what is refused, what is marked, and that the record alone suffices to repeat it."""

import math
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.actions import queries, rules
from greencredit.actions.errors import (
    ActionFileRefused,
    FactorMissing,
    GasesMixed,
    InputNotExact,
    TierTooLow,
)
from greencredit.actions.rules import FactorBook
from greencredit.schemas.actions import Gas, Quantification, Step, Tier
from greencredit.schemas.values import Words
from tests.factories.actions import make_action, make_factor, shipped_book

TODAY = date(2026, 11, 22)


def _quantify(name: str, region: str = "CN", on: date = TODAY, **inputs: Decimal | int | str) -> Quantification:
    return rules.quantify(queries.action(name), inputs=inputs, region=region, on=on, book=shipped_book())


# ---- The result and its trace ----------------------------------------------------------------------------------


@pytest.mark.proves("ACT-2")
def test_a_bus_trip_is_quantified_with_every_step_and_source() -> None:
    result = _quantify("bus_trip", "CN-SH", quantity="8")

    assert (result.grams, result.grams_exact, result.gas, result.tier, result.is_estimate) == (
        376,
        "376.8",
        Gas.CO2E,
        Tier.C,
        True,
    )
    assert result.steps == (
        Step(stage="baseline", expression="quantity * pkm_taxi_avg_cn", value="0.8008"),
        Step(stage="behaviour", expression="quantity * pkm_bus_cn", value="0.424"),
        Step(stage="reduction", expression="pkm_taxi_avg_cn - pkm_bus_cn", value="0.0471"),
        Step(stage="reduction", expression="quantity * (pkm_taxi_avg_cn - pkm_bus_cn)", value="0.3768"),
    )
    assert [(use.id, use.version, use.value, use.unit, use.tier) for use in result.factors] == [
        ("pkm_taxi_avg_cn", 1, "0.1001", "kgCO2e/pkm", Tier.B),
        ("pkm_bus_cn", 1, "0.053", "kgCO2e/pkm", Tier.C),
    ]
    assert [(given.name, given.value, given.unit) for given in result.inputs] == [("quantity", "8", "pkm")]


@pytest.mark.proves("ACT-2")
def test_the_stored_record_alone_gives_the_grams_again() -> None:
    stored = _quantify("nev_driving", "CN-GD", quantity="123.4", kwh_per_km="0.171").model_dump_json()

    again = Quantification.model_validate_json(stored)

    assert rules.recompute(again) == again.grams == 11332


def test_a_record_with_another_factor_value_gives_other_grams() -> None:
    result = _quantify("water_saving", quantity="3")
    forged = result.model_copy(update={"factors": (result.factors[0].model_copy(update={"value": "0.2"}),)})

    assert (rules.recompute(result), rules.recompute(forged)) == (504, 600)


def test_a_corrected_factor_changes_new_results_and_no_old_record() -> None:
    action = make_action()
    before = FactorBook([make_factor()])
    after = FactorBook([make_factor(version=2, value=Decimal("0.7"))])
    asked: dict[str, Any] = {"inputs": {"quantity": 2}, "region": "CN", "on": TODAY}

    old, new = rules.quantify(action, **asked, book=before), rules.quantify(action, **asked, book=after)

    assert [(result.grams, result.factors[0].version) for result in (old, new)] == [(1000, 1), (1400, 2)]
    assert rules.recompute(old) == 1000


def test_grams_are_rounded_down_above_and_below_zero() -> None:
    action, book = make_action(), FactorBook([make_factor(value=Decimal("0.0015"))])

    grams = [
        rules.quantify(action, inputs={"quantity": quantity}, region="CN", on=TODAY, book=book).grams
        for quantity in (1, 2, -1, -2)
    ]

    assert grams == [1, 3, -2, -3]


def test_a_negative_result_is_kept_and_said() -> None:
    result = _quantify("carpool_trip", quantity="1", detour_km="10")

    assert (result.grams, result.grams_exact) == (-1508, "-1507.3")
    assert result.notes == (
        Words(
            zh="结果为负：该行动的排放高于基准情景，如实保留。",
            en="Negative: the action emitted more than its baseline; kept as it is.",
        ),
    )


def test_a_default_is_used_and_marked() -> None:
    result = _quantify("e_invoice", quantity=3)

    assert [(given.name, given.value, given.is_default) for given in result.inputs] == [
        ("quantity", "3", False),
        ("sheets_per_document", "1", True),
    ]


# ---- Factors: region, stand-ins, tiers, gases -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "factor", "grams"),
    [
        ("CN-SH", "elec_co2_cn_sh_2023", 573_700),
        ("CN-GD-SZ", "elec_co2_cn_gd_2023", 441_900),
        ("CN", "elec_co2_cn_2023", 530_600),
    ],
)
def test_the_factor_is_that_of_the_actions_province(region: str, factor: str, grams: int) -> None:
    result = _quantify("household_electricity_saving", region, quantity=1000)

    assert ([use.id for use in result.factors], result.grams, result.notes) == ([factor], grams, ())


def test_tibet_falls_back_to_the_national_value_and_says_so() -> None:
    result = _quantify("household_electricity_saving", "CN-XZ", quantity=1000)

    assert [(use.id, use.region, use.fallback_for) for use in result.factors] == [("elec_co2_cn_2023", "CN", "CN-XZ")]
    assert result.notes == (
        Words(
            zh="CN-XZ 没有自己的因子，按方法声明改用 CN 的 elec_co2_cn_2023。",
            en="CN-XZ has no factor of its own; the stand-in elec_co2_cn_2023 (CN) is used.",
        ),
    )


def test_a_region_the_method_names_no_stand_in_for_is_refused() -> None:
    with pytest.raises(FactorMissing) as no:
        _quantify("household_electricity_saving", "CN-QQ", quantity=1)

    assert (no.value.code, no.value.facts) == (
        "actions.factor_missing",
        {"action": "household_electricity_saving", "series": "grid_co2", "region": "CN-QQ", "on": "2026-11-22"},
    )


def test_a_day_before_the_first_publication_is_refused_and_not_filled_up() -> None:
    with pytest.raises(FactorMissing) as no:
        _quantify("household_electricity_saving", "CN-SH", date(2024, 4, 11), quantity=1)

    assert no.value.facts["on"] == "2024-04-11"


def test_the_default_of_purchased_heat_is_used_only_where_a_province_has_none_and_is_marked() -> None:
    # The default is about twice the provincial records: it over-credits, so it must be seen.
    own, default = _quantify("heat_saving", "CN-BJ", quantity=1), _quantify("heat_saving", "CN-HB", quantity=1)

    assert (own.grams, own.gas, own.factors[0].fallback_for) == (54_800, Gas.CO2E, None)
    assert (default.grams, default.gas, default.factors[0].fallback_for) == (110_000, Gas.CO2, "CN-HB")


def test_led_lamps_need_their_hours_because_the_default_is_unconfirmed() -> None:
    given: dict[str, Any] = {"quantity": 10, "baseline_w": 36, "led_w": 16}

    with pytest.raises(TierTooLow) as no:
        _quantify("led_lamp", **given)

    assert (no.value.code, no.value.facts) == (
        "actions.tier_too_low",
        {"action": "led_lamp", "factor": "h_lamp_default", "tier": "D", "give": "hours_per_day"},
    )
    assert _quantify("led_lamp", **given, hours_per_day="3.5").grams == 135_568


def test_a_confirmed_default_factor_stands_in_for_the_input_and_is_recorded() -> None:
    hours = make_factor(id="h_lamp_default", unit="h/day", gas="n/a", region="GLOBAL", value=Decimal(2), tier="B")
    others = [factor for factor in shipped_book().factors() if factor.id != "h_lamp_default"]
    action, given = queries.action("led_lamp"), {"quantity": 10, "baseline_w": 36, "led_w": 16}

    result = rules.quantify(action, inputs=given, region="CN", on=TODAY, book=FactorBook([*others, hours]))

    assert result.grams == rules.recompute(result) == 77_467
    assert result.inputs[-1].model_dump() == {
        "name": "hours_per_day",
        "value": "2",
        "unit": "h/day",
        "is_default": True,
    }
    assert [use.id for use in result.factors] == ["elec_co2_cn_2023", "h_lamp_default"]


def test_a_factor_of_tier_d_backs_no_award() -> None:
    book = FactorBook([make_factor(tier="D", verification="recalled")])

    with pytest.raises(TierTooLow) as no:
        rules.quantify(make_action(), inputs={"quantity": 1}, region="CN", on=TODAY, book=book)

    assert no.value.facts["factor"] == "example_factor"


@pytest.mark.parametrize(
    ("method", "factor", "result"),
    [("A", "B", "B"), ("B", "A", "B"), ("A", "A", "A"), ("B", "C", "C"), ("C", "A", "C")],
)
def test_the_tier_is_the_worst_of_method_and_factors(method: str, factor: str, result: str) -> None:
    book = FactorBook([make_factor(tier=factor)])

    found = rules.quantify(make_action(tier=method), inputs={"quantity": 1}, region="CN", on=TODAY, book=book)

    assert (found.tier, found.is_estimate) == (Tier(result), result == "C")


def test_a_value_of_another_country_is_marked_as_a_proxy() -> None:
    result = _quantify("recycle_pet", "CN-SH", quantity=1)

    assert [(use.region, use.is_proxy) for use in result.factors] == [("GB", True)] * 3
    assert result.notes[0].zh == "mat_pet_primary、mat_pet_recycled、uk_waste_recycle_ops 为 GB 的数值，按方法代用。"


def test_the_metro_value_of_guangzhou_is_a_proxy_elsewhere_only() -> None:
    assert [
        _quantify("metro_trip_count", region, quantity=1).factors[0].is_proxy
        for region in ("CN-GD", "CN-GD-GZ", "CN-BJ")
    ] == [False, False, True]


def test_a_window_that_does_not_hold_the_day_is_said() -> None:
    result = _quantify("recycle_textile", on=date(2007, 1, 1), quantity=1)

    assert not result.factors[0].window_holds
    assert result.notes[0].zh == "saving_textile_reuse_kg 的有效期不含行动日期，取最接近的一版。"


@pytest.mark.parametrize(
    ("name", "inputs", "gas"),
    [
        ("household_electricity_saving", {"quantity": 1}, Gas.CO2),
        ("metro_trip_km", {"quantity": 1}, Gas.CO2E),
        ("certified_low_carbon_product", {"quantity": 1, "baseline_pcf": 2, "product_pcf": 1}, Gas.CO2E),
        ("rooftop_pv", {"quantity": 1}, Gas.MIXED),
        ("car_free_day", {"quantity": 1, "mean_daily_km": 25, "replacement_kgco2": 0}, Gas.MIXED),
    ],
)
def test_co2_and_co2e_keep_their_labels(name: str, inputs: dict[str, Any], gas: Gas) -> None:
    assert _quantify(name, **inputs).gas == gas


def test_co2_and_co2e_in_one_formula_need_a_stated_reason() -> None:
    need = {"role": "behaviour", "region": "CN"}
    factors = [{"name": name, "series": name, **need} for name in ("first", "second")]
    book = FactorBook([make_factor(id="first"), make_factor(id="second", unit="kgCO2/kg", gas="CO2")])
    mixed: dict[str, Any] = {"formula": "quantity * (first - second)", "factors": factors}
    asked: dict[str, Any] = {"inputs": {"quantity": 1}, "region": "CN", "on": TODAY, "book": book}

    with pytest.raises(GasesMixed) as no:
        rules.quantify(make_action(**mixed), **asked)

    assert (no.value.code, no.value.facts["found"]) == ("actions.gases_mixed", ["CO2", "CO2e"])
    stated = {"zh": "理由", "en": "Reason"}
    assert rules.quantify(make_action(**mixed, gas_note=stated), **asked).notes == (Words(**stated),)


# ---- Methods -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "broken",
    [
        {"formula": "quantity * unknown_factor"},
        {"formula": "quantity * 2"},
        {"inputs": [{"name": "quantity", "title": {"zh": "量", "en": "q"}, "unit": "kg"}] * 2},
        {
            "method": {
                "behaviour": {"zh": "量", "en": "q"},
                "baseline": {"zh": "量", "en": "q"},
                "baseline_emissions": "other",
            }
        },
    ],
)
def test_a_method_whose_names_do_not_agree_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ActionFileRefused):
        rules.require_usable(make_action(**broken))


@given(st.decimals(-(10**6), 10**6, places=6, allow_nan=False))
def test_whatever_the_quantity_the_record_repeats_the_grams(quantity: Decimal) -> None:
    result = _quantify("household_electricity_saving", "CN-SD", quantity=quantity)

    assert rules.recompute(result) == result.grams == math.floor(Fraction(quantity) * Fraction("619.1"))


def test_the_same_question_is_answered_from_memory_and_equal_numbers_keep_their_own_text() -> None:
    first, again, other = (_quantify("bus_trip", quantity=quantity) for quantity in ("8", "8", "8.0"))

    assert again is first
    assert (other.grams, other.inputs[0].value) == (first.grams, "8.0")


def test_memory_lets_nothing_pass_that_is_refused() -> None:
    _quantify("bus_trip", quantity=1)

    with pytest.raises(InputNotExact):
        _quantify("bus_trip", quantity=True)


def test_no_more_results_are_remembered_than_agreed() -> None:
    book = FactorBook([make_factor()])
    action = make_action()

    for quantity in range(100):
        rules.quantify(action, inputs={"quantity": quantity}, region="CN", on=TODAY, book=book)

    assert [len(plan.results) for plan in book.plans.values()] == [20]
