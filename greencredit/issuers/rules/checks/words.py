"""Looks for terms in the texts of a scheme, and sees when a sentence says no to them."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from greencredit.issuers.rules.checks.subject import Subject
from greencredit.issuers.rules.checks.texts import Text
from greencredit.schemas.issuers import Check, Finding

_FIRM: Final = re.compile(
    r"(?:不得|不可|不能|不会|不允许|不承诺|不保证|不构成|不支持|不提供|不属于|不产生|不具有|不支付|不存在|不设|不参与|不是|并非|绝非"
    r"|禁止|严禁|杜绝|拒绝|谨防|警惕|防范|远离|切勿|请勿|无权|从不|绝不|never|cannot|cant|wont|(?<!a)not(?!ice|e|h))(.*)$"
)
"""Words that say no to what follows within some letters."""
_FIRM_REACH: Final = 12
_WEAK: Final = re.compile(r"(?:不|无|没有|非|未)(?:再|予|会|含|计|做|作|收|以)?$")
"""Words that say no to what follows at once."""
_TURNED: Final = re.compile(r"错过|但|而是|却|只要|就能|就可|反而|only|but")
"""Between a no and the term, these turn the no round."""


def find_words(check: Check, subject: Subject) -> list[Finding]:
    """Give every text in which one of the terms stands and nothing in its sentence takes it back."""
    return [
        Finding(path=text.path, found=found)
        for text in subject.texts_in(check.fields)
        for found in _first_in(check, text)
    ]


def _first_in(check: Check, text: Text) -> Iterator[str]:
    """Give the first finding of a text: one is enough to send it back."""
    assert check.terms, f"{check.name} looks for terms"
    terms, unless = _either(_spoken(check.terms, text)), _either(check.unless)
    if terms is None or terms.search(text.lines) is None:
        return  # what no text holds no sentence holds, and most texts hold nothing
    for begin, sentence in text.sentences:
        for match in terms.finditer(sentence):
            if not match.group() or (unless and unless.search(sentence)):
                continue
            if check.negatable and says_no(sentence[: match.start()]):
                continue
            yield text.excerpt(begin + match.start(), begin + match.end() - 1)
            return


def says_no(before: str) -> bool:
    """Tell whether the letters before a term say no to it."""
    if _WEAK.search(before):
        return True
    firm = _FIRM.search(before[-(_FIRM_REACH + 6) :])
    if firm is None:
        return False
    between = firm.group(1)
    return len(between) <= _FIRM_REACH and not _TURNED.search(between)


def _spoken(terms: tuple[str, ...], text: Text) -> tuple[str, ...]:
    """Leave out the terms of a language in which the text says nothing."""
    if text.lines.isascii():
        return _in_english(terms)
    return terms if text.has_latin else _in_chinese(terms)


@cache
def _in_english(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in terms if one.isascii())


@cache
def _in_chinese(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in terms if not one.isascii())


@cache
def _either(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else None
