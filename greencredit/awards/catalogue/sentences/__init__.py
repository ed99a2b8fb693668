"""Sentences about earning: one file is one family of sentences, each with its places for figures and names.

A place may say how its figure is read: `{found:money}` is fen in yuan, `{found:kilograms}` grams, `{found:thousandths}`
thousandths of a unit, `{found:credits}` so many credits with their plural.
"""

from datetime import date
from functools import cache
from typing import Final, Self

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.values import Words

_MINUS: Final = "\u2212"
_SCALES: Final = {"money": 100, "kilograms": 1000, "thousandths": 1000}
_EXACT_BELOW: Final = 10_000
"""Kilograms are told to the gram below ten of them, above to a tenth."""

Fact = int | str | date | Words


class _Figure(int):
    """A whole number that knows the ways in which sentences read it."""

    def __format__(self, way: str) -> str:
        sign, size = _MINUS if self < 0 else "", abs(int(self))
        if way == "credits":
            return f"{sign}{size:,} credit{'' if size == 1 else 's'}"
        if way == "plain":
            return f"{sign}{size}"
        if way not in _SCALES:
            return f"{sign}{size:,}{way}"
        whole, rest = divmod(size, _SCALES[way])
        if way == "money":
            return f"{sign}{whole:,}.{rest:02d}"
        if way == "kilograms":
            return _kilograms(sign, size)
        return f"{sign}{whole:,}.{rest:03d}".rstrip("0").rstrip(".")

    @classmethod
    def of(cls, value: int) -> Self:
        """Read a plain number."""
        return cls(value)


def _kilograms(sign: str, grams: int) -> str:
    if not grams:
        return "0"
    return f"{sign}{grams / 1000:,.{3 if grams < _EXACT_BELOW else 1}f}"


@cache
def families() -> dict[str, dict[str, Words]]:
    """Give every sentence by its family and name."""
    return {
        family: {name: Words.model_validate(words) for name, words in content.items()}
        for family, content in data_files(__name__)
    }


def has(family: str, name: str) -> bool:
    """Tell whether there is such a sentence."""
    return name in families().get(family, {})


def sentence(family: str, name: str, /, **facts: Fact) -> Words:
    """Say something in both languages; a name or a fact that is missing is a fault of ours, never a gap in a text."""
    words = families()[family][name]
    return Words(
        zh=words.zh.format_map({key: _in(value, "zh") for key, value in facts.items()}),
        en=words.en.format_map({key: _in(value, "en") for key, value in facts.items()}),
    )


def joined(family: str, name: str, parts: tuple[Words, ...]) -> Words:
    """Put several parts into one enumeration, in the way of each language."""
    between = families()[family][name]
    return Words(zh=between.zh.join(one.zh for one in parts), en=between.en.join(one.en for one in parts))


def _in(value: Fact, lang: str) -> object:
    if isinstance(value, Words):
        return value.in_(lang)
    return _Figure.of(value) if isinstance(value, int) else value
