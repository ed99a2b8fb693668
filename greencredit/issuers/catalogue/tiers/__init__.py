"""The tiers of filing: one file is one tier, with the sizes that lead to it and its clocks, from a day on."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import Tier


@cache
def tiers() -> tuple[Tier, ...]:
    """Give every tier, from the lowest to the highest."""
    found = [Tier.model_validate({"name": name, **content}) for name, content in data_files(__name__)]
    return tuple(sorted(found, key=lambda one: one.rank))
