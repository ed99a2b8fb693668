"""Sections of a filing that another room checks: one file is one section, with its owner and what is demanded."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import OwnedSection


@cache
def owned_sections() -> tuple[OwnedSection, ...]:
    """Give every section that has an owner; the automatic checks look at all the others."""
    return tuple(OwnedSection.model_validate({"section": name, **content}) for name, content in data_files(__name__))
