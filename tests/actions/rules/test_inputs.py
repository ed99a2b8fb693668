"""Inputs of a calculation: each is checked by name, form and range, and nothing is filled up in silence."""

from datetime import date
from decimal import Decimal

import pytest

from greencredit.actions import queries, rules
from greencredit.actions.errors import (
    DividedByZero,
    InputMissing,
    InputNotExact,
    InputOutOfRange,
    InputUnknown,
    ResultOutOfRange,
)
from greencredit.actions.rules import FactorBook
from greencredit.schemas.actions import Quantification
from tests.factories.actions import make_action, make_factor, shipped_book

TODAY = date(2026, 11, 22)


def _quantify(name: str, **inputs: Decimal | int | str) -> Quantification:
    return rules.quantify(queries.action(name), inputs=inputs, region="CN", on=TODAY, book=shipped_book())


def test_a_missing_input_is_refused_by_name() -> None:
    with pytest.raises(InputMissing) as no:
        _quantify("nev_driving", quantity=1)

    assert (no.value.code, no.value.facts) == (
        "actions.input_missing",
        {"action": "nev_driving", "input": "kwh_per_km", "unit": "kWh/km"},
    )


def test_an_unknown_input_is_refused_by_name() -> None:
    with pytest.raises(InputUnknown) as no:
        _quantify("bus_trip", quantity=1, km=8)

    assert (no.value.code, no.value.facts) == (
        "actions.input_unknown",
        {"action": "bus_trip", "input": "km", "known": ["quantity"]},
    )


@pytest.mark.parametrize("value", ["0.04", "0.41", "-1", "1000000"])
def test_an_input_out_of_range_is_refused_with_its_range(value: str) -> None:
    with pytest.raises(InputOutOfRange) as no:
        _quantify("nev_driving", quantity=1, kwh_per_km=value)

    assert (no.value.code, no.value.facts) == (
        "actions.input_out_of_range",
        {"action": "nev_driving", "input": "kwh_per_km", "found": value, "minimum": "0.05", "maximum": "0.4"},
    )


@pytest.mark.parametrize("value", ["0.05", "0.4", Decimal("0.400"), Decimal("4E-1")])
def test_an_input_on_the_edge_of_its_range_is_taken(value: Decimal | str) -> None:
    assert _quantify("nev_driving", quantity=1, kwh_per_km=value).grams > -100


@pytest.mark.parametrize(
    "value",
    [
        "",
        "eight",
        "1e3",
        "\uff11\uff12",
        "1,5",
        " 8",
        "NaN",
        "1" * 16,
        "0.1234567890123",
        8.5,
        True,
        None,
        Decimal("Infinity"),
        Decimal("1E+30"),
    ],
)
def test_an_input_that_is_no_plain_decimal_is_refused(value: Decimal | str) -> None:
    with pytest.raises((InputNotExact, InputMissing)) as no:
        _quantify("bus_trip", quantity=value)

    assert no.value.facts["input"] == "quantity"


def test_more_grams_than_any_action_can_avoid_are_refused() -> None:
    with pytest.raises(ResultOutOfRange) as no:
        _quantify("recycle_textile", quantity="999999999999")

    assert (no.value.code, no.value.facts["limit"]) == ("actions.result_out_of_range", 10**15)


def test_a_formula_that_divides_by_an_input_of_zero_is_refused() -> None:
    action = make_action(formula="example_factor / quantity")

    with pytest.raises(DividedByZero):
        rules.quantify(action, inputs={"quantity": 0}, region="CN", on=TODAY, book=FactorBook([make_factor()]))
