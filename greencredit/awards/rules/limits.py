"""The limits of a rule in the order in which they cut, each with the counter it looks at."""

from datetime import date
from typing import Final, NamedTuple

from greencredit.awards.rules.claims import EVERYONE, Filed, UsageKey, windows
from greencredit.awards.rules.plan import NO_PLAN, Plan
from greencredit.schemas.awards import Caps

PERSON: Final = 0
HOUSEHOLD: Final = 1
ALL: Final = 2
"""Whose use a limit looks at."""

DAY: Final = 0
MONTH: Final = 1
YEAR: Final = 2
IN_ALL: Final = 3
"""Over which window: a place in `windows`."""

_OF_RULE: Final = (
    ("cap_day", "per_day", PERSON, DAY),
    ("cap_month", "per_month", PERSON, MONTH),
    ("cap_year", "per_year", PERSON, YEAR),
    ("cap_person", "per_person", PERSON, IN_ALL),
    ("household_day", "household_per_day", HOUSEHOLD, DAY),
    ("household_month", "household_per_month", HOUSEHOLD, MONTH),
    ("household_year", "household_per_year", HOUSEHOLD, YEAR),
    ("household", "household_in_all", HOUSEHOLD, IN_ALL),
    ("rule_day", "everyone_per_day", ALL, DAY),
    ("rule_month", "everyone_per_month", ALL, MONTH),
    ("rule_year", "everyone_per_year", ALL, YEAR),
)
_OF_ISSUER: Final = {
    "cap_day": "issuer_person_day",
    "cap_month": "issuer_person_month",
    "cap_year": "issuer_person_year",
    "cap_person": "issuer_person",
    "rule_day": "issuer_day",
    "rule_month": "issuer_month",
    "rule_year": "issuer_year",
}


class Limit(NamedTuple):
    """One cap or budget with its counter."""

    step: str
    most: int
    lineage: int
    whose: int
    window: int

    def key(self, holder: int, household: int, windows_: tuple[int, int, int, int]) -> UsageKey:
        """Give the counter for a holder's day."""
        if self.whose == PERSON:
            return self.lineage, holder, windows_[self.window]
        if self.whose == HOUSEHOLD:
            return self.lineage, -(household or holder), windows_[self.window]
        return self.lineage, EVERYONE, windows_[self.window]


def limits_of(filed: Filed, plan: Plan) -> tuple[Limit, ...]:
    """List the limits of a rule: its caps, its budget, and those of its issuer."""
    own = _limits(filed.rule.caps, filed.lineage)
    if filed.rule.budget_credits is not None:
        own.append(Limit("budget", filed.rule.budget_credits, filed.lineage, ALL, IN_ALL))
    issuers = _limits(plan.caps, plan.counter)
    return (*own, *(one._replace(step=_OF_ISSUER.get(one.step, f"issuer_{one.step}")) for one in issuers))


def _limits(caps: Caps, lineage: int) -> list[Limit]:
    found = []
    for step, name, whose, window in _OF_RULE:
        most = getattr(caps, name)
        if most is not None:
            found.append(Limit(step, most, lineage, whose, window))
    return found


def limits(
    filed: Filed, holder: int, on: date, *, household: int = 0, plan: Plan = NO_PLAN
) -> list[tuple[str, int, UsageKey]]:
    """List the limits for a holder's day: step, most credits, counter."""
    found = windows(on)
    return [(one.step, one.most, one.key(holder, household, found)) for one in limits_of(filed, plan)]
