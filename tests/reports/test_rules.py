"""Numbers, digests, sums and axes of reports."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.reports import rules
from greencredit.reports.errors import MalformedNumber
from greencredit.schemas.reports import AwardStatus, ContributionTotals, Ground
from greencredit.schemas.values import Credits, Fen, Grams, Period
from tests.factories import reports as factory

DIGEST = "a" * 64


def test_a_number_follows_from_facts_and_language_alone() -> None:
    assert rules.number_of(DIGEST, "zh", 2026) == rules.number_of(DIGEST, "zh", 2026)
    assert rules.number_of(DIGEST, "zh", 2026) != rules.number_of(DIGEST, "en", 2026)
    assert rules.number_of(DIGEST, "zh", 2026) != rules.number_of("b" * 64, "zh", 2026)


@given(digest=st.text("0123456789abcdef", min_size=64, max_size=64), year=st.integers(2024, 2099))
def test_every_number_made_is_accepted_however_it_is_typed(digest: str, year: int) -> None:
    number = rules.number_of(digest, "en", year)

    assert rules.require_number(number) == number
    assert rules.require_number(f"  {number.lower().replace('-', ' ')} ") == number


def test_every_single_wrong_character_is_noticed() -> None:
    number = rules.number_of(DIGEST, "zh", 2026)
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    accepted = []

    for place, wrong in itertools.product(range(3, len(number)), alphabet):
        if number[place] in {"-", wrong}:
            continue
        try:
            rules.require_number(number[:place] + wrong + number[place + 1 :])
        except MalformedNumber:
            continue
        accepted.append((place, wrong))

    assert accepted == []


def test_two_neighbours_exchanged_are_noticed() -> None:
    number = rules.number_of(DIGEST, "zh", 2026).replace("-", "")
    accepted = []

    for place in range(2, len(number) - 1):
        exchanged = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        if exchanged == number:
            continue
        try:
            rules.require_number(exchanged)
        except MalformedNumber:
            continue
        accepted.append(exchanged)

    assert accepted == []


@pytest.mark.parametrize(
    "written", ["", "GC", "GC-26-BCDFGHJ-KLMNPQR-00", "XX-26-BCDFGHJ-KLMNPQR-57", "编号", "GC-26-" + "9" * 400]
)
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(MalformedNumber) as no:
        rules.require_number(written)

    assert (no.value.code, no.value.facts) == ("reports.malformed_number", {"number": written})


def test_facts_are_written_in_one_way_only() -> None:
    report = factory.consumer_report(12)

    written = rules.facts_json("consumer", report)

    assert written == rules.facts_json("consumer", type(report).model_validate_json(report.model_dump_json()))
    assert written.startswith(b'{"facts":{"as_of":"2026-03-02T04:00:00Z","awards":[')


def test_totals_leave_reversed_awards_out_and_count_them_apart() -> None:
    lines = factory.awards(80)
    reversed_lines = [line for line in lines if line.status is AwardStatus.REVERSED]
    kept = [line for line in lines if line.status is AwardStatus.GRANTED]

    totals = rules.totals_of(lines)

    assert len(reversed_lines) == 2
    assert totals == ContributionTotals(
        awards=78,
        purchases=sum(line.ground is Ground.PURCHASE for line in kept),
        actions=sum(line.ground is Ground.ACTION for line in kept),
        unquantified_awards=sum(line.avoided_g_co2e is None for line in kept),
        reversed_awards=2,
        spent_fen=Fen(sum(line.spent_fen or 0 for line in kept)),
        credits=Credits(sum(line.credits for line in kept)),
        avoided_g_co2e=Grams(sum(line.avoided_g_co2e or 0 for line in kept)),
    )


def test_every_month_of_the_period_is_there_even_an_empty_one() -> None:
    period = Period(since=date(2024, 12, 29), until=date(2025, 12, 30))

    assert rules.months_in(period) == [date(2024, 12, 1), *(date(2025, month, 1) for month in range(1, 13))]
    assert [line.credits for line in rules.months_of((), period, ())] == [0] * 13


@given(st.lists(st.integers(0, 10**9), max_size=40))
def test_an_axis_reaches_past_every_value_in_at_most_four_equal_steps(values: list[int]) -> None:
    ticks = rules.axis_of(values)

    assert ticks[0] == 0
    assert ticks[-1] >= max(values, default=0)
    assert 2 <= len(ticks) <= 5
    assert len({after - before for before, after in itertools.pairwise(ticks)}) == 1


def test_a_report_whose_sums_contradict_its_lines_cannot_be_made() -> None:
    report = factory.consumer_report(10)
    wrong = report.totals.model_copy(update={"credits": Credits(report.totals.credits + 1)})

    with pytest.raises(ValueError, match="totals say"):
        type(report).model_validate({**dict(report), "totals": wrong})
