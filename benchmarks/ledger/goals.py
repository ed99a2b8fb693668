"""Rows with their goals: a ratio to the limit, or a rate that was set on the reference machine and is scaled to this.

The reference is the machine on which the limits were first measured; on it the same raw inserts that are measured here
ran at the rates below (the middle of several runs). A figure that was set there is held here multiplied by what this
machine reaches now divided by what that one reached.
"""

from typing import Final, NamedTuple

from benchmarks import Row

REFERENCE_SQLITE: Final = 168_000
"""Rows a second with unique key and two indexes, SQLite, one transaction for 10,000: between 144,000 and 193,000."""

REFERENCE_POSTGRES: Final = 110_000
"""The same with primary key by COPY, PostgreSQL: between 91,000 and 129,000."""


class Pace(NamedTuple):
    """What this machine reaches now where the reference machine reached something."""

    now: float
    reference: float

    @property
    def factor(self) -> float:
        """Give how fast this machine is now, as a multiple of the reference machine."""
        return self.now / self.reference


def against(what: str, ours: float, limit: float, *, must: float | None, aim: float | None = None) -> Row:
    """Hold a rate against the limit of the same run."""
    ratio = ours / limit
    return Row(what, ours, limit, ratio, _times(must), _times(aim), must is None or ratio >= must)


def _times(goal: float | None) -> str:
    return "–" if goal is None else f"≥ {goal} ×"


def scaled(what: str, ours: float, pace: Pace, *, must: float | None, aim: float | None = None) -> Row:
    """Hold a rate against what was set for the reference machine; the limit is the raw insert of this run."""
    return Row(
        what,
        ours,
        pace.now,
        ours / pace.now,
        _at_least(must, pace),
        _at_least(aim, pace),
        must is None or ours >= must * pace.factor,
    )


def _at_least(goal: float | None, pace: Pace) -> str:
    return "–" if goal is None else f"≥ {goal:,.0f} × {pace.factor:.2f} = {goal * pace.factor:,.0f}"


def within(what: str, ours: float, pace: Pace, *, must: float) -> Row:
    """Hold a time against what was set for the reference machine; a slower machine may take longer."""
    allowed = must / pace.factor
    return Row(what, ours, None, None, f"≤ {must:g} ÷ {pace.factor:.2f} = {allowed:.3g}", "–", ours <= allowed)


def at_most(what: str, ours: float, *, must: float, aim: float) -> Row:
    """Hold a size against its goal; sizes are the same on every machine."""
    return Row(what, ours, None, None, f"≤ {must:g}", f"≤ {aim:g}", ours <= must)
