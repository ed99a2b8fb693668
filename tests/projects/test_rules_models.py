"""Models: what is in the data is found, the real building is told as others told it, units don't matter."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.projects.errors import TooFewObservations
from greencredit.schemas.projects import Form, ModelGrain
from tests.factories.meters import SINCE, baseline_of, fitted, measured, power
from tests.factories.projects import AFTER, BEFORE, Use, building_csv, daily_csv, heated, meter_csv

# ---- The real building ----------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-3")
def test_the_real_building_is_within_the_published_figures() -> None:
    """Published: baseline CV(RMSE) about 11 % by temperature alone, saving about 7 %, uncertainty 26.6 %."""
    before, after = power(building_csv(*BEFORE)), power(building_csv(*AFTER))

    by_temperature = fitted(before, with_occupancy=False)
    found = measured(baseline_of(before), after)

    assert by_temperature.model.form is Form.HEATING
    assert by_temperature.statistics.cvrmse == Decimal("0.109471")
    assert by_temperature.statistics.r_squared == Decimal("0.718799")
    assert found.saved_share is not None
    assert Decimal("0.065") < found.saved_share < Decimal("0.08")
    assert found.uncertainty is not None
    assert found.uncertainty.fraction is not None
    assert abs(found.uncertainty.fraction - Decimal("0.266")) < Decimal("0.01")
    assert found.eligible


@pytest.mark.proves("ACT-3")
def test_the_three_parameter_model_of_the_building_is_the_one_an_independent_program_found() -> None:
    """Another implementation gives, in °F: slope -342.564, change point 61.514, base 12,899.26, R² 0.71880."""
    found = fitted(power(building_csv(*BEFORE)), with_occupancy=False, forms=[Form.HEATING])
    model = found.model
    assert model.heating_from_milli is not None

    assert float(model.heating) / 1.8 == pytest.approx(342.564, rel=5e-4)
    assert model.heating_from_milli / 1000 * 1.8 + 32 == pytest.approx(61.514, abs=0.02)
    assert float(model.base) == pytest.approx(12_899.26, rel=2e-4)
    assert float(found.statistics.cvrmse) * (362 / 365) ** 0.5 == pytest.approx(0.10902, abs=1e-5)


def test_a_term_for_working_days_explains_the_building_better_and_is_chosen() -> None:
    found = fitted(power(building_csv(*BEFORE)))

    chosen = next(one for one in found.candidates if one.chosen)
    assert (chosen.form, chosen.with_occupancy) == (Form.HEATING, True)
    assert found.statistics.cvrmse == Decimal("0.071664")  # a time-of-week model of others reaches 0.0679


def test_the_building_by_month_is_told_by_a_monthly_model_with_monthly_limits() -> None:
    rows = building_csv(*BEFORE, moved_days=0).decode().splitlines()[1:]
    uses: dict[str, Decimal] = {}
    for row in rows[1:]:  # from 1 March on; the last day of the year is added for a whole February
        uses[row[:7]] = uses.get(row[:7], Decimal(0)) + Decimal(row.split(",")[1])
    last = building_csv(date(2013, 2, 28), date(2013, 2, 28), moved_days=0).decode().splitlines()[1]
    uses["2013-02"] += Decimal(last.split(",")[1])
    weather = meter_csv(("date", "temp_f"), [(row.split(",")[0], row.split(",")[2]) for row in (*rows, last)])

    found = baseline_of(power(meter_csv(("month", "kwh"), list(uses.items())), weather=weather))

    assert (found.statistics.observations, found.statistics.days, found.model_grain) == (12, 365, ModelGrain.BILL)
    assert found.statistics.cvrmse < Decimal("0.05")
    assert {one.criterion.name for one in found.tests} >= {"cvrmse_bill", "nmbe_bill", "baseline_observations"}
    assert found.fits


# ---- What is in the data is found -----------------------------------------------------------------------------------


@pytest.mark.proves("ACT-3")
@settings(max_examples=25)
@given(
    base=st.floats(100, 2000),
    relative=st.floats(0.02, 0.1),
    below=st.floats(8, 20),
    seed=st.integers(0, 1000),
)
def test_a_heating_change_point_that_is_in_the_data_is_found(
    base: float, relative: float, below: float, seed: int
) -> None:
    series = power(daily_csv(SINCE, 364, heated(base, base * relative, below), noise=0.01, seed=seed))

    found = fitted(series, with_occupancy=False, forms=[Form.MEAN, Form.LINE, Form.HEATING, Form.COOLING])

    assert found.model.form is Form.HEATING
    assert found.model.heating_from_milli is not None
    assert found.model.heating_from_milli / 1000 == pytest.approx(below, abs=1.0)
    assert float(found.model.base) == pytest.approx(base, rel=0.02)
    assert float(found.model.heating) == pytest.approx(base * relative, rel=0.08)


def _five(_day: date, outside: float) -> float:
    return 500 + 20 * max(0.0, 10 - outside) + 30 * max(0.0, outside - 22)


def _cooled(_day: date, outside: float) -> float:
    return 500 + 30 * max(0.0, outside - 20)


def _four(_day: date, outside: float) -> float:
    return 500 + 20 * max(0.0, 14 - outside) - 5 * max(0.0, outside - 14)


def _line(_day: date, outside: float) -> float:
    return 500 + 8 * outside


def _flat(_day: date, _outside: float) -> float:
    return 500


def _office(day: date, outside: float) -> float:
    return heated()(day, outside) + (150 if day.weekday() < 5 else 0)


@pytest.mark.proves("ACT-3")
@pytest.mark.parametrize(
    ("use", "form", "occupied"),
    [
        (_flat, Form.MEAN, False),
        (_line, Form.LINE, False),
        (heated(), Form.HEATING, False),
        (_cooled, Form.COOLING, False),
        (_four, Form.FOUR, False),
        (_five, Form.FIVE, False),
        (_office, Form.HEATING, True),
    ],
)
def test_the_criterion_chooses_the_form_that_made_the_data(use: Use, form: Form, *, occupied: bool) -> None:
    found = fitted(power(daily_csv(SINCE, 364, use, noise=0.005)))

    assert (found.model.form, found.model.with_occupancy) == (form, occupied)
    assert sum(one.chosen for one in found.candidates) == 1
    assert found.statistics.parameters == next(one.parameters for one in found.candidates if one.chosen)


def test_degree_days_to_the_given_bases_are_chosen_where_the_building_heats_and_cools_by_them() -> None:
    def use(_day: date, outside: float) -> float:
        return 500 + 20 * max(0.0, 18 - outside) + 30 * max(0.0, outside - 26)

    found = fitted(power(daily_csv(SINCE, 364, use, noise=0.005)))

    assert found.model.form is Form.DEGREE_DAYS
    assert (found.model.heating_from_milli, found.model.cooling_from_milli) == (18_000, 26_000)


def test_a_building_that_would_heat_in_summer_is_told_so_and_not_modelled_so() -> None:
    found = fitted(power(daily_csv(SINCE, 364, _cooled)), with_occupancy=False)

    why = {one.form: one.why_not for one in found.candidates}
    assert why[Form.HEATING] is not None
    assert why[Form.COOLING] is None


@settings(max_examples=20)
@given(power_of_ten=st.integers(-2, 3), seed=st.integers(0, 100))
def test_a_meter_that_counts_in_other_multiples_has_the_same_fit(power_of_ten: int, seed: int) -> None:
    plain = fitted(power(daily_csv(SINCE, 364, heated(), seed=seed)))
    scaled = fitted(power(daily_csv(SINCE, 364, heated(), seed=seed, scale=10.0**power_of_ten)))

    assert (plain.model.form, plain.model.with_occupancy) == (scaled.model.form, scaled.model.with_occupancy)
    assert float(plain.statistics.cvrmse) == pytest.approx(float(scaled.statistics.cvrmse), abs=2e-3)
    assert float(scaled.model.base) == pytest.approx(float(plain.model.base) * 10.0**power_of_ten, rel=2e-3)


def test_fahrenheit_and_celsius_give_the_same_model() -> None:
    celsius, fahrenheit = (fitted(power(daily_csv(SINCE, 364, heated(), fahrenheit=told))) for told in (False, True))

    assert celsius == fahrenheit


def test_too_few_bills_make_no_model() -> None:
    bills = meter_csv(("month", "kwh", "temp_c"), [(f"2024-{month:02d}", 100 + month, month) for month in range(1, 10)])

    with pytest.raises(TooFewObservations) as no:
        fitted(power(bills))

    assert (no.value.code, no.value.facts) == ("projects.too_few_observations", {"found": 9, "wanted": 10})
