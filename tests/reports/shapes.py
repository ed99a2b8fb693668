"""Says where a value does not fit a JSON Schema, as far as our shapes use that language; any other word is a fault."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

_TOLD_ONLY: Final = frozenset(
    {"$defs", "$id", "$schema", "default", "description", "title", "examples", "propertyOrder"}
)


def misfits(value: Any, shape: Mapping[str, Any], whole: Mapping[str, Any]) -> list[str]:  # noqa: ANN401 - JSON values
    """Name everything in a value that does not fit, in the order of places."""
    return sorted(_misfits(value, shape, whole, ""))


def _misfits(value: Any, shape: Mapping[str, Any], whole: Mapping[str, Any], at: str) -> Iterator[str]:  # noqa: ANN401 - as above
    for word, told in shape.items():
        if word == "$ref":
            yield from _misfits(value, _referred(told, whole), whole, at)
        elif word == "anyOf":
            if all(list(_misfits(value, one, whole, at)) for one in told):
                yield f"{at or 'the whole'}: fits none of {len(told)} shapes"
        elif word in {"properties", "required", "additionalProperties"}:
            yield from _members(value, word, shape, whole, at)
        elif word in {"items", "prefixItems"}:
            yield from _items(value, told, whole, at)
        elif word not in _TOLD_ONLY and (wrong := _CHECKS[word](value, told)) is not None:
            yield f"{at or 'the whole'}: {wrong}"


def _items(value: Any, told: Any, whole: Mapping[str, Any], at: str) -> Iterator[str]:  # noqa: ANN401 - as above
    if isinstance(value, list):
        shapes = told if isinstance(told, list) else [told] * len(value)
        for place, (one, its) in enumerate(zip(value, shapes, strict=False)):
            yield from _misfits(one, its, whole, f"{at}[{place}]")


def _members(
    value: Any,  # noqa: ANN401 - as above
    word: str,
    shape: Mapping[str, Any],
    whole: Mapping[str, Any],
    at: str,
) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    described = shape.get("properties", {})
    if word == "required":
        yield from (f"{at or 'the whole'}: {name} is missing" for name in shape[word] if name not in value)
    for name, part in value.items():
        its = described.get(name) if word == "properties" else None if name in described else shape[word]
        if its is False and word == "additionalProperties":
            yield f"{at or 'the whole'}: {name} is not described"
        elif isinstance(its, dict) and word != "required":
            yield from _misfits(part, its, whole, f"{at}.{name}".lstrip("."))


def _referred(reference: str, whole: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = whole
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


_KINDS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}


def _is_number(value: Any) -> bool:  # noqa: ANN401 - JSON values
    return _KINDS["number"](value)


def _is_written_as(form: str, value: str) -> bool:
    try:
        {"date": date.fromisoformat, "date-time": datetime.fromisoformat}[form](value)
    except ValueError:
        return False
    return True


_CHECKS: Final[Mapping[str, Callable[[Any, Any], str | None]]] = {
    "type": lambda value, told: None if _KINDS[told](value) else f"no {told}",
    "const": lambda value, told: None if value == told else "another value",
    "enum": lambda value, told: None if value in told else "none of the values",
    "pattern": lambda value, told: None if not isinstance(value, str) or re.search(told, value) else "another spelling",
    "format": lambda value, told: None if not isinstance(value, str) or _is_written_as(told, value) else f"no {told}",
    "minimum": lambda value, told: None if not _is_number(value) or value >= told else f"below {told}",
    "maximum": lambda value, told: None if not _is_number(value) or value <= told else f"above {told}",
    "exclusiveMinimum": lambda value, told: None if not _is_number(value) or value > told else f"not above {told}",
    "exclusiveMaximum": lambda value, told: None if not _is_number(value) or value < told else f"not below {told}",
    "minItems": lambda value, told: None if not isinstance(value, list) or len(value) >= told else f"fewer than {told}",
    "maxItems": lambda value, told: None if not isinstance(value, list) or len(value) <= told else f"more than {told}",
    "minLength": lambda value, told: None if not isinstance(value, str) or len(value) >= told else "too short",
    "maxLength": lambda value, told: None if not isinstance(value, str) or len(value) <= told else "too long",
}
