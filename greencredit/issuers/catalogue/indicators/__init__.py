"""What assessments are scored against: one file is one version of the indicator set, from a day on."""

from datetime import date
from functools import cache
from typing import Final

from greencredit.issuers.errors import LimitUnknown
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import IndicatorSet

_NAME: Final = "indicators"


@cache
def indicator_sets() -> tuple[IndicatorSet, ...]:
    """Give every version of the indicator set, oldest first."""
    found = [IndicatorSet.model_validate(content) for _, content in data_files(__name__)]
    return tuple(sorted(found, key=lambda one: one.since))


def indicator_set_on(day: date) -> IndicatorSet:
    """Give the version in force on a day, or refuse: what nobody published can't be scored."""
    holding = [one for one in indicator_sets() if one.since <= day]
    if not holding:
        raise LimitUnknown(_NAME, wanted=day)
    return holding[-1]
