"""What a signal of fraud is: one file here is one monitor, its thresholds stand beside it as data (`<name>.toml`).

A monitor looks at one holder's evidence of the last days and says which of it is to be kept back until somebody has
looked. It never decides: what it names is held, the holder is told, may appeal, and another person decides.
"""

from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

from greencredit.kernel.catalogue import data_files, modules
from greencredit.schemas.values import Words

WINDOW_DAYS: Final = 30
"""So many days of a holder's evidence every monitor is shown."""


class Seen(NamedTuple):
    """One piece of a holder's evidence."""

    evidence_id: int
    on: date
    hour: int | None
    subject: str
    receipt: str
    merchant: str
    spent_fen: int
    refunded_fen: int


class Behaviour(NamedTuple):
    """A holder as monitors see him: what he handed in of late, and for which merchants he acts."""

    seen: tuple[Seen, ...]
    ties: Mapping[str, str]
    """Merchant → what he is there."""


class Signal(NamedTuple):
    """What a monitor found: how much, against which threshold, and in which evidence."""

    found: Words
    wanted: Words
    evidence_ids: frozenset[int]


Thresholds = Mapping[str, Any]


class Stir(StrEnum):
    """What must be so of a holder before a monitor looks at him: a file holds thousands of holders, few of interest."""

    BUSY_DAY = "busy_day"
    """On one day he handed in more pieces of evidence than the threshold `stirs_above`."""
    REFUND = "refund"
    """Something of his came back within the window."""
    TIE = "tie"
    """He acts for a merchant."""
    ANYTHING = "anything"


class Monitor(NamedTuple):
    """One monitor."""

    name: str
    title: Words
    explains: Words
    stirred_by: Stir
    look: Callable[[Behaviour, Thresholds], Signal | None]


@cache
def monitors() -> Mapping[str, tuple[Monitor, Thresholds]]:
    """Give every monitor with its thresholds, by name."""
    thresholds = dict(data_files(__name__))
    return {name: (module.MONITOR, thresholds[name]) for name, module in modules(__name__)}
