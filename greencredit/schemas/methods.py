"""The public pages of methods (减排方法公开页): what is counted, how, from which factors, with a computed example."""

from datetime import date

from greencredit.schemas.actions import ExplainedStep, Factor, GreenAction, Override, ReductionProduct
from greencredit.schemas.values import Record, Words


class MethodLine(Record):
    """One method as the list shows it."""

    name: str
    title: Words
    behaviour: Words
    unit: Words
    tier: str
    example: str | None
    """Kilograms of its worked example, computed today; none: its factors are not published here."""
    gas: str
    """Which gases they count."""


class MethodGroup(Record):
    """The methods of one family."""

    key: str
    title: Words
    lines: tuple[MethodLine, ...]


class MethodsPage(Record):
    """The list of methods by family, and the list of carbon-reduction products."""

    groups: tuple[MethodGroup, ...]
    total: int
    factors: int
    products: tuple[ReductionProduct, ...]
    on: date


class InputLine(Record):
    """One number that the evidence gives, with its bounds and what stands in."""

    title: Words
    name: str
    unit: Words
    bounds: Words | None
    default: Words | None
    may_be_set: bool


class MethodPage(Record):
    """One method in full."""

    action: GreenAction
    family: Words
    category: Words
    tier: Words
    inputs: tuple[InputLine, ...]
    caps: tuple[Words, ...]
    example: tuple[ExplainedStep, ...]
    """Empty: its factors are not published here."""
    example_kilograms: str | None
    example_gas: str
    factors: tuple[Factor, ...]
    overrides: tuple[Override, ...]
    digest: str
    on: date
