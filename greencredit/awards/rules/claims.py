"""What the engine reads and gives: claims, rules as they are kept, the use of caps so far, and grants."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, NamedTuple

from greencredit.schemas.attributes import UNKNOWN, Attributes
from greencredit.schemas.awards import EarningRule, Ground

EVERYONE: Final = 0
"""Stands for all holders together where a budget is counted."""
EVER: Final = 0
"""The window that never ends."""

UsageKey = tuple[int, int, int]
"""Lineage of the rule (or, below zero, another counter), whose use it is, and the window.

Whose: a holder above zero, `EVERYONE`, or below zero a household by the holder who stands for it.
"""

Step = tuple[str, int, int, int] | tuple[str, int, int, int, str]
"""Step, found, limit, credits, and for some whose: see `schemas.awards.TraceStep`."""

NOTHING_BOUGHT: Final[Mapping[str, int]] = MappingProxyType({})


class Claim(NamedTuple):
    """Something that may earn: one line of a receipt, one measured action, one occasion for a gift."""

    evidence_id: int
    holder: int
    on: date
    ground: Ground
    subject: str
    spent_fen: int
    grams: int
    times: int
    bought: Mapping[str, int] = NOTHING_BOUGHT
    """What the same receipt comes to, in fen, by green kind of product."""
    thousandths: int = 1000
    """The quantity on the evidence, in thousandths of its unit."""
    hour: int = -1
    """Hour of the day in China; -1: not known."""
    attributes: Attributes = UNKNOWN
    household: int = 0
    """The holder who stands for the member's household; 0: he is one of his own."""
    member_days: int = -1
    """Days since he registered; -1: not known."""
    level: str = ""


class Filed(NamedTuple):
    """A rule in force with the numbers under which it is kept."""

    rule_id: int
    lineage: int
    rule: EarningRule


class Part(NamedTuple):
    """What one funder pays of one grant."""

    counter: int
    """The number under which his budget is counted."""
    name: str
    credits: int


class Grant(NamedTuple):
    """What a claim earned by one rule: how much, how it came about, and who pays."""

    filed: Filed
    credits: int
    steps: tuple[Step, ...]
    parts: tuple[Part, ...] = ()
    """Empty: the issuer the whole."""


class State(NamedTuple):
    """What the engine must know of before: the use of caps and budgets, and the occasions so far."""

    usage: dict[UsageKey, int]
    occasions: dict[UsageKey, int]
    """How often somebody had an occasion under a rule, by window; under `LAST_DAY` and `DAYS_IN_A_ROW` his streak."""


LAST_DAY: Final = -1
"""The last day of a streak, as the ordinal of its date."""
DAYS_IN_A_ROW: Final = -2


def nothing_before() -> State:
    """Give the state in which nothing was ever used."""
    return State({}, {})


def windows(on: date) -> tuple[int, int, int, int]:
    """Give the day, month, year and for-ever windows of a day, as numbers."""
    month = on.year * 100 + on.month
    return month * 100 + on.day, month, on.year, EVER
