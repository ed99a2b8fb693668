"""What the page about the API shows: its operations by group, and the shapes that they take and give."""

from greencredit.schemas.values import Record


class Field(Record):
    """One parameter of an operation, or one field of a shape."""

    name: str
    where: str
    """`path`, `query`, `header`; empty for a field of a shape."""
    kind: str
    shape: str | None
    """The shape that `kind` names, if it names one."""
    required: bool
    told: str


class Operation(Record):
    """One method of one path."""

    method: str
    path: str
    told: str
    fields: tuple[Field, ...]
    takes: str | None
    gives: str | None


class Group(Record):
    """The operations of one room."""

    name: str
    operations: tuple[Operation, ...]


class Shape(Record):
    """One record, with its fields or the values it may have."""

    name: str
    told: str
    fields: tuple[Field, ...]
    values: tuple[str, ...]


class ReferencePage(Record):
    """The whole API on one page."""

    version: str
    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]
