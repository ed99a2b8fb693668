"""Reads from the shape of an order what a form for it asks: a question for every field, however deep (表单结构).

Nothing of a scheme is written down twice: a field that is added to the shape stands in the form the same day, and only
its title is data (`questions.toml`).
"""

import types
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, Literal, NamedTuple, TypedDict, TypeGuard, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from greencredit.schemas.issuers import Document
from greencredit.schemas.values import Words
from greencredit.web.issuing import titles

Kind = Literal[
    "text",
    "area",
    "lines",
    "whole",
    "yuan",
    "percent",
    "thousandths",
    "decimal",
    "date",
    "yes",
    "choice",
    "many",
    "paper",
    "json",
]
_SHORT: Final = frozenset({"title", "occasion"})
_FEN: Final = "_fen"
_BASIS_POINTS: Final = "_basis_points"


class Bounds(NamedTuple):
    """What a value is held to."""

    above: int | None = None
    least: int | None = None
    most: int | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Leaf:
    """A question with one answer."""

    name: str
    title: Words
    hint: Words | None
    kind: Kind
    required: bool
    bounds: Bounds
    options: tuple[tuple[str, Words], ...] = ()
    source: str | None = None
    """Where options come from that are known only when the form is drawn."""
    default: Any = None
    takes_none: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Questions that belong together; an optional part is asked once somebody wants it."""

    name: str
    title: Words
    hint: Words | None
    model: type[BaseModel]
    optional: bool
    default: Any = None
    tag: str | None = None
    """The field that tells it apart from its likes; it is answered by choosing."""

    @property
    def parts(self) -> tuple["Question", ...]:
        """Give its questions; asked for late, for a part may lie within its own like."""
        return tuple(one for one in questions_of(self.model) if one.name != self.tag)

    @property
    def is_text(self) -> bool:
        """Tell whether it is one text in two languages."""
        return self.model is Words


@dataclass(frozen=True, slots=True)
class Several:
    """Questions that are answered as often as there is something to say."""

    name: str
    title: Words
    hint: Words | None
    entry: "Part | Choice"
    least: int
    default: Any = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sets of questions, told apart by what is chosen."""

    name: str
    title: Words
    hint: Words | None
    tag: str
    variants: tuple[Part, ...]
    required: bool
    default: Any = None


Question = Leaf | Part | Several | Choice


class _Said(TypedDict):
    """What every question says of itself."""

    name: str
    title: Words
    hint: Words | None
    default: Any


@cache
def questions_of(model: type[BaseModel]) -> tuple[Question, ...]:
    """Give what a form for this shape asks, field by field, in the order of the shape."""
    return tuple(_question(model, name, info) for name, info in model.model_fields.items())


def _question(model: type[BaseModel], name: str, info: FieldInfo) -> Question:
    title, hint = titles.of_field(model, name)
    core, marks, takes_none = _unwrapped(info.annotation)
    marks = [*info.metadata, *marks]
    if info.discriminator:
        marks.append(info)
    required = info.is_required()
    default = titles.start_of(model, name) if required else info.get_default(call_default_factory=True)
    said: _Said = {"name": name, "title": title, "hint": hint, "default": default}
    many = _entry_of(core)
    if many is not None:
        return _several(model, said, many, _bounds(marks), required=required)
    variants = _variants(core, marks)
    if variants is not None:
        tag, models = variants
        return Choice(**said, tag=tag, variants=models, required=required or not takes_none)
    if _is_model(core) and core is not Document:
        return Part(**said, model=core, optional=takes_none)
    return _leaf(model, said, core, _bounds(marks), required=required, takes_none=takes_none)


def _several(model: type[BaseModel], said: _Said, many: object, bounds: Bounds, *, required: bool) -> Several | Leaf:
    core, marks, _ = _unwrapped(many)
    name = said["name"]
    inner: _Said = {"name": "", "title": said["title"], "hint": None, "default": None}
    variants = _variants(core, marks)
    least = bounds.shortest or 0
    if variants is not None:
        tag, models = variants
        return Several(**said, entry=Choice(**inner, tag=tag, variants=models, required=True), least=least)
    if _is_model(core) and core is not Document:
        return Several(**said, entry=Part(**inner, model=core, optional=False), least=least)
    source = titles.source_of(model, name)
    required = required or least > 0
    if core in {str, int, date}:
        kind: Kind = "many" if source else "lines"
        return Leaf(**said, kind=kind, required=required, bounds=_bounds(marks), source=source)
    if isinstance(core, type) and issubclass(core, StrEnum):
        return Leaf(**said, kind="many", required=required, bounds=bounds, options=titles.options_of(core))
    return Leaf(**said, kind="json", required=required, bounds=bounds)


