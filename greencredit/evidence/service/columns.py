"""Turns a column of a file into exact integers, and says which values were none."""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form
from greencredit.evidence.errors import WrongColumnType

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = tuple[np.ndarray[Any, np.dtype[np.int64]], np.ndarray[Any, np.dtype[np.bool_]]]

_EIGHT_HOURS_MICROS: Final = 8 * 3600 * 1_000_000
_FLOAT_TOLERANCE: Final = 1e-6
"""A binary floating number within a millionth of a fen is that fen; anything else is no amount."""

_MICROS_OF_UNIT: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_TYPES: Final[dict[Form, tuple[str, ...]]] = {
    Form.TEXT: ("string", "integer"),
    Form.MONEY: ("string", "integer", "decimal", "float64"),
    Form.WHOLE: ("string", "integer"),
    Form.DECIMAL: ("string", "integer", "decimal", "float64"),
    Form.TIME: ("string", "timestamp"),
    Form.INPUTS: ("string",),
    Form.LEVEL: ("string", "integer", "decimal", "float64"),
    Form.CARD: ("string", "integer"),
    Form.ACTION: ("string", "integer"),
    Form.PRODUCT: ("string", "integer"),
}
"""From which types a form can be read exactly; `float32` keeps seven digits and is none of them."""


def require_type(name: str, form: Form, kind: "pa.DataType") -> None:
    """Refuse a column of a type from which its values can't be read exactly; a column of nothing has any type."""
    import pyarrow as pa

    value = kind.value_type if isinstance(kind, pa.DictionaryType) else kind
    is_text = pa.types.is_string(value) or pa.types.is_large_string(value) or pa.types.is_string_view(value)
    known = {
        "string": is_text or pa.types.is_null(value),
        "integer": pa.types.is_integer(value),
        "decimal": pa.types.is_decimal128(value) or pa.types.is_decimal256(value),
        "float64": pa.types.is_float64(value),
        "timestamp": pa.types.is_timestamp(value),
    }
    if not any(known[one] for one in _TYPES[form]):
        raise WrongColumnType(column=name, found=str(kind), wanted=form.wanted)


def plain(column: "pa.Array[Any]") -> "pa.Array[Any]":
    """Give a column without the ways in which a file may have packed it: dictionaries, long or viewed texts."""
    import pyarrow as pa

    found: Any = column.dictionary_decode() if isinstance(column, pa.DictionaryArray) else column
    kind = found.type
    packed: bool = pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind)
    unpacked: pa.Array[Any] = found.cast(pa.string()) if packed else found
    return unpacked


def texts(column: "pa.Array[Any]") -> list[str]:
    """Give a column as texts without space around them; nothing becomes the empty text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    trimmed: Any = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return ["" if value is None else value for value in trimmed.to_pylist()]


def money_fen(column: "pa.Array[Any]") -> "Numbers":
    """Read yuan as fen: text, decimals, whole yuan, or floating numbers that are whole fen."""
    import pyarrow as pa

    if pa.types.is_floating(column.type):
        return _floating_hundredths(column)
    if pa.types.is_decimal(column.type) or pa.types.is_integer(column.type):
        return _exact_hundredths(column)
    return _one_by_one(column, rules.whole_hundredths)


def whole_numbers(column: "pa.Array[Any]") -> "Numbers":
    """Read whole numbers."""
    import pyarrow as pa

    if not pa.types.is_integer(column.type):
        return _one_by_one(column, rules.whole)
    if pa.types.is_uint64(column.type):
        return _one_by_one(column, lambda value: value if value <= rules.LARGEST else None)
    values, ok = _integers(column)
    return values, ok & (values >= -rules.LARGEST) & (values <= rules.LARGEST)


def instants_micros(column: "pa.Array[Any]") -> "Numbers":
    """Read times as microseconds since 1970; a time without a zone is civil time in China."""
    import pyarrow as pa

    kind: Any = column.type
    if not pa.types.is_timestamp(kind):
        return _one_by_one(column, rules.instant_micros)
    shift = 0 if kind.tz else _EIGHT_HOURS_MICROS
    counts: Any = column.cast(pa.int64())
    if kind.unit == "us":
        values, ok = _integers(counts)
    elif kind.unit == "ns":
        values, ok = _integers(counts)
        values = values // 1_000
    else:
        most = 2**62 // _MICROS_OF_UNIT[kind.unit]
        values, ok = _integers(counts)
        ok = ok & (values > -most) & (values < most)
        values = values * ok * _MICROS_OF_UNIT[kind.unit]
    return values - shift, ok


def _integers(column: "pa.Array[Any]") -> "Numbers":
    import numpy as np
    import pyarrow as pa

    ok = column.is_valid().to_numpy(zero_copy_only=False)
    whole: Any = column.cast(pa.int64()).fill_null(0)
    return whole.to_numpy(zero_copy_only=False).astype(np.int64), ok


def _exact_hundredths(column: "pa.Array[Any]") -> "Numbers":
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        exact: Any = column.cast(pa.decimal128(17, 2))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # a third decimal somewhere, or more yuan than there are
        return _one_by_one(column, lambda value: rules.whole_hundredths(f"{value:f}"))
    values, ok = _integers(pc.multiply(exact, pa.scalar(Decimal(100), pa.decimal128(3, 0))).cast(pa.int64()))
    return values, ok & (values >= -rules.LARGEST) & (values <= rules.LARGEST)


def _one_by_one(column: "pa.Array[Any]", read: "Callable[[Any], int | None]") -> "Numbers":
    import numpy as np

    read_values = [None if value is None else read(value) for value in column.to_pylist()]
    ok = np.fromiter((value is not None for value in read_values), dtype=np.bool_, count=len(read_values))
    return np.array([value or 0 for value in read_values], dtype=np.int64), ok


def _floating_hundredths(column: "pa.Array[Any]") -> "Numbers":
    import numpy as np

    yuan: Any = column.to_numpy(zero_copy_only=False).astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # what is infinite or nothing is no amount
        hundredths = yuan * 100
        nearest = np.rint(hundredths)
        # Of large amounts the nearest fen is known by going back: it is that very number again.
        same = (np.abs(hundredths - nearest) < _FLOAT_TOLERANCE) | (nearest / 100 == yuan)
        ok = np.isfinite(yuan) & (np.abs(hundredths) <= rules.LARGEST) & same
    return np.where(ok, nearest, 0).astype(np.int64), ok
