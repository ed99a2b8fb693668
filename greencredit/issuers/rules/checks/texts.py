"""The free texts of a scheme, and how a text is read past width, spaces and punctuation put in to hide a term."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

from greencredit.schemas.issuers import Scheme

_NO_TEXT: Final = frozenset(
    {
        *("name", "kind", "digest", "media_type", "region", "funding", "since", "until", "custody_kind", "policy"),
        *("ground", "products", "actions", "provinces", "occasion", "phone", "number", "evidence_url"),
        *("existing_credits", "place"),
        *("group", "choice", "funder", "party", "of", "any_of", "levels", "span"),
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
_FULL_STOP: Final = re.compile(r"\.(?=\s|$)")
_SENTENCE_LEAST: Final = 4
"""A piece with fewer letters is no sentence: its full stop was put in to part a term."""
_EXCERPT: Final = 80


class _Letters(dict[int, str]):
    """What each written character is read as: letters, digits, per cent, the end of a sentence, or nothing."""

    def __missing__(self, code: int) -> str:
        read = unicodedata.normalize("NFKC", chr(code)).casefold().translate(_FOLD)
        self[code] = "".join("\n" if one in _ENDS else one for one in read if one in _ENDS or _counts(one))
        return self[code]


def _counts(letter: str) -> bool:
    return letter == "%" or unicodedata.category(letter)[0] in "LN"


_READ: Final = _Letters()


@dataclass(frozen=True)
class Text:
    """One text of a scheme, as it stands and as it is read: NFKC, lower case, simplified, nothing in between."""

    path: str
    field: str
    """The field of the scheme to which it belongs."""
    written: str

    @cached_property
    def sentences(self) -> tuple[tuple[int, str], ...]:
        """Give each sentence's letters with the number of letters before it."""
        found: list[str] = []
        begun = ""
        for piece in _FULL_STOP.sub("\n", self.written).translate(_READ).split("\n"):
            begun += piece
            if len(piece) >= _SENTENCE_LEAST:
                found.append(begun)
                begun = ""
        if begun:
            found[-1:] = [found[-1] + begun] if found else [begun]
        before = accumulate((len(one) for one in found), initial=0)
        return tuple(zip(before, found, strict=False))

    @cached_property
    def lines(self) -> str:
        """Give the sentences as lines of one string, to be searched at once."""
        return "\n".join(sentence for _, sentence in self.sentences)

    @cached_property
    def has_latin(self) -> bool:
        """Tell whether there is anything in it that words of English could stand in."""
        return _LATIN.search(self.lines) is not None

    def excerpt(self, first: int, last: int) -> str:
        """Give the text as it was written that a run of letters stands for."""
        written = _FULL_STOP.sub("\n", self.written)
        places = [place for place, one in enumerate(written) for letter in _READ[ord(one)] if letter != "\n"]
        return self.written[places[first] : places[last] + 1][:_EXCERPT]


_LATIN: Final = re.compile(r"[a-z]")


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
