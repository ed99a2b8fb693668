"""What a document says, in words: any part of a scheme by its questions, with titles, sums and days (条款读法)."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from greencredit.schemas.issuers import Scheme
from greencredit.schemas.values import Words
from greencredit.web import wording
from greencredit.web.issuing import answers as answering
from greencredit.web.issuing import faults
from greencredit.web.issuing.shape import Choice, Leaf, Part, Question, Several

_YES: Final = Words(zh="是", en="yes")
_NO: Final = Words(zh="否", en="no")
_KEPT_IN_ZH: Final = re.compile(r"（(分|万分之)）$")
_KEPT_IN_EN: Final = re.compile(r",? in (fen|basis points)$")
_A_PERCENT: Final = 100
_A_WHOLE: Final = 1000


def label(path: str) -> Words:
    """Name the place in a scheme that a path leads to."""
    return faults.label_of(Scheme, path.replace("[", ".").replace("]", ""), _everything(path))


def titled(title: Words) -> Words:
    """Leave out of a title the unit in which figures are kept, where they are shown in another."""
    return Words(zh=_KEPT_IN_ZH.sub("", title.zh), en=_KEPT_IN_EN.sub("", title.en))


def said_at(path: str, text: str | None) -> Words | None:
    """Read a value of a scheme as a comparison writes it, by what its path asks for."""
    if text is None:
        return None
    question, _ = answering.find(Scheme, path, _everything(path))
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(question, Several) and not isinstance(value, list):
        question = question.entry
    found = None if question is None else said(question, value)
    return found or Words(zh=text, en=text)


def _everything(path: str) -> dict[str, str]:
    """Mark every entry on a path as there, for what is asked for does not hang on how many there are."""
    steps = path.replace("[", ".").replace("]", "").split(".")
    return {".".join(steps[:length]): answering.MARK for length in range(1, len(steps) + 1)}


def said(question: Question, value: Any) -> Words | None:  # noqa: ANN401 - any JSON value
    """Say a value in both languages; what says nothing is none."""
    match question:
        case Leaf():
            return _leaf(question, value)
        case Part():
            return _part(question, value)
        case Several():
            listed = value if isinstance(value, list) else []
            return joined((said(question.entry, one) for one in listed), "\n", "\n")
        case Choice():
            return _choice(question, value)


def _leaf(leaf: Leaf, value: Any) -> Words | None:  # noqa: ANN401
    if value in (None, "", []):
        return None
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, list):
        return joined((_named(leaf, one) for one in value), "、", ", ")
    return _figure(leaf, value) if isinstance(value, int) else _named(leaf, value)


def _named(leaf: Leaf, value: Any) -> Words:  # noqa: ANN401
    if leaf.kind == "paper" and isinstance(value, Mapping):
        return _same(str(value.get("name", "")))
    if leaf.kind == "date":
        return _day(str(value))
    return dict(leaf.options).get(str(value), _same(str(value)))


def _figure(leaf: Leaf, value: int) -> Words:
    if leaf.kind == "yuan":
        return _same(wording.yuan(value))
    if leaf.kind == "percent":
        return _same(f"{value / _A_PERCENT:.2f}%")
    if leaf.kind == "thousandths":
        return _same(f"{value / _A_WHOLE:,g}")
    return _same(wording.number(value))


def _day(text: str) -> Words:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _same(text)
    return Words(zh=wording.day(day, "zh"), en=wording.day(day, "en"))


def _part(part: Part, value: Any) -> Words | None:  # noqa: ANN401
    if not isinstance(value, Mapping):
        return None if value is None else _same(str(value))
    if part.is_text:
        return Words(zh=str(value.get("zh", "")), en=str(value.get("en", "")))
    sentence = _sentence(part.model, value)
    if sentence is not None:
        return sentence
    found = [(one, said(one, value.get(one.name))) for one in part.parts]
    return joined(
        (Words(zh=f"{one.title.zh}：{it.zh}", en=f"{one.title.en}: {it.en}") for one, it in found if it is not None),
        "；",
        "; ",
    )


def _choice(choice: Choice, value: Any) -> Words | None:  # noqa: ANN401
    if not isinstance(value, Mapping):
        return None
    chosen = next((one for one in choice.variants if one.name == value.get(choice.tag)), None)
    return None if chosen is None else _part(chosen, value) or chosen.title


def _sentence(model: type[BaseModel], value: Mapping[str, Any]) -> Words | None:
    """Let a shape speak for itself where it has a sentence."""
    try:
        found = getattr(model.model_validate(value), "sentence", None)
    except ValidationError:
        return None
    return found if isinstance(found, Words) else None


def joined(listed: Iterable[Words | None], zh: str, en: str) -> Words | None:
    """Put several texts behind each other; of none nothing is made."""
    found = [one for one in listed if one is not None and one.zh]
    if not found:
        return None
    return Words(zh=zh.join(one.zh for one in found), en=en.join(one.en for one in found))


def _same(text: str) -> Words:
    return Words(zh=text, en=text)
