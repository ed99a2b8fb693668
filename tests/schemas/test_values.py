"""The small values refuse what they do not mean."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from greencredit.schemas.values import Instant, Period, PositiveCredits, RegionCode, Words


def test_a_period_holds_its_first_day_and_not_the_day_after_its_last() -> None:
    year = Period(since=date(2025, 1, 1), until=date(2026, 1, 1))
    days = (date(2024, 12, 31), date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 1))

    assert [day in year for day in days] == [False, True, True, False]
    assert year.last_day == date(2025, 12, 31)


@pytest.mark.parametrize("until", [date(2025, 1, 1), date(2024, 12, 31)])
def test_a_period_ends_after_it_begins(until: date) -> None:
    with pytest.raises(ValidationError, match="a period ends after it begins"):
        Period(since=date(2025, 1, 1), until=until)


@pytest.mark.parametrize("code", ["CN", "CN-SH", "CN-BJ"])
def test_a_region_is_china_or_a_part_of_it(code: str) -> None:
    assert TypeAdapter(RegionCode).validate_python(code) == code


@pytest.mark.parametrize("code", ["", "cn", "US", "CN-", "CN-sh", "CN-SH-", "CN SH", "CN-1"])
def test_anything_else_is_no_region(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(RegionCode).validate_python(code)


def test_an_instant_is_given_in_utc_and_never_turned_silently() -> None:
    noon = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)

    assert TypeAdapter(Instant).validate_python(noon) == noon
    with pytest.raises(ValidationError, match="an instant is given in UTC, found offset 8:00:00"):
        TypeAdapter(Instant).validate_python(noon.astimezone(timezone(timedelta(hours=8))))
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(noon.replace(tzinfo=None))


@pytest.mark.parametrize("credits_", [0, -1, 1.5])
def test_an_award_is_at_least_one_whole_credit(credits_: float) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(PositiveCredits).validate_python(credits_)


def test_a_record_is_frozen_and_refuses_what_it_does_not_know() -> None:
    words = Words(zh="积分", en="credits")

    with pytest.raises(ValidationError, match="frozen"):
        words.zh = "分"  # type: ignore[misc] # the point
    with pytest.raises(ValidationError, match="Extra inputs"):
        Words.model_validate({"zh": "积分", "en": "credits", "fr": "crédits"})


@pytest.mark.parametrize(("lang", "said"), [("zh", "积分"), ("zh-CN", "积分"), ("en", "credits"), ("en-GB", "credits")])
def test_words_are_said_in_the_language_asked_for(lang: str, said: str) -> None:
    assert Words(zh="积分", en="credits").in_(lang) == said
