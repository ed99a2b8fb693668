"""Draws the questions of a shape as a form, with what was typed and what was said to it (方案表单)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel

from greencredit.schemas.consoles import Option
from greencredit.schemas.drafting import Chapter, Drawn, Entry, Group, Place, Said, Variant, Wrong
from greencredit.schemas.values import Words
from greencredit.web.issuing import answers as answering
from greencredit.web.issuing import faults, titles
from greencredit.web.issuing.answers import Answers
from greencredit.web.issuing.shape import Choice, Leaf, Part, Question, Several, is_short, questions_of

Options = Mapping[str, tuple[tuple[str, Words], ...]]
"""What can be chosen, by its source."""

TO_DO: Final = frozenset({"problem", "remark"})
ALL: Final = frozenset({*TO_DO, "advice"})
_TITLE_OF_ENTRY: Final = 40
_OTHERS: Final = Words(zh="其他", en="Others")
# Sources that may lack a thing: what is not among them is typed.
_OPEN_SOURCES: Final = frozenset({"green_kinds"})


@dataclass(frozen=True)
class Sketch:
    """One form: its shape, what was typed, what was said by place, and which entry was just added."""

    model: type[BaseModel]
    answers: Answers
    options: Options
    said: Mapping[str, tuple[Said, ...]]
    opened: str = ""


def place_id(name: str) -> str:
    """Give the mark of a place, for links to it."""
    return "q-" + name.replace(".", "-")


def chapters(sketch: Sketch) -> tuple[Chapter, ...]:
    """Draw the form under its headings; a field that stands under none comes last, under its own."""
    questions = {one.name: one for one in questions_of(sketch.model)}
    listed = [(one.name, one.title, one.fields) for one in titles.sections()]
    rest = tuple(name for name in questions if not any(name in fields for _, _, fields in listed))
    if rest:
        listed.append(("others", _OTHERS, rest))
    return tuple(_chapter(sketch, name, title, [questions[one] for one in fields]) for name, title, fields in listed)


def _chapter(sketch: Sketch, name: str, title: Words, questions: list[Question]) -> Chapter:
    wrong = sum(_count_under(sketch, one.name) for one in questions)
    return Chapter(
        name=name, title=title, faults=wrong, places=tuple(_drawn(sketch, one, one.name) for one in questions)
    )


def wrongs(sketch: Sketch) -> tuple[Wrong, ...]:
    """List what is wrong in the order of the form."""
    order = [field for section in titles.sections() for field in section.fields]
    found = [
        (name, one.text) for name, listed in sketch.said.items() if name for one in listed if one.kind == "problem"
    ]
    ranked = sorted(found, key=lambda one: _rank(order, one[0]))
    return tuple(
        Wrong(place_id=place_id(name), where=faults.label_of(sketch.model, name, sketch.answers), said=said)
        for name, said in ranked
    )


def _rank(order: list[str], name: str) -> int:
    first = name.partition(".")[0]
    return order.index(first) if first in order else len(order)


def _count_under(sketch: Sketch, name: str, kinds: frozenset[str] = TO_DO) -> int:
    """Count what was said about a place and whatever lies in it."""
    return sum(
        one.kind in kinds
        for at, listed in sketch.said.items()
        if at == name or at.startswith(f"{name}.")
        for one in listed
    )


def _drawn(sketch: Sketch, question: Question, name: str) -> Drawn:
    match question:
        case Leaf():
            return _place(sketch, question, name)
        case Part():
            return _part(sketch, question, name)
        case Several():
            return _several(sketch, question, name)
        case Choice():
            return _choice(sketch, question, name)


def _place(sketch: Sketch, leaf: Leaf, name: str) -> Place:
    typed = sketch.answers.get(name, "")
    given = leaf.options or sketch.options.get(leaf.source or "", ())
    ticked = set(typed.split("\n")) if leaf.kind == "many" else {typed}
    known = {value for value, _ in given}
    other = None
    if leaf.kind == "many" and leaf.source in _OPEN_SOURCES:
        other = "\n".join(one for one in typed.split("\n") if one and one not in known)
    elif leaf.kind == "many":
        given = (*given, *((one, Words(zh=one, en=one)) for one in typed.split("\n") if one and one not in known))
    elif leaf.kind == "choice" and typed and typed not in known:
        given = (*given, (typed, Words(zh=typed, en=typed)))
    if leaf.kind == "paper":
        typed = sketch.answers.get(f"{name}.name", "")
    return Place(
        name=name,
        place_id=place_id(name),
        title=leaf.title,
        hint=leaf.hint,
        kind=leaf.kind,
        required=leaf.required,
        value=typed,
        options=tuple(Option(value=value, title=title, chosen=value in ticked) for value, title in given),
        other=other,
        chosen=tuple(title for value, title in given if value in ticked) if leaf.kind == "many" else (),
        says=sketch.said.get(name, ()),
    )


def _part(sketch: Sketch, part: Part, name: str) -> Group:
    shown = {"name": name, "place_id": place_id(name), "title": part.title, "hint": part.hint}
    says = sketch.said.get(name, ())
    inner = tuple(_drawn(sketch, one, f"{name}.{one.name}") for one in part.parts)
    if part.is_text:
        if is_short(part):
            inner = tuple(one.model_copy(update={"kind": "text"}) for one in inner)
        if part.optional:
            inner = tuple(one.model_copy(update={"required": False}) for one in inner)
        return Group(drawn="text", **shown, says=says, places=inner, required=not part.optional)
    if part.optional:
        asked = answering.is_asked(part, name, sketch.answers)
        return Group(drawn="maybe", **shown, says=says, places=inner if asked else (), asked=asked)
    return Group(drawn="part", **shown, says=says, places=inner)


def _choice(sketch: Sketch, choice: Choice, name: str) -> Group:
    chosen = sketch.answers.get(f"{name}.{choice.tag}", "")
    return Group(
        drawn="choice",
        name=name,
        place_id=place_id(name),
        title=choice.title,
        hint=choice.hint,
        says=sketch.said.get(name, ()),
        tag=f"{name}.{choice.tag}",
        required=choice.required,
        variants=tuple(
            Variant(
                value=one.name,
                title=one.title,
                chosen=one.name == chosen,
                places=tuple(_drawn(sketch, each, f"{name}.{one.name}.{each.name}") for each in one.parts),
                says=sketch.said.get(f"{name}.{one.name}", ()),
            )
            for one in choice.variants
        ),
    )


def _several(sketch: Sketch, several: Several, name: str) -> Group:
    entry = several.entry
    found = range(answering.count(name, sketch.answers))
    addable = tuple(
        Variant(value=one.name, title=one.title, chosen=False, places=())
        for one in (entry.variants if isinstance(entry, Choice) else ())
    )
    return Group(
        drawn="several",
        name=name,
        place_id=place_id(name),
        title=several.title,
        hint=several.hint,
        says=sketch.said.get(name, ()),
        variants=addable,
        entries=tuple(_entry(sketch, several, f"{name}.{place}", place + 1) for place in found),
        required=several.least > 0,
    )


def _entry(sketch: Sketch, several: Several, name: str, number: int) -> Entry:
    entry, tag, below = several.entry, None, name
    if isinstance(entry, Choice):
        value = sketch.answers.get(f"{name}.{entry.tag}", "")
        tag, below = (f"{name}.{entry.tag}", value), f"{name}.{value}"
        part = next((one for one in entry.variants if one.name == value), entry.variants[0])
    else:
        part = entry
    title = part.title if isinstance(entry, Choice) else _title_of(sketch.answers, name)
    says = (*sketch.said.get(name, ()), *(sketch.said.get(below, ()) if below != name else ()))
    just_added = sketch.opened == name or sketch.opened.startswith(f"{name}.")
    blank = not title.zh
    return Entry(
        name=name,
        place_id=place_id(name),
        number=number,
        title=title,
        open=just_added or blank or part.is_text or isinstance(entry, Choice) or bool(_count_under(sketch, name, ALL)),
        tag=tag,
        says=says,
        places=tuple(_inside(sketch, part, below)),
    )


def _inside(sketch: Sketch, part: Part, name: str) -> Iterator[Drawn]:
    for one in part.parts:
        yield _drawn(sketch, one, f"{name}.{one.name}")


def _title_of(answers: Answers, name: str) -> Words:
    """Name an entry by its own title, name or text."""
    for part in ("title", "occasion", "text", ""):
        at = f"{name}.{part}" if part else name
        found = [answers.get(f"{at}.{lang}", "").strip() for lang in ("zh", "en")]
        if any(found):
            return Words(zh=(found[0] or found[1])[:_TITLE_OF_ENTRY], en=(found[1] or found[0])[:_TITLE_OF_ENTRY])
    plain = next((answers[at] for part in ("title", "name", "funder") if answers.get(at := f"{name}.{part}")), "")
    return Words(zh=plain[:_TITLE_OF_ENTRY], en=plain[:_TITLE_OF_ENTRY])


def gathered(listed: Iterable[tuple[str, Said]]) -> dict[str, tuple[Said, ...]]:
    """Gather what was said by its place."""
    found: dict[str, tuple[Said, ...]] = {}
    for name, said in listed:
        found[name] = (*found.get(name, ()), said)
    return found
