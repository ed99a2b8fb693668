"""Publishing factors: whole or not at all, once, and never changed afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.actions import queries, rules, service
from greencredit.actions.errors import FactorFileRefused, MethodChanged, MethodNotKept
from greencredit.actions.rules.factor_file import COLUMNS
from greencredit.actions.tables import FactorFile, FactorVersion
from greencredit.schemas.actions import Published, Tier
from tests.factories.actions import make_file, make_line, publish

DIGEST = "5" * 64


def _counted(session: Session) -> tuple[int, int]:
    """Count the files and versions that are stored."""
    kinds: tuple[Any, ...] = (FactorFile, FactorVersion)
    files, versions = (session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds)
    return files, versions


# ---- What is stored ---------------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-2")
def test_the_shipped_file_is_published_with_its_sources_and_tiers(session: Session) -> None:
    published = publish(session)

    assert (published.added, published.unchanged, _counted(session)) == (326, 0, (1, 326))
    factors = queries.factor_versions(session)
    assert {tier: sum(factor.tier is tier for factor in factors) for tier in Tier} == {
        Tier.A: 51,
        Tier.B: 211,
        Tier.C: 51,
        Tier.D: 13,
    }
    assert all(factor.document and (factor.publisher or factor.tier is Tier.D) for factor in factors)


def test_a_file_is_known_by_its_digest_publisher_and_instant(session: Session) -> None:
    published = publish(session, make_line())

    file = session.get_one(FactorFile, published.digest)
    assert (file.published_by, file.published_at, file.factors) == (
        "acc_example",
        datetime(2026, 3, 2, 4, 0, tzinfo=UTC),
        1,
    )
    assert len(published.digest) == 64


def test_publishing_the_same_file_again_changes_nothing(session: Session) -> None:
    first = publish(session)

    again = publish(session)

    assert again == Published(digest=first.digest, added=0, unchanged=326)
    assert _counted(session) == (1, 326)


def test_another_file_adds_what_is_new_and_keeps_what_is_the_same(session: Session) -> None:
    publish(session, make_line())

    published = publish(session, make_line(), make_line(factor_id="other_factor"))

    assert (published.added, published.unchanged, _counted(session)) == (1, 1, (2, 2))


@pytest.mark.proves("ACT-2")
def test_a_correction_is_a_new_version_beside_the_old_one(session: Session) -> None:
    publish(session, make_line())

    publish(session, make_line(version="2", value="0.6"))

    assert [(factor.version, str(factor.value)) for factor in queries.factor_versions(session)] == [
        (1, "0.5"),
        (2, "0.6"),
    ]


def test_a_value_is_kept_as_it_was_written(session: Session) -> None:
    publish(session, make_line(value="0.5500"))

    assert str(queries.factor_versions(session)[0].value) == "0.5500"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE actions_factor SET value = '9'",
        "DELETE FROM actions_factor",
        "UPDATE actions_factor_file SET published_by = 'other'",
        "DELETE FROM actions_factor_file",
    ],
)
@pytest.mark.proves("ACT-2")
def test_a_published_factor_is_never_changed_or_removed(session: Session, statement: str) -> None:
    publish(session, make_line())

    with pytest.raises(DBAPIError, match="append-only"), session.begin_nested():
        session.execute(text(statement))

    session.expire_all()
    assert [str(factor.value) for factor in queries.factor_versions(session)] == ["0.5"]


# ---- What is refused ---------------------------------------------------------------------------------------------

_GOOD = make_line(factor_id="good_factor")


def _window(number: int, first: str, last: str = "", **changes: str) -> dict[str, str]:
    return make_line(factor_id=f"row_{number}", series="rows", valid_from=first, valid_to=last, **changes)


_REFUSED: dict[str, tuple[bytes, str, int, str]] = {
    "an empty file": (b"", "factor_file_unreadable", 1, "an empty file"),
    "a header alone": (make_file(), "factor_file_unreadable", 1, "no factor"),
    "a file in GBK": (make_file(_GOOD).decode().encode("gbk"), "factor_file_unreadable", 2, "byte 0xc0"),
    "an open quote": (make_file(_GOOD) + b'"open', "factor_file_unreadable", 3, "unexpected end of data"),
    "a missing column": (
        make_file(_GOOD, columns=tuple(name for name in COLUMNS if name != "tier")),
        "factor_column_missing",
        1,
        "column tier 0 times",
    ),
    "an unknown column": (make_file(_GOOD, columns=(*COLUMNS, "mood")), "factor_column_missing", 1, "column 'mood'"),
    "a column twice": (make_file(_GOOD, columns=(*COLUMNS, "tier")), "factor_column_missing", 1, "column tier 2 times"),
    "a short line": (make_file(_GOOD) + b"a,b\n", "factor_column_missing", 3, "2 cells"),
    "a bad number": (make_file(_GOOD, make_line(value="0,5")), "factor_number_bad", 3, "'0,5'"),
    "an exponent": (make_file(make_line(value="5e-1")), "factor_number_bad", 2, "'5e-1'"),
    "full-width digits": (make_file(make_line(value="\uff10.5")), "factor_number_bad", 2, "'\uff10.5'"),
    "no number": (make_file(make_line(value="")), "factor_number_bad", 2, "''"),
    "not a number": (make_file(make_line(value="NaN")), "factor_number_bad", 2, "'NaN'"),
    "a version of nought": (make_file(make_line(version="0")), "factor_number_bad", 2, "'0'"),
    "an unknown unit": (make_file(make_line(unit="kgCO2e/furlong")), "factor_unit_unknown", 2, "'kgCO2e/furlong'"),
    "a bad name": (make_file(make_line(factor_id="Bad-Name")), "factor_field_bad", 2, "'Bad-Name'"),
    "a bad tier": (make_file(make_line(tier="E")), "factor_field_bad", 2, "'E'"),
    "a bad day": (make_file(make_line(valid_from="2025-02-30")), "factor_field_bad", 2, "'2025-02-30'"),
    "a week for a day": (make_file(make_line(valid_from="2025-W01-1")), "factor_field_bad", 2, "'2025-W01-1'"),
    "a window that ends first": (make_file(make_line(valid_to="2024-12-31")), "factor_field_bad", 2, "'2024-12-31'"),
    "a window without a beginning": (
        make_file(make_line(selection="window", valid_from="")),
        "factor_field_bad",
        2,
        "''",
    ),
    "a bad region": (make_file(make_line(region="China")), "factor_field_bad", 2, "'China'"),
    "a gas against its unit": (make_file(make_line(gas="CO2")), "factor_field_bad", 2, "'CO2'"),
    "a recalled value of tier B": (make_file(make_line(verification="recalled")), "factor_field_bad", 2, "'recalled'"),
    "no publisher": (make_file(make_line(publisher="")), "factor_field_bad", 2, "''"),
    "no Chinese name": (make_file(make_line(name_zh="")), "factor_field_bad", 2, "''"),
    "the same version twice": (make_file(_GOOD, _GOOD), "factor_twice", 3, "good_factor version 1 as on line 2"),
    "an overlap": (
        make_file(_window(1, "2025-01-01", "2025-06-30"), _window(2, "2025-06-30")),
        "factor_overlap",
        3,
        "row_1 to 2025-06-30 and row_2 from 2025-06-30",
    ),
    "an overlap with an open end": (
        make_file(_window(2, "2026-01-01"), _window(1, "2025-01-01")),
        "factor_overlap",
        3,
        "row_1 to open and row_2 from 2026-01-01",
    ),
    "an overlap in one of several regions": (
        make_file(_window(1, "2025-01-01", region="CN-BJ;CN-TJ"), _window(2, "2025-06-30", region="CN-TJ")),
        "factor_overlap",
        3,
        "row_1 to open and row_2 from 2025-06-30",
    ),
    "another unit in a series": (
        make_file(_window(1, "2025-01-01", "2025-06-30"), _window(2, "2025-07-01", unit="kgCO2e/km")),
        "factor_series_mixed",
        3,
        "row_2 with unit kgCO2e/km",
    ),
    "a cycle": (
        make_file(
            make_line(factor_id="first", derivation="second * 2"),
            make_line(factor_id="second", derivation="third + 1"),
            make_line(factor_id="third", derivation="first / 2"),
        ),
        "factor_cycle",
        4,
        "first → second → third → first",
    ),
    "a factor of itself": (
        make_file(make_line(factor_id="first", derivation="first")),
        "factor_cycle",
        2,
        "first → first",
    ),
    "a derivation from nowhere": (
        make_file(make_line(derivation="nowhere * 2")),
        "factor_derivation_bad",
        2,
        "the source nowhere",
    ),
    "a derivation that calls": (
        make_file(make_line(derivation="abs(good_factor)"), _GOOD),
        "factor_derivation_bad",
        2,
        "Call (abs(good_factor))",
    ),
    "a derivation by nought": (
        make_file(make_line(derivation="good_factor / (1 - 1)"), _GOOD),
        "factor_derivation_bad",
        2,
        "good_factor / (1 - 1)",
    ),
    "a derivation with another value": (
        make_file(make_line(value="1.1", derivation="good_factor * 2"), _GOOD),
        "factor_derivation_bad",
        2,
        "value 1.1",
    ),
    "a derivation better than its source": (
        make_file(make_line(value="1.0", tier="A", derivation="good_factor * 2"), _GOOD),
        "factor_derivation_bad",
        2,
        "tier A",
    ),
}


@pytest.mark.parametrize("fault", _REFUSED)
def test_a_file_with_a_fault_is_refused_by_line_and_nothing_is_stored(session: Session, fault: str) -> None:
    file, code, line, found = _REFUSED[fault]

    with pytest.raises(FactorFileRefused) as no:
        service.publish_factors(session, file, by="acc_example")

    assert (no.value.code, no.value.facts["line"], no.value.facts["found"]) == (f"actions.{code}", line, found)
    assert no.value.facts["wanted"]
    assert _counted(session) == (0, 0)


def test_the_faults_after_the_first_are_told_too(session: Session) -> None:
    file = make_file(make_line(value="x"), _GOOD, make_line(unit="mile"))

    with pytest.raises(FactorFileRefused) as no:
        service.publish_factors(session, file, by="acc_example")

    assert (no.value.facts["line"], no.value.facts["others"]) == (
        2,
        ["line 4: found 'mile', wanted a unit of the list of units"],
    )


def test_the_line_of_a_row_after_one_of_several_lines_is_counted_in_the_file(session: Session) -> None:
    file = make_file(make_line(factor_id="long_factor", notes="one\ntwo\nthree"), make_line(value="x"))

    with pytest.raises(FactorFileRefused) as no:
        service.publish_factors(session, file, by="acc_example")

    assert no.value.facts["line"] == 5


@pytest.mark.parametrize(
    ("change", "line", "found"),
    [
        (lambda: make_line(value="0.6"), 2, "example_factor version 1 with another value"),
        (lambda: make_line(value="0.50"), 2, "example_factor version 1 with another value"),
        (lambda: make_line(publisher="另一单位"), 2, "example_factor version 1 with another publisher"),
    ],
)
def test_a_published_version_with_other_content_is_refused(
    session: Session, change: Callable[[], dict[str, str]], line: int, found: str
) -> None:
    publish(session, make_line())

    with pytest.raises(FactorFileRefused) as no:
        publish(session, change())

    assert (no.value.code, no.value.facts["line"], no.value.facts["found"], no.value.facts["wanted"]) == (
        "actions.factor_version_changed",
        line,
        found,
        "version 2 for a correction",
    )
    assert _counted(session) == (1, 1)


def test_a_version_older_than_the_published_one_is_refused(session: Session) -> None:
    publish(session, make_line(version="3"))

    with pytest.raises(FactorFileRefused) as no:
        publish(session, make_line(version="2", value="0.6"))

    assert (no.value.code, no.value.facts["wanted"]) == ("actions.factor_version_changed", "a version above 3")


def test_a_window_that_overlaps_a_published_one_is_refused(session: Session) -> None:
    publish(session, _window(1, "2025-01-01"))

    with pytest.raises(FactorFileRefused) as no:
        publish(session, _window(2, "2026-01-01"))

    assert (no.value.code, no.value.facts["line"]) == ("actions.factor_overlap", 2)
    assert no.value.facts["wanted"].endswith("row_1 to 2025-12-31 at the latest")
    assert _counted(session) == (1, 1)


def test_a_newer_edition_follows_once_the_older_one_is_ended(session: Session) -> None:
    publish(session, _window(1, "2025-01-01"))

    publish(session, _window(1, "2025-01-01", "2025-12-31", version="2"), _window(2, "2026-01-01"))

    assert [factor.id for factor in queries.factor_book(session).factors()] == ["row_1", "row_2"]


def test_a_derived_factor_is_stored_when_it_agrees_to_its_last_place(session: Session) -> None:
    lines = make_line(factor_id="third", value="0.167", derivation="good_factor / 3"), _GOOD

    assert publish(session, *lines).added == 2
    assert [factor.derivation for factor in queries.factor_versions(session)] == [None, "good_factor / 3"]


# ---- Methods as they were kept ------------------------------------------------------------------------------------


@pytest.mark.proves("ACT-2")
def test_publishing_factors_keeps_every_method_word_for_word(session: Session) -> None:
    publish(session)

    kept = {action.name: queries.method(session, action.name, action.version) for action in queries.actions()}

    assert {name: copy.action for name, copy in kept.items()} == {one.name: one for one in queries.actions()}
    assert all(copy.digest == rules.digest_of(copy.action) for copy in kept.values())
    assert service.keep_methods(session) == 0


def test_a_method_that_says_something_else_wants_a_new_version(session: Session) -> None:
    publish(session)
    before = queries.method(session, "walk_trip", 1)
    changed = queries.action("walk_trip").model_copy(update={"unit": "km"})

    with pytest.raises(MethodChanged) as no:
        service.keep_methods(session, [changed])

    assert (no.value.code, no.value.facts["kept"]) == ("actions.method_changed", before.digest)
    assert queries.method(session, "walk_trip", 1) == before
    assert service.keep_methods(session, [changed.model_copy(update={"version": 2})]) == 1


def test_a_version_that_was_never_kept_is_not_found(session: Session) -> None:
    with pytest.raises(MethodNotKept) as no:
        queries.method(session, "walk_trip", 99)

    assert no.value.facts == {"method": "walk_trip", "version": 99}
