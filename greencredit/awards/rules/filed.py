"""Which versions of the rules hold when."""

from collections.abc import Mapping, Sequence
from datetime import date

from greencredit.awards.rules.claims import Filed
from greencredit.schemas.awards import EarningRule


def ended(filed: Sequence[Filed], left_out: Mapping[str, date]) -> list[Filed]:
    """End every version on the day on which its next version begins, or its rule was left out of the filing."""
    found: list[Filed] = []
    for one in filed:
        days = [
            other.rule.since
            for other in filed
            if other.lineage == one.lineage and other.rule.version > one.rule.version
        ]
        ends = [day for day in (*days, one.rule.until, left_out.get(one.rule.name)) if day is not None]
        found.append(one._replace(rule=one.rule.model_copy(update={"until": min(ends, default=None)})))
    return found


def holds(rule: EarningRule, on: date) -> bool:
    """Tell whether a rule holds on a day."""
    return rule.since <= on and (rule.until is None or on < rule.until)
