"""What a feed's file must hold: one file here is one kind of feed."""

from enum import StrEnum
from typing import Final, NamedTuple

from greencredit.kernel.catalogue import modules
from greencredit.schemas.values import Words


class Form(StrEnum):
    """How a value is written."""

    TEXT = "text"
    MONEY = "money"
    """Yuan with up to two decimals."""
    WHOLE = "whole"
    DECIMAL = "decimal"
    TIME = "time"
    """ISO 8601; without an offset it is civil time in China."""
    INPUTS = "inputs"
    """A JSON object of names and decimal texts."""

    @property
    def wanted(self) -> str:
        """Say what is wanted, for the line that is sent back."""
        return _WANTED[self]


_WANTED: Final = {
    Form.TEXT: "a text",
    Form.MONEY: "yuan with up to two decimals, such as 12.80",
    Form.WHOLE: "a whole number",
    Form.DECIMAL: "a decimal number above zero",
    Form.TIME: "a time such as 2025-03-14T09:26:53+08:00",
    Form.INPUTS: 'a JSON object such as {"hours_per_day": "4"}',
}


class Column(NamedTuple):
    """One column of a feed's file."""

    name: str
    form: Form
    title: Words
    required: bool = True


class FeedForm(NamedTuple):
    """The columns of one kind of feed."""

    kind: str
    title: Words
    columns: tuple[Column, ...]


def form_of(kind: str) -> FeedForm:
    """Give the form of a kind of feed."""
    forms: dict[str, FeedForm] = {name: module.FORM for name, module in modules(__name__)}
    return forms[kind]
