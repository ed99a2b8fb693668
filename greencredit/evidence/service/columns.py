"""Turns a column of a file into exact integers, and says which values were none."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from greencredit.evidence import rules
from greencredit.evidence.errors import WrongColumnType

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.bool_]]]

_EIGHT_HOURS_MICROS: Final = 8 * 3600 * 1_000_000
_FLOAT_TOLERANCE: Final = 1e-6
"""A binary floating number within a millionth of a fen is that fen; anything else is no amount."""


def texts(column: "pa.Array[Any]") -> list[str]:
    """Give a column as texts; nothing becomes the empty text."""
    import pyarrow as pa

    return ["" if value is None else value for value in column.cast(pa.string()).to_pylist()]


def money_fen(name: str, column: "pa.Array[Any]") -> "Numbers":
    """Read yuan as fen: text, decimals, whole yuan, or floating numbers that are whole fen."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        return _floating_hundredths(column)
    if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
        return _exact_hundredths(column)
    return _one_by_one(_as_text(name, column, "yuan with up to two decimals"), rules.whole_hundredths)


def whole_numbers(name: str, column: "pa.Array[Any]") -> "Numbers":
    """Read whole numbers."""
    import pyarrow as pa

    if pa.types.is_integer(column.type):
        return _integers(column)
    return _one_by_one(_as_text(name, column, "a whole number"), rules.whole)


def instants_micros(name: str, column: "pa.Array[Any]") -> "Numbers":
    """Read times as microseconds since 1970; a time without a zone is civil time in China."""
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):
        shift = 0 if column.type.tz else _EIGHT_HOURS_MICROS
        # Casting to the zone-less type keeps the instant in UTC for zoned columns, and the wall clock for others.
        micros = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        values, ok = _integers(micros)
        return values - shift, ok
    return _one_by_one(_as_text(name, column, "a time"), rules.instant_micros)


def _integers(column: "pa.Array[Any]") -> "Numbers":
    import numpy as np
    import pyarrow as pa

    ok = column.is_valid().to_numpy(zero_copy_only=False)
    whole: Any = column.cast(pa.int64()).fill_null(0)
    return whole.to_numpy(zero_copy_only=False).astype(np.int64), ok


def _exact_hundredths(column: "pa.Array[Any]") -> "Numbers":
    import pyarrow as pa
    import pyarrow.compute as pc

    exact: Any = column.cast(pa.decimal128(20, 2))
    return _integers(pc.multiply(exact, pa.scalar(Decimal(100), pa.decimal128(3, 0))).cast(pa.int64()))


def _as_text(name: str, column: "pa.Array[Any]", wanted: str) -> "pa.Array[Any]":
    import pyarrow as pa

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise WrongColumnType(column=name, found=str(column.type), wanted=wanted)
    return column


def _one_by_one(column: "pa.Array[Any]", read: "Callable[[Any], int | None]") -> "Numbers":
    import numpy as np

    read_values = [None if value is None else read(value) for value in column.to_pylist()]
    ok = np.fromiter((value is not None for value in read_values), dtype=np.bool_, count=len(read_values))
    return np.array([value or 0 for value in read_values], dtype=np.int64), ok


def _floating_hundredths(column: "pa.Array[Any]") -> "Numbers":
    import numpy as np

    hundredths = column.to_numpy(zero_copy_only=False).astype(np.float64) * 100
    nearest = np.rint(hundredths)
    ok = np.isfinite(hundredths) & (np.abs(hundredths) < 2**53) & (np.abs(hundredths - nearest) < _FLOAT_TOLERANCE)
    return np.where(ok, nearest, 0).astype(np.int64), ok
