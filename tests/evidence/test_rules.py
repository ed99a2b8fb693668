"""Values are read exactly or not at all, and the same line has the same mark."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.evidence import rules

KEY = b"k" * 32
NOT_PLAIN = (
    "",
    " ",
    "1e3",
    "1E+2",
    "1e999999",
    "1_000",
    "1,000",
    "\uff11\uff12",
    "٣",
    "NaN",
    "sNaN",
    "Infinity",
    "-",
    "--1",
    "0x10",
    "12 元",
    "½",
    "9" * 5_000,
)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.80", 1280),
        ("12.8", 1280),
        ("12", 1200),
        ("0", 0),
        ("0.01", 1),
        ("-0.01", -1),
        ("+3.10", 310),
        (" 36.50 ", 3650),
        ("007.50", 750),
        ("12.800", 1280),
        ("9999999999999.99", 999_999_999_999_999),
    ],
)
def test_yuan_are_read_as_fen(text: str, fen: int) -> None:
    assert rules.whole_hundredths(text) == fen


@pytest.mark.parametrize(
    "text", [*NOT_PLAIN, "12.805", "12.80000000000000000000000000000000001", ".5", "5.", "1.2.3", "10000000000000.00"]
)
def test_what_is_no_amount_of_whole_fen_is_not_read(text: str) -> None:
    assert rules.whole_hundredths(text) is None


@given(st.integers(min_value=-rules.LARGEST, max_value=rules.LARGEST))
def test_every_amount_is_read_back_to_the_fen(fen: int) -> None:
    text = f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"

    assert rules.whole_hundredths(text) == fen


@given(st.text(alphabet="0123456789+-.eE_ ", max_size=20) | st.decimals(allow_nan=False).map(str) | st.text())
def test_an_amount_that_is_read_is_the_very_amount_that_is_written(text: str) -> None:
    fen = rules.whole_hundredths(text)

    assert fen is None or fen == Decimal(text.strip()) * 100


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("-3", -3), ("+5", 5), (" 42 ", 42), ("0" * 14 + "1", 1)])
def test_whole_numbers_are_read(text: str, number: int) -> None:
    assert rules.whole(text) == number


@pytest.mark.parametrize("text", [*NOT_PLAIN, "1.0", "1.5", "1" * 16])
def test_what_is_no_whole_number_is_not_read(text: str) -> None:
    assert rules.whole(text) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("12", "12"),
        ("12.50", "12.5"),
        ("0.001", "0.001"),
        ("+3.0", "3"),
        ("007", "7"),
        ("1.0000000000010", "1.000000000001"),
    ],
)
def test_a_quantity_is_kept_as_plain_decimal_text(text: str, plain: str) -> None:
    assert rules.positive_decimal(text) == plain


@pytest.mark.parametrize("text", [*NOT_PLAIN, "0", "0.00", "-1", "1e-999999", "0.0000000000001", "1" * 16])
def test_what_is_no_quantity_above_zero_is_not_read(text: str) -> None:
    assert rules.positive_decimal(text) is None


@given(st.decimals(min_value=0, max_value=10**14, places=6))
def test_a_quantity_keeps_its_value(number: Decimal) -> None:
    plain = rules.positive_decimal(f"{number:f}")

    assert (Decimal(plain) if plain else 0) == number


NINE = datetime(2025, 3, 14, 1, 26, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2025-03-14T09:26:53+08:00", NINE),
        ("2025-03-14T01:26:53Z", NINE),
        ("2025-03-14 09:26:53", NINE),
        ("2025-03-14T09:26", NINE.replace(second=0)),
        ("2025-03-14T09:26:53.250", NINE + timedelta(milliseconds=250)),
        ("2025-03-13T20:26:53-05:00", NINE),
    ],
)
def test_a_time_without_an_offset_is_civil_time_in_china(text: str, at: datetime) -> None:
    assert rules.instant_micros(text) == (at - rules.EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-03-14",
        "20250314T092653",
        "2025-W11-5T09:26",
        "2025-02-30T09:26:53",
        "2025-03-14T24:00:00",
        "2025-03-14x09:26:53",
        "2025/03/14 09:26:53",
        "14.03.2025 09:26",
        "\uff12\uff10\uff12\uff15-03-14T09:26:53",
        "1741915613",
    ],
)
def test_what_is_no_time_of_the_wanted_form_is_not_read(text: str) -> None:
    assert rules.instant_micros(text) is None


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001 - civil time
def test_the_day_of_a_line_is_the_day_it_says_in_china(wall: datetime) -> None:
    micros = rules.instant_micros(wall.isoformat(sep=" "))

    assert micros is not None
    assert rules.day_of(rules.china_days([micros])[0]) == wall.date()


def test_nothing_before_the_year_2000_in_china_is_evidence() -> None:
    assert rules.instant_micros("2000-01-01T00:00:00") == rules.EARLIEST_MICROS


def _mark(source: str = "mer_1", day: int = 20_000, store: str = "406", receipt: str = "R1", line: int = 1) -> bytes:
    return rules.fingerprints(KEY, source, [day], [store], [receipt], [line])[0]


@pytest.mark.proves("ACT-5")
def test_the_same_line_has_the_same_mark_and_any_other_line_another() -> None:
    others = {
        _mark(source="mer_2"),
        _mark(day=20_001),
        _mark(store="407"),
        _mark(receipt="R2"),
        _mark(line=2),
        _mark(store="40", receipt="6R1"),
        rules.fingerprints(b"x" * 32, "mer_1", [20_000], ["406"], ["R1"], [1])[0],
    }

    assert _mark() == _mark()
    assert len(others | {_mark()}) == 8


def test_a_mark_shows_its_day_and_nothing_else() -> None:
    assert (len(_mark()), _mark()[:3]) == (16, (20_000).to_bytes(3, "big"))
    assert sorted([_mark(day=20_001), _mark()]) == [_mark(), _mark(day=20_001)]


def test_many_lines_are_marked_as_one_by_one() -> None:
    days, receipts, lines = [20_000, 20_001], ["R1", "R2"], [1, 2]

    assert rules.fingerprints(KEY, "mer_1", days, ["406", "406"], receipts, lines) == [
        _mark(),
        _mark(day=20_001, receipt="R2", line=2),
    ]


@given(st.integers(min_value=1, max_value=2**31 - 1), st.integers(min_value=1, max_value=2**32 - 1))
def test_an_evidence_number_names_its_file_and_line(batch: int, line: int) -> None:
    number = rules.evidence_id(batch, line)

    assert rules.place_of(number) == (batch, line)
    assert number < 2**63


@pytest.mark.parametrize(
    ("card", "shown"),
    [("6222000012345678", "…5678"), ("12345", "…45"), ("1234", "…34"), ("12", "…2"), ("1", "…"), ("", ""), (None, "")],
)
def test_a_card_number_shows_its_end_and_never_more_than_half(card: object, shown: str) -> None:
    assert rules.masked(card) == shown


def test_what_was_found_is_shown_short_and_can_be_kept() -> None:
    assert rules.shown("a\0b") == "a␀b"
    assert rules.shown("x" * 500) == "x" * 100
    assert (rules.shown(None), rules.shown(12), rules.shown(date(2026, 1, 5))) == ("", "12", "2026-01-05")
    assert (rules.is_text("积分 𠮷"), rules.is_text("a\0")) == (True, False)
