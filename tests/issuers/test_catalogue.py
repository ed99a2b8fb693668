"""The limits for issuers: each has a basis in two languages and answers for a day, never with a silent zero."""

from datetime import date

import pytest

from greencredit.issuers import catalogue
from greencredit.issuers.errors import LimitUnknown
from greencredit.schemas.issuers import Grade


@pytest.mark.parametrize("name", sorted(catalogue.limits()))
def test_a_limit_says_in_two_languages_what_it_rests_on(name: str) -> None:
    limit = catalogue.limits()[name]

    assert all((limit.title.zh, limit.title.en, limit.basis.zh, limit.basis.en, limit.version))


def test_the_limits_are_these() -> None:
    today = date(2026, 3, 2)
    found = {
        "assessment_validity": catalogue.days_of("assessment_validity", today),
        "fee_share": catalogue.share_of("fee_share", today),
        "change_notice": catalogue.days_of("change_notice", today),
        "custody_statement": catalogue.days_of("custody_statement", today),
        "closing_notice": catalogue.days_of("closing_notice", today),
        "expiry_warning": catalogue.limit_on("expiry_warning", today).days,
        "grade_floor": catalogue.grade_floor(today),
    }

    assert found == {
        "assessment_validity": 1096,
        "fee_share": 1500,
        "change_notice": 7,
        "custody_statement": 366,
        "closing_notice": 30,
        "expiry_warning": (60, 30, 7),
        "grade_floor": Grade.BBB,
    }
    assert set(found) == set(catalogue.limits())


@pytest.mark.parametrize(("name", "day"), [("no_such_limit", date(2026, 3, 2)), ("grade_floor", date(2019, 12, 31))])
def test_a_limit_that_is_not_there_is_refused_by_name(name: str, day: date) -> None:
    with pytest.raises(LimitUnknown) as no:
        catalogue.limit_on(name, day)

    assert no.value.facts == {"name": name, "wanted": day.isoformat()}


def test_grades_are_ordered_from_aaa_to_d() -> None:
    assert [grade.value for grade in Grade if grade.reaches(Grade.BBB)] == ["AAA", "AA", "A", "BBB"]
