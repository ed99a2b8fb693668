"""What the places of generated forms are called: by `questions.toml`, else by their own names (表单用语)."""

import re
import tomllib
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from greencredit.schemas.values import Words

_FILE: Final = Path(__file__).parent / "questions.toml"
_TERM: Final = re.compile(r"\(([^()]*[一-鿿][^()]*)\)")
_WITH_HINT: Final = 4


class Section(NamedTuple):
    """Fields that stand under one heading."""

    name: str
    title: Words
    fields: tuple[str, ...]


@cache
def _said() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def of_field(model: type[BaseModel], name: str) -> tuple[Words, Words | None]:
    """Give the title of a field and what is said beside it."""
    for one in model.__mro__:
        found = _said().get(one.__name__, {}).get(name)
        if found:
            hint = Words(zh=found[2], en=found[3]) if len(found) == _WITH_HINT else None
            return Words(zh=found[0], en=found[1]), hint
    return plainly(name), None


def of_variant(model: type[BaseModel], value: str) -> Words:
    """Give the title of one of several sets of questions: its own, else the Chinese term that its description names."""
    found = _said()["variant"].get(model.__name__)
    if isinstance(found, dict):
        found = found.get(value)
    if found:
        return Words(zh=found[0], en=found[1])
    english = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", model.__name__).capitalize()
    term = _TERM.search(model.__doc__ or "")
    return Words(zh=term.group(1) if term else english, en=english)


def options_of(kind: type[StrEnum]) -> tuple[tuple[str, Words], ...]:
    """Give the values of an enumeration with their titles."""
    said = _said()["option"].get(kind.__name__, {})
    return tuple((one.value, _option(one, said)) for one in kind)


def literals_of(model: type[BaseModel], name: str, values: Iterable[str]) -> tuple[tuple[str, Words], ...]:
    """Give the values that a field is held to, with their titles."""
    said = _said()["option"].get(f"{model.__name__}.{name}", {})
    return tuple((one, Words(zh=said[one][0], en=said[one][1]) if one in said else plainly(one)) for one in values)


def source_of(model: type[BaseModel], name: str) -> str | None:
    """Name where the things come from among which a field chooses."""
    found: str | None = _said()["source"].get(f"{model.__name__}.{name}")
    return found


def unit_of(model: type[BaseModel], name: str) -> str | None:
    """Give the unit in which a figure is asked where its name does not say it."""
    found: str | None = _said()["unit"].get(f"{model.__name__}.{name}")
    return found


def start_of(model: type[BaseModel], name: str) -> int | str | None:
    """Give what a place begins with in a new entry where the shape gives nothing by itself."""
    found: int | str | None = _said()["start"].get(f"{model.__name__}.{name}")
    return found


def sections() -> tuple[Section, ...]:
    """Give the headings of a scheme's form, each with its fields."""
    return tuple(
        Section(one["name"], Words(zh=one["title"][0], en=one["title"][1]), tuple(one["fields"]))
        for one in _said()["section"]
    )


def contradiction(sentence: str) -> str:
    """Say in Chinese what a rule over several places says in English; a sentence that is not listed stays as it is."""
    found: dict[str, str] = _said()["contradiction"]
    return next((zh for begins, zh in found.items() if sentence.startswith(begins)), sentence)


def is_named(model: type[BaseModel], name: str) -> bool:
    """Tell whether a field has a title of its own."""
    return any(name in _said().get(one.__name__, {}) for one in model.__mro__)


def plainly(name: str) -> Words:
    """Write a name as words."""
    said = name.replace("_", " ").capitalize()
    return Words(zh=said, en=said)


def _option(one: StrEnum, said: dict[str, list[str]]) -> Words:
    if one.value in said:
        return Words(zh=said[one.value][0], en=said[one.value][1])
    found = getattr(one, "words", None) or getattr(one, "title", None)
    if isinstance(found, Words):
        return found
    return Words(zh=one.value, en=one.value) if one.value.isupper() else plainly(one.value)
