"""What regions are called: one file is one list of names."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.values import Words


@cache
def region_titles() -> dict[str, Words]:
    """Give the name of every region that has one, by its code."""
    return {
        code: Words.model_validate(title)
        for _, content in data_files(__name__)
        for code, title in content["title"].items()
    }


@cache
def municipalities() -> frozenset[str]:
    """Give the municipalities directly under the central government (直辖市)."""
    return frozenset(code for _, content in data_files(__name__) for code in content.get("municipalities", ()))
