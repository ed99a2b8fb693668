"""PostgreSQL arrays in the server's own binary form: written as text, numbers cost more than their insert."""

import struct
from collections.abc import Sequence
from typing import Any, ClassVar, Final

_HEAD: Final = struct.Struct(">iiiii")
_NOTHING: Final = struct.pack(">i", -1)
_LENGTH: Final = struct.Struct(">i").pack
_TAUGHT: Final = "kernel.arrays"


class Array(bytes):
    """A column of values as the server reads it; `oid` names its type."""

    oid: ClassVar[int]


class Smallints(Array):
    """A `smallint[]`."""

    oid = 1005


class Integers(Array):
    """An `integer[]`."""

    oid = 1007


class Bigints(Array):
    """A `bigint[]`."""

    oid = 1016


class Blobs(Array):
    """A `bytea[]`."""

    oid = 1001


_BIGINT: Final = 20
_NUMBERS: Final[dict[type[Array], tuple[int, int, str]]] = {
    Smallints: (21, 2, "h"),
    Integers: (23, 4, "i"),
    Bigints: (_BIGINT, 8, "q"),
}
_BYTEA: Final = 17


def numbers(kind: type[Array], values: Sequence[int | None]) -> Array:
    """Write whole numbers, None where there is none."""
    of, width, form = _NUMBERS[kind]
    count = len(values)
    if None not in values:
        flat: list[Any] = [width] * (2 * count)
        flat[1::2] = values
        return kind(_headed(of, count, struct.pack(f">{f'i{form}' * count}", *flat), has_nothing=False))
    pack = struct.Struct(f">i{form}").pack
    cells = b"".join(_NOTHING if value is None else pack(width, value) for value in values)
    return kind(_headed(of, count, cells, has_nothing=True))


def bigints(values: Sequence[int]) -> Array:
    """Write whole numbers as a `bigint[]`."""
    return numbers(Bigints, values)


def blobs(values: Sequence[bytes | None]) -> Array:
    """Write byte strings, None where there is none."""
    cells = b"".join(_NOTHING if value is None else _LENGTH(len(value)) + value for value in values)
    return Blobs(_headed(_BYTEA, len(values), cells, has_nothing=None in values))


def _headed(of: int, count: int, cells: bytes, *, has_nothing: bool) -> bytes:
    """Put the head before the cells: dimensions, whether something is missing, the type, the length, counted from 1."""
    if not count:
        return struct.pack(">iii", 0, 0, of)
    return _HEAD.pack(1, has_nothing, of, count, 1) + cells


def teach(connection: Any) -> None:  # noqa: ANN401 - a connection of SQLAlchemy's to PostgreSQL
    """Make a connection know these arrays, once."""
    if _TAUGHT in connection.info:
        return
    from psycopg.adapt import Dumper
    from psycopg.pq import Format

    adapters = connection.connection.driver_connection.adapters
    for kind in (Smallints, Integers, Bigints, Blobs):
        dump = type(
            f"{kind.__name__}Dumper",
            (Dumper,),
            {"format": Format.BINARY, "oid": kind.oid, "dump": lambda _self, value: value},
        )
        adapters.register_dumper(kind, dump)
    connection.info[_TAUGHT] = True
