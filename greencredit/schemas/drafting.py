"""What the form of a scheme is handed: places and groups of them, with what was typed and what was said to it."""

from typing import Literal

from greencredit.schemas.consoles import Form, Option, ReportView
from greencredit.schemas.values import Instant, Record, Words


class Said(Record):
    """What somebody said about one place."""

    kind: Literal["problem", "advice", "remark"]
    """What the shape or a check refuses, what a check advises, what the authority wrote when it gave a version back."""
    text: Words


class Place(Record):
    """One place of the form."""

    drawn: Literal["place"] = "place"
    name: str
    place_id: str
    title: Words
    hint: Words | None
    kind: str
    required: bool
    value: str = ""
    options: tuple[Option, ...] = ()
    other: str | None = None
    """Of ticks: what was typed beside them; none: nothing else can be chosen."""
    chosen: tuple[Words, ...] = ()
    """Of ticks: what is ticked, told where they are folded away."""
    says: tuple[Said, ...] = ()


class Variant(Record):
    """One of several sets of places."""

    value: str
    title: Words
    chosen: bool
    places: tuple["Drawn", ...]
    says: tuple[Said, ...] = ()


class Group(Record):
    """Places that belong together, an entry of a list, or a list of entries."""

    drawn: Literal["text", "part", "maybe", "several", "choice"]
    name: str
    place_id: str
    title: Words
    hint: Words | None = None
    says: tuple[Said, ...] = ()
    places: tuple["Drawn", ...] = ()
    entries: tuple["Entry", ...] = ()
    variants: tuple[Variant, ...] = ()
    """Of a choice: what can be chosen; of a list of choices: what an entry that is added can be."""
    tag: str = ""
    asked: bool = True
    """Of a part that is asked only when wanted: whether it is."""
    required: bool = False


class Entry(Record):
    """One entry of a list."""

    name: str
    place_id: str
    number: int
    title: Words
    open: bool
    tag: tuple[str, str] | None = None
    """Of an entry that is one of several kinds: the place that says which, and what it says."""
    says: tuple[Said, ...]
    places: tuple["Drawn", ...]


Drawn = Place | Group


class Chapter(Record):
    """Everything under one heading."""

    name: str
    title: Words
    faults: int
    places: tuple[Drawn, ...]


class Wrong(Record):
    """One thing that is wrong, and where."""

    place_id: str
    where: Words
    said: Words


class SchemePage(Record):
    """The form of a scheme, with everything that was said to what stands in it."""

    issuer_id: str
    issuer_name: str
    address: str
    chapters: tuple[Chapter, ...]
    wrongs: tuple[Wrong, ...]
    checked: bool
    """Whether it was looked at; else nothing is said to be wrong."""
    report: ReportView | None
    whole: tuple[Said, ...]
    """What is said about no single place."""
    reason: Form
    """The reason and the ways to send the form off."""
    kept_at: Instant | None
    """When what stands here was kept; none: it is the newest version, or nothing yet."""
    begun_from: Words | None
    returned: tuple[str, ...]
    """What the authority wrote when it gave the newest version back."""


for shape in (Variant, Group, Entry):
    shape.model_rebuild()
