"""What the room tells: actions by name, the factor book of the database, pages of factors."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from greencredit.actions import queries, rules
from greencredit.actions.errors import ActionUnknown
from greencredit.schemas.actions import Factor
from tests.factories.actions import make_line, publish, shipped_factors


def test_actions_come_by_name() -> None:
    names = [action.name for action in queries.actions()]

    assert len(names) == 45
    assert names == sorted(names)
    assert queries.action("bus_trip").title.zh == "公交出行"


def test_an_unknown_action_is_not_found() -> None:
    with pytest.raises(ActionUnknown) as no:
        queries.action("flying_carpet")

    assert (no.value.code, no.value.facts) == ("actions.action_unknown", {"found": "flying_carpet", "known": 45})


def test_an_empty_book_knows_no_factor(session: Session) -> None:
    book = queries.factor_book(session)

    assert len(book) == 0
    assert book.choose("grid_co2", "CN", date(2026, 11, 22)) is None


def test_the_book_of_the_database_holds_the_file_to_the_last_digit(session: Session) -> None:
    publish(session)
    session.expunge_all()

    book = queries.factor_book(session)

    assert book.factors() == tuple(sorted(shipped_factors(), key=lambda factor: factor.id))
    assert [str(factor.value) for factor in book.factors()] == [
        str(factor.value) for factor in sorted(shipped_factors(), key=lambda factor: factor.id)
    ]


@pytest.mark.proves("ACT-2")
def test_every_worked_example_recomputes_from_the_database(session: Session) -> None:
    publish(session)
    book = queries.factor_book(session)

    grams = {
        action.name: rules.quantify(
            action, inputs=action.example.inputs, region=action.example.region, on=action.example.on, book=book
        ).grams
        for action in queries.actions()
    }

    assert grams == {action.name: action.example.grams for action in queries.actions()}


def test_the_book_holds_the_newest_version_only(session: Session) -> None:
    publish(session, make_line(), make_line(factor_id="other_factor"))
    publish(session, make_line(version="2", value="0.6"))

    versions = [(factor.id, factor.version, str(factor.value)) for factor in queries.factor_book(session).factors()]

    assert versions == [("example_factor", 2, "0.6"), ("other_factor", 1, "0.5")]
    assert len(queries.factor_versions(session)) == 3


def _walk(session: Session, limit: int) -> list[Factor]:
    found: list[Factor] = []
    cursor = None
    while True:
        page = queries.factors(session, cursor=cursor, limit=limit)
        found += page.items
        if page.next is None:
            return found
        cursor = page.next


@pytest.mark.parametrize("limit", [1, 50, 163, 326, 500])
def test_pages_tell_every_factor_once(session: Session, limit: int) -> None:
    publish(session)

    found = _walk(session, limit)

    assert sorted(factor.id for factor in found) == sorted(factor.id for factor in shipped_factors())


def test_factors_are_filtered_by_category_region_and_day(session: Session) -> None:
    publish(session)

    def ids(category: str | None = None, region: str | None = None, on: date | None = None) -> set[str]:
        return {factor.id for factor in queries.factors(session, category=category, region=region, on=on).items}

    grid = "grid_electricity_co2"
    assert ids(grid, "CN-SH") == {f"elec_co2_cn_sh_{year}" for year in (2021, 2022, 2023)}
    assert ids(grid, "CN-SH", date(2025, 12, 30)) == {"elec_co2_cn_sh_2022"}
    assert ids(grid, "CN-SH", date(2025, 12, 31)) == {"elec_co2_cn_sh_2023"}
    assert ids(grid, "CN-XZ") == set()
    assert {f"pkm_{mode}_jjj_db11_3043" for mode in ("baseline", "bus", "metro", "bike")} <= ids(region="CN-TJ")
    assert ids("gwp", on=date(1999, 1, 1)) == {factor.id for factor in shipped_factors() if factor.category == "gwp"}


@pytest.mark.parametrize("region", ["CN-%", "CN_SH", "%"])
def test_a_region_filter_is_no_pattern(session: Session, region: str) -> None:
    publish(session)

    assert queries.factors(session, region=region).items == ()
