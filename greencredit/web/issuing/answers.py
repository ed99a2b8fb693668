"""What was typed into a generated form, by its places, and the document it amounts to (填写内容).

Answers are texts by name: `rules.0.caps.per_day`. An entry of a list, and a part that is asked only when wanted, leave
a mark under their own names (`rules.0`, `referral`), so that an empty one is not lost. A name is where the shape's own
check says that something is wrong, so that each fault finds its place.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from greencredit.web.issuing.shape import Choice, Leaf, Part, Question, Several, questions_of

Answers = dict[str, str]

MARK: Final = "1"
YES: Final = "on"
OTHER: Final = ".other"
PAPER: Final = ("name", "media_type", "digest")
_NAME: Final = re.compile(r"[a-z][a-z0-9_.]{0,200}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}")
_DECIMALS: Final = {"yuan": 2, "percent": 2, "thousandths": 3}


# ---- From a document -------------------------------------------------------------------------------------------------


def answers_to(model: type[BaseModel], document: Mapping[str, Any]) -> Answers:
    """Give the answers of a document; what it leaves out is answered as the shape does by itself."""
    return dict(_answers(questions_of(model), "", document))


def _answers(questions: Iterable[Question], prefix: str, document: object) -> Iterator[tuple[str, str]]:
    found = document if isinstance(document, Mapping) else {}
    for one in questions:
        value = found[one.name] if one.name in found else _plain(one.default)
        yield from _answer(one, f"{prefix}{one.name}", value)


def _answer(question: Question, name: str, value: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 - any JSON value
    match question:
        case Leaf(kind="paper"):
            held = value if isinstance(value, Mapping) else {}
            yield from ((f"{name}.{part}", str(held[part])) for part in PAPER if part in held)
        case Leaf():
            yield from ((name, text) for text in (_text(question, value),) if text)
        case Part(optional=True) if not isinstance(value, Mapping):
            return
        case Part():
            if question.optional and not question.is_text:
                yield name, MARK
            yield from _answers(question.parts, f"{name}.", value)
        case Several():
            for place, entry in enumerate(value if isinstance(value, list | tuple) else ()):
                yield f"{name}.{place}", MARK
                yield from _answer(question.entry, f"{name}.{place}", entry)
        case Choice():
            yield from _chosen(question, name, value if isinstance(value, Mapping) else {})


def _chosen(choice: Choice, name: str, held: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    chosen = next((one for one in choice.variants if one.name == held.get(choice.tag)), None)
    if chosen is not None:
        yield f"{name}.{choice.tag}", chosen.name
        yield from _answers(chosen.parts, f"{name}.{chosen.name}.", held)


def _text(leaf: Leaf, value: Any) -> str:  # noqa: ANN401 - any JSON value
    if value is None:
        return ""
    if leaf.kind == "yes":
        return YES if value is True else ""
    if leaf.kind == "json":
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    if leaf.kind in _DECIMALS and isinstance(value, int):
        return _in_units(value, _DECIMALS[leaf.kind], at_least=2 if leaf.kind == "yuan" else 0)
    return str(value)


def _in_units(value: int, decimals: int, *, at_least: int) -> str:
    said = f"{Decimal(value).scaleb(-decimals):.{decimals}f}"
    while said[-1] == "0" and len(said) - said.index(".") - 1 > at_least:
        said = said[:-1]
    return said.removesuffix(".")


def _plain(default: Any) -> Any:  # noqa: ANN401 - any default of a field
    if isinstance(default, BaseModel):
        return default.model_dump(mode="json")
    if isinstance(default, tuple):
        return [_plain(one) for one in default]
    return default


# ---- To a document ---------------------------------------------------------------------------------------------------


def document_of(model: type[BaseModel], answers: Mapping[str, str]) -> dict[str, Any]:
    """Give the document that the answers amount to, for the shape to check; what is not answered is left out."""
    return _document(questions_of(model), "", answers)


def _document(questions: Iterable[Question], prefix: str, answers: Mapping[str, str]) -> dict[str, Any]:
    found = ((one, _value(one, f"{prefix}{one.name}", answers)) for one in questions)
    return {one.name: value for one, value in found if value is not _NOTHING}


_NOTHING: Final = object()


def _value(question: Question, name: str, answers: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    match question:
        case Leaf():
            return _leaf_value(question, name, answers)
        case Part():
            if question.optional and not is_asked(question, name, answers):
                return None
            return _document(question.parts, f"{name}.", answers)
        case Several():
            return [_value(question.entry, f"{name}.{place}", answers) for place in range(count(name, answers))]
        case Choice():
            chosen = next((one for one in question.variants if one.name == answers.get(f"{name}.{question.tag}")), None)
            if chosen is None:
                return {} if question.required else None
            return {question.tag: chosen.name, **_document(chosen.parts, f"{name}.{chosen.name}.", answers)}


def _leaf_value(leaf: Leaf, name: str, answers: Mapping[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    if leaf.kind == "paper":
        held = {part: answers[f"{name}.{part}"] for part in PAPER if answers.get(f"{name}.{part}")}
        return held or (_NOTHING if leaf.required else None)
    text = answers.get(name, "").strip()
    if leaf.kind == "yes":
        return text == YES
    if leaf.kind in {"lines", "many"}:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if not text:
        return None if leaf.takes_none else _NOTHING
    return _number(leaf.kind, text) if leaf.kind in {"whole", *_DECIMALS} else _json(text, leaf.kind)


def _json(text: str, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    if kind != "json":
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(kind: str, text: str) -> int | str:
    """Read a figure as people write it; what is none is left as it is, for the shape to refuse it."""
    said = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "").removeprefix("¥").removesuffix("%")
    if kind == "whole":
        return int(said) if _WHOLE.fullmatch(said) else text
    decimals = _DECIMALS[kind]
    if re.fullmatch(rf"-?[0-9]{{1,13}}(\.[0-9]{{1,{decimals}}})?", said):
        return int(Decimal(said).scaleb(decimals))
    return text


def is_asked(part: Part, name: str, answers: Mapping[str, str]) -> bool:
    """Tell whether a part that is asked only when wanted is wanted; a text is, once one of its languages is there."""
    if part.is_text:
        return any(answers.get(f"{name}.{one.name}", "").strip() for one in part.parts)
    return name in answers


def count(name: str, answers: Mapping[str, str]) -> int:
    """Tell how many entries a list has."""
    found = 0
    while f"{name}.{found}" in answers:
        found += 1
    return found


# ---- Entries that come and go ----------------------------------------------------------------------------------------


def find(model: type[BaseModel], name: str, answers: Mapping[str, str]) -> tuple[Question | None, str]:
    """Give the question that stands at a place, or nearest above it, and its name.

    A place as reports name it (`rules[0].rate.credits`) is understood, too: what was chosen lies between.
    """
    steps = name.replace("[", ".").replace("]", "").split(".")
    here: Question | None = next((one for one in questions_of(model) if one.name == steps[0]), None)
    at = steps[0]
    for step in steps[1:]:
        below = None if here is None else _below(here, at, step, answers)
        if below is None:
            return here, at
        here, at = below
    return here, at


def _below(question: Question, at: str, step: str, answers: Mapping[str, str]) -> tuple[Question, str] | None:
    match question:
        case Part():
            found = next((one for one in question.parts if one.name == step), None)
            return None if found is None else (found, f"{at}.{step}")
        case Several():
            return (question.entry, f"{at}.{step}") if step.isdecimal() and f"{at}.{step}" in answers else None
        case Choice():
            named = next((one for one in question.variants if one.name == step), None)
            if named is not None:
                return named, f"{at}.{step}"
            chosen = next((one for one in question.variants if one.name == answers.get(f"{at}.{question.tag}")), None)
            return None if chosen is None else _below(chosen, f"{at}.{chosen.name}", step, answers)
    return None


def added(model: type[BaseModel], answers: Answers, name: str, *, chosen: str = "") -> tuple[Answers, str]:
    """Add an entry to a list, or ask for a part that was not asked; gives the answers and the new place."""
    question, at = find(model, name, answers)
    if at != name:
        return answers, at
    more = dict(answers)
    if isinstance(question, Several):
        at = f"{name}.{count(name, answers)}"
        more[at] = MARK
        value = {question.entry.tag: chosen} if isinstance(question.entry, Choice) else {}
        more.update(_answer(question.entry, at, value))
    elif isinstance(question, Part) and question.optional:
        more.update(_answer(question, at, {}))
    return more, at


def removed(answers: Answers, name: str) -> Answers:
    """Take an entry out, those behind it moving up; or no longer ask for a part."""
    kept = {at: said for at, said in answers.items() if at != name and not at.startswith(f"{name}.")}
    above, _, place = name.rpartition(".")
    if not (above and place.isdecimal()):
        return kept
    moved: Answers = {}
    for at, said in kept.items():
        step, dot, rest = at.removeprefix(f"{above}.").partition(".")
        is_behind = at.startswith(f"{above}.") and step.isdecimal() and int(step) > int(place)
        moved[f"{above}.{int(step) - 1}{dot}{rest}" if is_behind else at] = said
    return moved


# ---- From a browser --------------------------------------------------------------------------------------------------


def typed(model: type[BaseModel], posted: Iterable[tuple[str, object]]) -> Answers:
    """Give the answers that a browser sent; ticks under one name make one answer of several lines."""
    found: Answers = {}
    for name, said in posted:
        if not isinstance(said, str) or not _NAME.fullmatch(name) or name.partition(".")[0] not in model.model_fields:
            continue
        at = name.removesuffix(OTHER)
        said = said.replace("\r\n", "\n")  # noqa: PLW2901 - as browsers send line ends
        found[at] = f"{found[at]}\n{said}".strip("\n") if at in found else said
    return found
