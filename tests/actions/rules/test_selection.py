"""Choice of factors by series, region and date, on made-up series and on the shipped ones."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.actions.errors import RegionUnknown
from greencredit.actions.rules import FactorBook, province_of
from greencredit.schemas.actions import Factor, Gas, Selection
from tests.factories.actions import make_factor, shipped_book, shipped_factors

TODAY = date(2026, 11, 22)


def _chosen(series: str, region: str, on: date) -> tuple[str, str] | None:
    factor = shipped_book().choose(series, region, on)
    return None if factor is None else (factor.id, str(factor.value))


@pytest.mark.proves("ACT-2")
@pytest.mark.parametrize(
    ("on", "chosen"),
    [
        (date(2024, 4, 11), None),  # before the first publication no factor was in force
        (date(2024, 4, 12), ("elec_co2_cn_2021", "0.5568")),
        (date(2024, 12, 19), ("elec_co2_cn_2021", "0.5568")),
        (date(2024, 12, 20), ("elec_co2_cn_2022", "0.5366")),
        (date(2025, 12, 30), ("elec_co2_cn_2022", "0.5366")),
        (date(2025, 12, 31), ("elec_co2_cn_2023", "0.5306")),
        (TODAY, ("elec_co2_cn_2023", "0.5306")),
    ],
)
def test_the_grid_factor_is_the_one_published_on_the_day(on: date, chosen: tuple[str, str] | None) -> None:
    assert _chosen("grid_co2", "CN", on) == chosen


def test_the_national_values_of_2021_and_2022_are_not_swapped() -> None:
    # A public repository has them the other way round.
    values = {year: str(_factor(f"elec_co2_cn_{year}").value) for year in (2021, 2022, 2023)}

    assert values == {2021: "0.5568", 2022: "0.5366", 2023: "0.5306"}


def test_the_windows_of_2023_factors_hold_a_year_of_shifted_purchases() -> None:
    first, last = date(2024, 12, 29), date(2025, 12, 29)

    assert (
        _chosen("grid_co2", "CN-SH", first) == _chosen("grid_co2", "CN-SH", last) == ("elec_co2_cn_sh_2022", "0.5849")
    )


def test_the_grid_factor_and_the_footprint_of_electricity_are_different_series() -> None:
    grid, footprint = _factor("elec_co2_cn_2023"), _factor("elec_cfp_cn_2023")

    assert (grid.gas, grid.unit, grid.series) == (Gas.CO2, "kgCO2/kWh", "grid_co2")
    assert (footprint.gas, footprint.unit, footprint.series) == (Gas.CO2E, "kgCO2e/kWh", "elec_cfp_cn")
    assert {factor.gas for factor in shipped_factors() if factor.series == "grid_co2"} == {Gas.CO2}
    assert {factor.gas for factor in shipped_factors() if factor.series.startswith("elec_cfp")} == {Gas.CO2E}


@pytest.mark.parametrize("region", ["CN-XZ", "CN-HK", "CN-MO", "CN-TW"])
def test_a_region_without_an_official_factor_has_none(region: str) -> None:
    assert _chosen("grid_co2", region, TODAY) is None


def test_thirty_provinces_have_a_grid_factor_in_each_window() -> None:
    provinces = {factor.region for factor in shipped_factors() if factor.series == "grid_co2"}
    provinces = {region for region in provinces if region.count("-") == 1}

    assert len(provinces) == 30
    for on in (date(2024, 6, 1), date(2025, 6, 1), TODAY):
        assert all(_chosen("grid_co2", province, on) for province in provinces)


def test_refrigerator_limits_follow_the_standard_in_force() -> None:
    assert _chosen("fridge500_grade1_kwhday", "CN", date(2026, 5, 31)) == ("fridge500_grade1_old_kwhday", "0.92")
    assert _chosen("fridge500_grade1_kwhday", "CN", date(2026, 6, 1)) == ("fridge500_grade1_new_kwhday", "0.55")


def test_other_series_take_the_latest_that_has_begun_else_the_earliest() -> None:
    assert _chosen("elec_cfp_pv", "CN", TODAY) == ("elec_cfp_pv_2024", "0.0520")
    assert _chosen("elec_cfp_pv", "CN", date(2025, 10, 22)) == ("elec_cfp_pv_2023", "0.0545")
    assert _chosen("elec_cfp_pv", "CN", date(2020, 1, 1)) == ("elec_cfp_pv_2023", "0.0545")


def test_a_latest_factor_stays_in_use_after_its_window_until_another_begins() -> None:
    book = FactorBook([make_factor(valid_to=date(2025, 12, 31))])

    factor = book.choose("example_factor", "CN", TODAY)

    assert factor is not None
    assert not factor.holds(TODAY)


def test_a_factor_of_several_regions_stands_for_each_of_them() -> None:
    book = FactorBook([make_factor(region="CN-BJ;CN-TJ")])

    assert [bool(book.choose("example_factor", region, TODAY)) for region in ("CN-BJ", "CN-TJ", "CN")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(("region", "province"), [("CN", "CN"), ("CN-GD", "CN-GD"), ("CN-GD-SZ", "CN-GD")])
def test_a_region_lies_in_its_province(region: str, province: str) -> None:
    assert province_of(region) == province


@pytest.mark.parametrize("region", ["", "GB", "cn-gd", "CN-", "CN GD", "上海"])
def test_what_is_no_region_of_china_is_refused(region: str) -> None:
    with pytest.raises(RegionUnknown) as no:
        province_of(region)

    assert (no.value.code, no.value.facts) == ("actions.region_unknown", {"found": region})


_EPOCH = date(2020, 1, 1)


@st.composite
def _series(draw: st.DrawFn, selection: Selection) -> list[Factor]:
    """Give one series in one region whose windows do not overlap, gaps allowed, in any order."""
    day, rows = 0, []
    for number in range(draw(st.integers(1, 5))):
        first = day + draw(st.integers(0, 40))
        last = first + draw(st.integers(0, 60))
        day = last + 1
        window = {"valid_from": _EPOCH + timedelta(first), "valid_to": _EPOCH + timedelta(last)}
        rows.append(make_factor(id=f"row_{number}", series="rows", selection=selection, **window))
    if draw(st.booleans()):
        rows[-1] = rows[-1].model_copy(update={"valid_to": None})
    return draw(st.permutations(rows))


_days = st.integers(-50, 600).map(lambda days: _EPOCH + timedelta(days))


@given(_series(Selection.WINDOW), _days)
def test_a_window_series_gives_the_row_that_holds_the_day_or_nothing(rows: list[Factor], on: date) -> None:
    holding = [row for row in rows if row.holds(on)]

    assert FactorBook(rows).choose("rows", "CN", on) == (holding[0] if holding else None)


@given(_series(Selection.LATEST), _days)
def test_a_latest_series_always_gives_a_row_and_the_one_that_holds_the_day_where_there_is_one(
    rows: list[Factor], on: date
) -> None:
    holding = [row for row in rows if row.holds(on)]
    begun = [row for row in rows if row.valid_from and row.valid_from <= on]
    expected = (
        holding[0]
        if holding
        else max(begun, key=lambda row: str(row.valid_from))
        if begun
        else min(rows, key=lambda row: str(row.valid_from))
    )

    assert FactorBook(rows).choose("rows", "CN", on) == expected


def _factor(factor_id: str) -> Factor:
    factor = shipped_book().factor(factor_id)
    assert factor is not None
    return factor
