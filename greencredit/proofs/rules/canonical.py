"""Canonical JSON (RFC 8785) for the values used here: text, true and false, null, whole numbers, lists, objects."""

import json
from typing import Any, Final, NoReturn

from greencredit.proofs.errors import NotCanonical

_LARGEST: Final = 2**53
_DEEPEST: Final = 64


def canonical(value: Any) -> bytes:  # noqa: ANN401 - JSON values
    """Give the one way to write a value; refuses fractions, numbers from 2^53 on, and what is not JSON."""
    text = _ENCODER.encode(_ordered(value, 0))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical(found="half of a surrogate pair", wanted="text that has UTF-8") from error


def parse_canonical(data: bytes) -> Any:  # noqa: ANN401 - JSON values
    """Read canonical JSON; refuses every other way to write the same value."""
    value = parse_plain(data)
    if canonical(value) != data:
        raise NotCanonical(found="another way to write the value", wanted="canonical JSON (RFC 8785)")
    return value


def parse_plain(data: bytes) -> Any:  # noqa: ANN401 - JSON values
    """Read JSON in any layout, within the same subset: no name twice in an object, no fractions."""
    try:
        return _DECODER.decode(data.decode())
    except (ValueError, RecursionError) as error:
        raise NotCanonical(found=f"{len(data)} bytes that are not JSON", wanted="JSON in UTF-8") from error


def _ordered(value: Any, depth: int) -> Any:  # noqa: ANN401 - JSON values
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if not -_LARGEST < value < _LARGEST:
            raise NotCanonical(found="a number beyond 2^53", wanted="a smaller one, or decimal text")
        return int(value)
    if depth == _DEEPEST:
        raise NotCanonical(found="a deeply nested value", wanted=f"at most {_DEEPEST} levels")
    if isinstance(value, list | tuple):
        return [_ordered(one, depth + 1) for one in value]
    if isinstance(value, dict) and all(isinstance(name, str) for name in value):
        # RFC 8785 §3.2.3 orders names by UTF-16 code units, not by code points.
        plain = all(map(str.isascii, value))
        names = sorted(value) if plain else sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: _ordered(value[name], depth + 1) for name in names}
    raise NotCanonical(found=type(value).__name__, wanted="text, true, false, null, a whole number, a list, an object")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotCanonical(found="a name that stands twice in one object", wanted="each name once")
    return made


def _fraction(text: str) -> NoReturn:
    del text
    raise NotCanonical(found="a fraction, an exponent or no number", wanted="a whole number")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_float=_fraction, parse_constant=_fraction)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
