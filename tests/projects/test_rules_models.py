"""Models: what is in the data is found, units don't matter, shares add up, and every saving follows from its record."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.actions import queries as actions
from greencredit.projects import rules
from greencredit.projects.catalogue import carriers, criteria, uncertainty
from greencredit.projects.errors import PeriodsMeet, RecordDoesNotHold, TooFewObservations
from greencredit.schemas.projects import (
    Adjustment,
    AdjustmentDecision,
    Baseline,
    Carrier,
    Form,
    Measurement,
    MeterSeries,
    ModelGrain,
    Stage,
)
from greencredit.schemas.values import Period
from tests.conftest import NOON
from tests.factories.projects import (
    AFTER,
    BEFORE,
    Use,
    book,
    building_csv,
    daily_csv,
    heated,
    meter_csv,
    weather_of,
)

POWER: Final = carriers()[Carrier.ELECTRICITY]
TERMS: Final = uncertainty(ModelGrain.DAY)
BOOK: Final = book()
SINCE: Final = date(2023, 2, 27)
LATER: Final = date(2025, 2, 24)


def fitted(series: MeterSeries, **changes: Any) -> rules.Fitted:  # noqa: ANN401 - as `fit` takes them
    return rules.fit(series.intervals, terms=uncertainty(series.grain.models), **changes)


def baseline_of(series: MeterSeries, **changes: Any) -> Baseline:  # noqa: ANN401 - as above
    """Fit a baseline as the service does."""
    found, grain = fitted(series, **changes), series.grain.models
    limits = criteria(Stage.BASELINE, grain, date(2026, 3, 2), BOOK)
    return Baseline(
        project_id="prj_example",
        number=1,
        data_number=1,
        carrier=series.carrier,
        grain=series.grain,
        model_grain=grain,
        period=series.period,
        occupancy_told=series.occupancy_told,
        missing_days=series.missing_days,
        model=found.model,
        statistics=found.statistics,
        candidates=found.candidates,
        tests=rules.tests_of_baseline(limits, series, found.statistics),
        intervals=series.intervals,
    )


def measured(
    baseline: Baseline, series: MeterSeries, *, adjustments: tuple[Adjustment, ...] = (), carrier: str = "electricity"
) -> Measurement:
    """Measure as the service does."""
    action = actions.action(carriers()[Carrier(carrier)].action)
    found = rules.measure(
        baseline,
        series,
        number=1,
        data_number=2,
        adjustments=adjustments,
        terms=uncertainty(baseline.model_grain),
        setting=rules.Setting("CN-SH", action, BOOK),
    )
    limits = criteria(Stage.MEASUREMENT, baseline.model_grain, date(2026, 3, 2), BOOK)
    return found.model_copy(update={"tests": rules.tests_of_measurement(limits, found, baseline.intervals)})


def power(content: bytes, *, weather: bytes | None = None) -> MeterSeries:
    return rules.take_in(content, POWER, weather=weather)


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


# ---- The saving -----------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-3")
@settings(max_examples=12)
@given(left=st.floats(0.6, 1.25), seed=st.integers(0, 100))
def test_every_saving_follows_from_its_record_and_a_negative_one_never_counts(left: float, seed: int) -> None:
    baseline = baseline_of(power(daily_csv(SINCE, 364, heated(), seed=seed)))

    found = measured(baseline, power(daily_csv(LATER, 364, heated(), scale=left, seed=seed + 1)))

    rules.require_recomputes(found)
    assert Measurement.model_validate_json(found.model_dump_json()) == found
    assert found.saved_milli == found.adjusted_milli - found.used_milli
    assert 0 <= found.counted_milli <= max(0, found.saved_milli)
    assert (found.counted_grams > 0) == (found.counted_milli > 0)
    if found.saved_milli < 0:
        assert (found.counted_milli, found.counted_grams, found.grams < 0) == (0, 0, True)
        assert not found.eligible


def test_a_record_that_was_altered_does_not_hold() -> None:
    found = measured(baseline_of(power(building_csv(*BEFORE))), power(building_csv(*AFTER)))

    for change in ({"saved_milli": found.saved_milli + 1}, {"counted_grams": found.counted_grams + 1}):
        with pytest.raises(RecordDoesNotHold):
            rules.require_recomputes(found.model_copy(update=change))


@pytest.mark.proves("ACT-3")
def test_each_part_of_the_period_has_the_factor_of_its_days() -> None:
    found = measured(baseline_of(power(building_csv(*BEFORE))), power(building_csv(*AFTER)))

    used = [(one.period, one.quantification.factors[0].id) for one in found.segments]
    assert used == [
        (Period(since=date(2025, 2, 28), until=date(2025, 12, 31)), "elec_co2_cn_sh_2022"),
        (Period(since=date(2025, 12, 31), until=date(2026, 2, 28)), "elec_co2_cn_sh_2023"),
    ]
    exact = sum(
        (
            Fraction(one.adjusted_milli - one.used_milli) * Fraction(one.quantification.factors[0].value)
            for one in found.segments
        ),
        Fraction(0),
    )
    assert found.grams == exact.numerator // exact.denominator  # Wh times kg/kWh are grams


def test_heat_that_was_saved_becomes_grams_by_the_provinces_factor() -> None:
    heat = carriers()[Carrier.HEAT]
    before, after = (
        rules.take_in(daily_csv(since, 364, heated(2, 0.4), unit="gj", scale=scale), heat)
        for since, scale in ((SINCE, 1.0), (LATER, 0.8))
    )

    found = measured(baseline_of(before), after, carrier="heat")

    rules.require_recomputes(found)
    assert found.segments[0].quantification.action == "heat_saving"
    assert found.grams > 0


def _signed(amount: int, period: Period, *, signed: bool = True) -> Adjustment:
    decision = AdjustmentDecision(signed=signed, reason="示例", decided_by="acc_verifier", decided_at=NOON)
    return Adjustment(
        number=1,
        period=period,
        amount_milli=amount,
        reason="示例：加装数据机房",
        proposed_by="acc_keeper",
        proposed_at=NOON,
        decision=decision,
    )


@pytest.mark.proves("ACT-3")
def test_a_signed_adjustment_changes_the_saving_to_the_thousandth_and_a_declined_one_does_not() -> None:
    baseline, after = baseline_of(power(building_csv(*BEFORE))), power(building_csv(*AFTER))
    across = Period(since=date(2025, 12, 20), until=date(2026, 1, 10))

    plain = measured(baseline, after)
    more = measured(baseline, after, adjustments=(_signed(-1_000_001, across),))
    declined = measured(baseline, after, adjustments=(_signed(-1_000_001, across, signed=False),))

    assert more.saved_milli == plain.saved_milli - 1_000_001
    assert [one.adjustment_milli for one in more.segments] == [-523_810, -476_191]  # eleven days and ten
    assert declined == plain
    rules.require_recomputes(more)


def test_an_adjustment_outside_of_the_period_is_refused() -> None:
    baseline, after = baseline_of(power(building_csv(*BEFORE))), power(building_csv(*AFTER))
    outside = Period(since=date(2026, 2, 20), until=date(2026, 3, 10))

    with pytest.raises(PeriodsMeet):
        measured(baseline, after, adjustments=(_signed(5, outside),))


@pytest.mark.proves("ACT-3")
def test_where_nobody_can_say_how_sure_it_is_the_saving_does_not_count() -> None:
    """Residuals that hardly change from day to day are worth hardly any independent observation."""

    def slow(since: date, swing: float) -> bytes:
        rows = []
        for day in range(364):
            turn = 2 * math.pi * day / 364
            outside = 13 - 15 * math.cos(turn)
            used = 300 + 12 * max(0.0, 15 - outside) + swing * math.sin(turn)
            rows.append((since + timedelta(days=day), f"{used:.6f}", f"{outside:.6f}"))
        return meter_csv(("date", "kwh", "temp_c"), rows)

    baseline = baseline_of(power(slow(SINCE, 60)), with_occupancy=False)

    found = measured(baseline, power(slow(LATER, -20)))

    assert baseline.statistics.effective_observations < baseline.statistics.parameters
    assert found.uncertainty is None
    assert (found.counted_milli, found.counted_grams) == (0, 0)
    assert {one["name"] for one in rules.failed(found.tests)} == {"fractional_uncertainty"}


def test_temperatures_that_the_model_never_saw_make_a_saving_ineligible() -> None:
    baseline = baseline_of(power(daily_csv(SINCE, 364, heated())))
    cold = [(LATER + timedelta(days=day), 100, weather_of(LATER + timedelta(days=day)) - 20) for day in range(364)]

    found = measured(baseline, power(meter_csv(("date", "kwh", "temp_c"), cold)))

    failed = {one["name"] for one in rules.failed(found.tests)}
    assert "extrapolated" in failed


def test_a_short_baseline_and_one_that_scatters_do_not_fit() -> None:
    short = baseline_of(power(daily_csv(SINCE, 200, heated())))
    wild = baseline_of(power(daily_csv(SINCE, 364, heated(), noise=0.5)))

    assert {one["name"] for one in rules.failed(short.tests)} == {"baseline_days"}
    assert {one["name"] for one in rules.failed(wild.tests)} == {"cvrmse_day", "cvrmse_day_ceiling"}


# ---- Shares ---------------------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-3")
@given(st.integers(-(10**15), 10**15), st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any))
def test_shares_add_up_exactly_and_none_is_a_whole_unit_off(amount: int, weights: list[int]) -> None:
    parts = rules.split(amount, weights)

    whole = sum(weights)
    assert sum(parts) == amount
    assert all(abs(Fraction(amount * weight, whole) - part) < 1 for part, weight in zip(parts, weights, strict=True))
    assert rules.split(-amount, weights) == [-part for part in parts]


def test_the_largest_remainders_get_what_is_left() -> None:
    assert rules.split(10, [1, 1, 1]) == [4, 3, 3]
    assert rules.split(7, [5, 3, 2]) == [4, 2, 1]


def test_the_quantile_is_the_tables() -> None:
    assert [rules.t_quantile(0.9, freedom) for freedom in (10, 30, 120)] == [
        Decimal("1.812461"),
        Decimal("1.697261"),
        Decimal("1.657651"),
    ]
