"""The free texts of a scheme, and how a text is read past width, spaces and punctuation put in to hide a term."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from greencredit.schemas.issuers import Scheme

_NO_TEXT: Final = frozenset(
    {
        *("name", "kind", "digest", "media_type", "region", "funding", "since", "until", "custody_kind", "policy"),
        *("ground", "products", "actions", "provinces", "occasion", "phone", "number", "evidence_url"),
        *("existing_credits", "place"),
    }
)
"""Fields that hold codes, days, numbers or names of files, and nothing that is promised to anybody."""

_TRADITIONAL: Final = (
    "終釋權歸隨時變證國級認獎開戶轉讓買賣現換過廢無條滿還錢賺漲淨環綠隱號單團層級體財風險報願們個與為產業務責責賠損護"
)
_SIMPLIFIED: Final = (
    "终释权归随时变证国级认奖开户转让买卖现换过废无条满还钱赚涨净环绿隐号单团层级体财风险报愿们个与为产业务责责赔损护"
)
_FOLD: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)

_ENDS: Final = frozenset("。！？；;!?\n")
_SENTENCE_LEAST: Final = 4
"""A piece with fewer letters is no sentence: its full stop was put in to part a term."""
_EXCERPT: Final = 80


@dataclass(frozen=True)
class Text:
    """One text of a scheme, as it stands and as it is read."""

    path: str
    field: str
    """The field of the scheme to which it belongs."""
    written: str

    @cached_property
    def _read(self) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
        """Give the letters that count, where each of them stands, and where sentences begin among them."""
        letters: list[str] = []
        places: list[int] = []
        begins, ended = [0], 0
        for place, written in enumerate(self.written):
            for letter in unicodedata.normalize("NFKC", written).casefold():
                if letter in _ENDS or (letter == "." and self.written[place + 1 : place + 2] in {"", " ", "\n"}):
                    if len(letters) - ended >= _SENTENCE_LEAST:
                        begins.append(len(letters))
                    ended = len(letters)
                elif unicodedata.category(letter)[0] in "LN" or letter == "%":
                    letters.append(letter)
                    places.append(place)
        if len(begins) > 1 and len(letters) - begins[-1] < _SENTENCE_LEAST:
            begins.pop()
        return "".join(letters).translate(_FOLD), tuple(places), tuple(begins)

    @property
    def letters(self) -> str:
        """Give letters, digits and per cent alone: NFKC, lower case, simplified characters, nothing in between."""
        return self._read[0]

    def sentences(self) -> Iterator[tuple[int, str]]:
        """Give each sentence's letters with the number of letters before it."""
        letters, _, begins = self._read
        for begin, end in zip(begins, (*begins[1:], len(letters)), strict=True):
            yield begin, letters[begin:end]

    def excerpt(self, first: int, last: int) -> str:
        """Give the text as it was written that a run of letters stands for."""
        places = self._read[1]
        return self.written[places[first] : places[last] + 1][:_EXCERPT]


def texts_of(scheme: Scheme) -> tuple[Text, ...]:
    """Give every text of a scheme that says something to somebody, each with its path."""
    return tuple(
        Text(path, field, written)
        for field, value in scheme.model_dump(mode="json").items()
        for path, written in _walk(field, field, value)
    )


def paths_of(scheme: Scheme) -> frozenset[str]:
    """Give the path of everything in a scheme, such as `guarantee`, `guarantee.bank` and `rules[0].title.zh`."""

    def below(path: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
        yield path
        for key, inner in value.items() if isinstance(value, dict) else ():
            yield from below(f"{path}.{key}", inner)
        for place, inner in enumerate(value) if isinstance(value, list) else ():
            yield from below(f"{path}[{place}]", inner)

    return frozenset(path for field, value in scheme.model_dump(mode="json").items() for path in below(field, value))


def _walk(path: str, key: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(f"{path}.{name}", name, inner)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _walk(f"{path}[{place}]", key, inner)
    elif isinstance(value, str) and key not in _NO_TEXT:
        yield path, value
