"""The automatic checks of a filing: one file is one check, with what it asks, of whom, and on what ground."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import Check


@cache
def checks() -> tuple[Check, ...]:
    """Give every check, by name."""
    return tuple(Check.model_validate({"name": name, **content}) for name, content in data_files(__name__))