def _leaf(
    model: type[BaseModel], said: _Said, core: object, bounds: Bounds, *, required: bool, takes_none: bool
) -> Leaf:
    name = said["name"]
    source = titles.source_of(model, name)
    options: tuple[tuple[str, Words], ...] = ()
    kind: Kind = "json"
    if core is bool:
        kind = "yes"
    elif isinstance(core, type) and issubclass(core, StrEnum):
        kind, options = "choice", titles.options_of(core)
    elif get_origin(core) is Literal:
        kind, options = "choice", titles.literals_of(model, name, [str(one) for one in get_args(core)])
    elif core is int:
        kind = _kind_of_number(model, name)
    elif core is date:
        kind = "date"
    elif core in {Decimal, float}:
        kind = "decimal"
    elif core is Document:
        kind = "paper"
    elif core is str:
        kind = _kind_of_text(model, source)
    return Leaf(
        **said,
        kind=kind,
        required=required and not takes_none,
        bounds=bounds,
        options=options,
        source=source,
        takes_none=takes_none,
    )


def _kind_of_number(model: type[BaseModel], name: str) -> Kind:
    unit = titles.unit_of(model, name)
    if unit == "yuan" or _FEN in name:
        return "yuan"
    if unit == "thousandths":
        return "thousandths"
    return "percent" if name.endswith(_BASIS_POINTS) else "whole"


def _kind_of_text(model: type[BaseModel], source: str | None) -> Kind:
    if source:
        return "choice"
    # A text in two languages is written in two places; which of them need room, its field above says.
    return "area" if model is Words else "text"


def is_short(question: Part) -> bool:
    """Tell whether a text in two languages is a title, for which one line is enough."""
    return question.name in _SHORT


# ---- Annotations -----------------------------------------------------------------------------------------------------


def _is_model(core: object) -> TypeGuard[type[BaseModel]]:
    return isinstance(core, type) and issubclass(core, BaseModel)


def _unwrapped(annotation: Any) -> tuple[Any, list[Any], bool]:  # noqa: ANN401 - any annotation
    """Give what an annotation is at heart, its marks, and whether none is as good."""
    marks: list[Any] = []
    takes_none = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            marks += more
        elif hasattr(annotation, "__supertype__"):
            annotation = annotation.__supertype__
        elif origin in {Union, types.UnionType} and type(None) in get_args(annotation):
            takes_none = True
            rest = tuple(one for one in get_args(annotation) if one is not type(None))
            annotation = rest[0] if len(rest) == 1 else Union[rest]  # noqa: UP007 - of a tuple made here
        else:
            return annotation, marks, takes_none


def _entry_of(core: object) -> object | None:
    origin = get_origin(core)
    inner: tuple[object, ...] = get_args(core)
    if origin is tuple and len(inner) == 2 and inner[1] is Ellipsis:  # noqa: PLR2004 - tuple[X, ...]
        return inner[0]
    if origin in {list, set, frozenset} and inner:
        return inner[0]
    return None


def _variants(core: object, marks: list[Any]) -> tuple[str, tuple[Part, ...]] | None:
    """Give the field that tells models apart, and a part for each of them; none: this is no such choice."""
    tag = next((found for one in marks if isinstance(found := getattr(one, "discriminator", None), str)), None)
    if tag is None or get_origin(core) not in {Union, types.UnionType}:
        return None
    parts = []
    for one in get_args(core):
        model, _, _ = _unwrapped(one)
        for value in map(str, get_args(model.model_fields[tag].annotation)):
            title = titles.of_variant(model, value)
            parts.append(Part(name=value, title=title, hint=None, model=model, optional=False, tag=tag))
    return tag, tuple(parts)


def _bounds(marks: list[Any]) -> Bounds:
    found: dict[str, Any] = {}
    flat = [inner for one in marks for inner in (one.metadata if isinstance(one, FieldInfo) else (one,))]
    for one in flat:
        for name, attribute in (
            ("above", "gt"),
            ("least", "ge"),
            ("most", "le"),
            ("shortest", "min_length"),
            ("longest", "max_length"),
            ("pattern", "pattern"),
        ):
            value = getattr(one, attribute, None)
            if value is not None:
                found[name] = value
    return Bounds(**found)
