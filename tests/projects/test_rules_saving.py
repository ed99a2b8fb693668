"""Every saving follows from its record, a negative one never counts, and shares add up exactly."""

import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greencredit.projects import rules
from greencredit.projects.catalogue import carriers
from greencredit.projects.errors import PeriodsMeet, RecordDoesNotHold
from greencredit.schemas.projects import Adjustment, AdjustmentDecision, Carrier, Measurement
from greencredit.schemas.values import Period
from tests.conftest import NOON
from tests.factories.meters import LATER, SINCE, baseline_of, measured, power
from tests.factories.projects import AFTER, BEFORE, building_csv, daily_csv, heated, meter_csv, weather_of


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
