"""What is wrong with an answer, said at its place: what was found and what is wanted (填写问题)."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pydantic import BaseModel, ValidationError

from greencredit.schemas.values import Words
from greencredit.web.issuing import answers as answering
from greencredit.web.issuing import titles
from greencredit.web.issuing.shape import Bounds, Choice, Leaf, Part, Question, Several

_SHOWN: Final = 40
_CHOOSE: Final = Words(zh="列表中的一项", en="one of the list")
_FIXED: Final = {
    "date": Words(zh="一个日期，例如 2026-12-31", en="a day, such as 2026-12-31"),
    "choice": _CHOOSE,
    "many": _CHOOSE,
    "yes": Words(zh="是或否", en="yes or no"),
    "paper": Words(zh="一份文件（PDF、PNG 或 JPEG）", en="a file: PDF, PNG or JPEG"),
    "json": Words(zh="符合接口文档的 JSON", en="JSON as the API's description has it"),
    "decimal": Words(zh="一个数", en="a number"),
}
_SCALES: Final = {"whole": 1, "yuan": 100, "percent": 100, "thousandths": 1000}
_FIGURES: Final = {
    "whole": Words(zh="整数", en="a whole number"),
    "yuan": Words(zh="金额，最多两位小数", en="a sum with at most two decimals"),
    "percent": Words(zh="百分数，最多两位小数", en="a percentage with at most two decimals"),
    "thousandths": Words(zh="数，最多三位小数", en="a number with at most three decimals"),
}
_STEP: Final = " \u203a "
"""A single angle bracket between a place and what lies in it."""
_SLUG: Final = "^[a-z]["


class Fault(NamedTuple):
    """One place at fault."""

    name: str
    said: Words


def faults_of(model: type[BaseModel], error: ValidationError, answers: Mapping[str, str]) -> tuple[Fault, ...]:
    """Name each place at fault, with what was found and what is wanted there."""
    found: dict[str, Words] = {}
    for one in error.errors():
        name = ".".join(map(str, one["loc"]))
        question, at = answering.find(model, name, answers) if name else (None, "")
        if isinstance(question, Several) and one["type"] == "too_short" and answering.count(at, answers):
            continue  # its entries are there and at fault themselves
        rest = name.removeprefix(at).strip(".")
        found.setdefault(at, _said(question, at, rest, one["type"], one["msg"], answers))
    return tuple(Fault(name, said) for name, said in found.items())


def _said(question: Question | None, at: str, rest: str, kind: str, message: str, answers: Mapping[str, str]) -> Words:
    if isinstance(question, Leaf):
        return _of_leaf(question, answers.get(at, "").strip(), rest)
    if isinstance(question, Several) and kind == "too_short":
        found = answering.count(at, answers)
        return Words(
            zh=f"至少要有 {question.least} 项，现有 {found} 项。",
            en=f"At least {question.least} wanted, found {found}.",
        )
    if isinstance(question, Choice) and kind.startswith("union_tag"):
        return Words(zh="没有选择，请选一种。", en="Nothing is chosen; choose one.")
    sentence = message.removeprefix("Value error, ")
    told = titles.contradiction(sentence)
    return Words(zh=told.rstrip("。") + "。", en=sentence[:1].upper() + sentence[1:].rstrip(".") + ".")


def _of_leaf(leaf: Leaf, found: str, rest: str) -> Words:
    wanted = wanted_of(leaf)
    if leaf.kind == "lines" and rest.isdecimal():
        lines = [line for line in found.splitlines() if line.strip()]
        line = lines[int(rest)] if int(rest) < len(lines) else ""
        return Words(
            zh=f"第 {int(rest) + 1} 行填的是“{line[:_SHOWN]}”；要求：{wanted.zh}。",
            en=f'Line {int(rest) + 1} says "{line[:_SHOWN]}"; wanted: {wanted.en}.',
        )
    if not found:
        return Words(zh=f"没有填写；要求：{wanted.zh}。", en=f"Nothing is filled in; wanted: {wanted.en}.")
    return Words(
        zh=f"填写的是“{found[:_SHOWN]}”；要求：{wanted.zh}。", en=f'Found "{found[:_SHOWN]}"; wanted: {wanted.en}.'
    )


def wanted_of(leaf: Leaf) -> Words:
    """Say what is wanted at a place."""
    if leaf.kind in _FIXED:
        return _FIXED[leaf.kind]
    if leaf.kind in _FIGURES:
        return _figure(leaf)
    if leaf.bounds.pattern is not None and leaf.bounds.pattern.startswith(_SLUG):
        return Words(
            zh="小写字母开头、只含小写字母、数字和下划线的代码",
            en="a name of small letters, digits and underscores that begins with a letter",
        )
    if leaf.bounds.longest is not None:
        return Words(
            zh=f"不超过 {leaf.bounds.longest} 字的文字", en=f"a text of at most {leaf.bounds.longest} characters"
        )
    return Words(zh="一段文字", en="a text")


def _figure(leaf: Leaf) -> Words:
    scale, said = _SCALES[leaf.kind], _FIGURES[leaf.kind]
    zh, en = zip(*_limits(leaf.bounds, scale), strict=True) if any(_limits(leaf.bounds, scale)) else ((), ())
    if not zh:
        return said
    return Words(zh="、".join(zh) + " 的" + said.zh, en=f"{said.en}, {' and '.join(en)}")


def _limits(bounds: Bounds, scale: int) -> Iterator[tuple[str, str]]:
    if bounds.above is not None:
        yield f"大于 {bounds.above // scale}", f"above {bounds.above // scale}"
    if bounds.least is not None:
        yield f"不小于 {_scaled(bounds.least, scale)}", f"at least {_scaled(bounds.least, scale)}"
    if bounds.most is not None:
        yield f"不大于 {_scaled(bounds.most, scale)}", f"at most {_scaled(bounds.most, scale)}"


def _scaled(value: int, scale: int) -> str:
    whole, rest = divmod(value, scale)
    return f"{whole:,}" if not rest else f"{value / scale:,}"


def label_of(model: type[BaseModel], name: str, answers: Mapping[str, str]) -> Words:
    """Name a place by everything it stands in, for a list of what is wrong."""
    zh: list[str] = []
    en: list[str] = []
    steps = name.split(".")
    for length in range(1, len(steps) + 1):
        at = ".".join(steps[:length])
        question, found = answering.find(model, at, answers)
        if question is None or found != at:
            continue
        place = steps[length - 1]
        if place.isdecimal():
            zh.append(f"第 {int(place) + 1} 项")
            en.append(f"no. {int(place) + 1}")
        elif not (isinstance(question, Part) and question.tag):
            zh.append(question.title.zh)
            en.append(question.title.en)
    return Words(zh=_STEP.join(zh), en=_STEP.join(en))
