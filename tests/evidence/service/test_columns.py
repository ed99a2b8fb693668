"""Columns of every type become exact numbers, or are refused by name."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form
from greencredit.evidence.errors import WrongColumnType
from greencredit.evidence.service import columns as read

DAY = datetime(2025, 3, 14, 1, 26, 53, 250_000, tzinfo=UTC)
MICROS = (DAY - rules.EPOCH) // timedelta(microseconds=1)


def _numbers(found: "read.Numbers") -> list[int | None]:
    values, ok = found
    return [value if good else None for value, good in zip(values.tolist(), ok.tolist(), strict=True)]


@pytest.mark.parametrize(
    ("kind", "values", "fen"),
    [
        (pa.string(), ["12.80", None, "12.805", "x"], [1280, None, None, None]),
        (pa.float64(), [12.8, 0.1 + 0.2, 12.805, None], [1280, 30, None, None]),
        (pa.float64(), [float("inf"), float("-inf"), float("nan"), 1e300], [None, None, None, None]),
        (pa.float64(), [123_456_789.01, 1_234_567_890.12, -0.07], [12_345_678_901, 123_456_789_012, -7]),
        (pa.decimal128(12, 2), [Decimal("12.80"), Decimal("-0.01"), None], [1280, -1, None]),
        (pa.decimal128(12, 3), [Decimal("12.800"), Decimal("0.000")], [1280, 0]),
        (pa.decimal128(12, 3), [Decimal("12.800"), Decimal("12.805"), None], [1280, None, None]),
        (pa.decimal128(30, 10), [Decimal("0.0000000000"), Decimal("0.0000000001")], [0, None]),
        (pa.decimal128(38, 2), [Decimal("12.80"), Decimal(10) ** 20], [1280, None]),
        (pa.decimal256(50, 2), [Decimal("12.80"), Decimal(10) ** 30], [1280, None]),
        (pa.int64(), [12, -3, None], [1200, -300, None]),
        (pa.int64(), [12, 2**62], [1200, None]),
        (pa.uint64(), [12, 2**63], [1200, None]),
    ],
)
def test_money_is_read_from_every_type_that_can_hold_it(
    kind: Any,  # noqa: ANN401 - an Arrow type
    values: list[object],
    fen: list[int | None],
) -> None:
    assert _numbers(read.money_fen(pa.array(values, kind))) == fen


@given(st.lists(st.integers(min_value=-rules.LARGEST // 100, max_value=rules.LARGEST // 100)))
def test_an_amount_is_the_same_from_text_from_decimals_and_from_floating_numbers(amounts: list[int]) -> None:
    decimals = [Decimal(fen).scaleb(-2) for fen in amounts]

    assert _numbers(read.money_fen(pa.array([f"{one:f}" for one in decimals], pa.string()))) == amounts
    assert _numbers(read.money_fen(pa.array(decimals, pa.decimal128(20, 2)))) == amounts
    assert _numbers(read.money_fen(pa.array([float(one) for one in decimals], pa.float64()))) == amounts


@pytest.mark.parametrize(
    ("kind", "values", "numbers"),
    [
        (pa.string(), ["3", " 4 ", "1.0", None], [3, 4, None, None]),
        (pa.int8(), [3, -4, None], [3, -4, None]),
        (pa.int64(), [3, 10**15, -(2**63)], [3, None, None]),
        (pa.uint64(), [3, 2**64 - 1, None], [3, None, None]),
    ],
)
def test_whole_numbers_are_read_from_every_type_that_can_hold_them(
    kind: Any,  # noqa: ANN401 - an Arrow type
    values: list[object],
    numbers: list[int | None],
) -> None:
    assert _numbers(read.whole_numbers(pa.array(values, kind))) == numbers


@pytest.mark.parametrize(
    ("kind", "value", "micros"),
    [
        (pa.string(), "2025-03-14T09:26:53.25", MICROS),
        (pa.timestamp("us", "UTC"), DAY, MICROS),
        (pa.timestamp("us", "Asia/Shanghai"), DAY, MICROS),
        (pa.timestamp("ms"), datetime(2025, 3, 14, 9, 26, 53, 250_000), MICROS),  # noqa: DTZ001 - civil time
        (pa.timestamp("s"), datetime(2025, 3, 14, 9, 26, 53), MICROS - 250_000),  # noqa: DTZ001 - civil time
        (pa.timestamp("ns", "UTC"), DAY, MICROS),
        (pa.string(), "yesterday", None),
        (pa.timestamp("us"), None, None),
    ],
)
def test_a_time_is_the_same_instant_from_every_type(
    kind: Any,  # noqa: ANN401 - an Arrow type
    value: object,
    micros: int | None,
) -> None:
    assert _numbers(read.instants_micros(pa.array([value], kind))) == [micros]


def test_nanoseconds_below_a_microsecond_and_times_beyond_all_years_do_not_break_the_reading() -> None:
    nanos = pa.array(np.array([MICROS * 1_000 + 999], dtype="datetime64[ns]"), pa.timestamp("ns", "UTC"))
    seconds = pa.array(np.array([2**62, 0], dtype="datetime64[s]"), pa.timestamp("s", "UTC"))

    assert _numbers(read.instants_micros(nanos)) == [MICROS]
    assert _numbers(read.instants_micros(seconds)) == [None, 0]


@pytest.mark.parametrize(
    "packed",
    [
        pa.array(["12.80", None, "3"], pa.string()).dictionary_encode(),
        pa.array(["12.80", None, "3"], pa.large_string()),
        pa.array(["12.80", None, "3"], pa.string_view()),
    ],
)
def test_texts_may_be_packed_in_any_way(packed: Any) -> None:  # noqa: ANN401 - an Arrow array
    read.require_type("amount_yuan", Form.MONEY, packed.type)

    assert _numbers(read.money_fen(read.plain(packed))) == [1280, None, 300]
    assert read.texts(read.plain(packed)) == ["12.80", "", "3"]


def test_a_column_of_nothing_is_read_as_nothing() -> None:
    nothing = pa.nulls(2)
    read.require_type("receipt_no", Form.TEXT, nothing.type)

    assert read.texts(read.plain(nothing)) == ["", ""]


def test_texts_lose_the_space_around_them_so_that_one_receipt_is_not_two() -> None:
    assert read.texts(pa.array(["R1 ", "\tR1", "　R1", "R 1"])) == ["R1", "R1", "R1", "R 1"]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (Form.MONEY, pa.float32()),
        (Form.MONEY, pa.bool_()),
        (Form.WHOLE, pa.float64()),
        (Form.TEXT, pa.float64()),
        (Form.TEXT, pa.binary()),
        (Form.TEXT, pa.list_(pa.string())),
        (Form.TIME, pa.int64()),
        (Form.TIME, pa.date32()),
        (Form.DECIMAL, pa.bool_()),
        (Form.INPUTS, pa.struct([("hours_per_day", pa.string())])),
    ],
)
def test_a_type_from_which_nothing_exact_can_be_read_is_refused(form: Form, kind: Any) -> None:  # noqa: ANN401
    with pytest.raises(WrongColumnType) as refusal:
        read.require_type("a_column", form, kind)

    assert refusal.value.code == "evidence.wrong_column_type"
    assert refusal.value.facts == {"column": "a_column", "found": str(kind), "wanted": form.wanted}
