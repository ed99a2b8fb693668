"""The automatic checks of a filing: one file is one check, with what it asks, of whom, and on what ground."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from greencredit.issuers.catalogue.laws import laws
from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import Check


@cache
def checks() -> tuple[Check, ...]:
    """Give every check, by name."""
    return tuple(_check(name, content) for name, content in data_files(__name__))


def _check(name: str, content: Mapping[str, Any]) -> Check:
    grounds = [_ground(one) for one in content["basis"]]
    return Check.model_validate({"name": name, **content, "basis": grounds})


def _ground(basis: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what the catalogue of laws says of the instrument and article that a ground names."""
    if "law" not in basis:
        return dict(basis)
    law = laws()[basis["law"]]
    (article,) = (one for one in law.article if one.number == basis["article"])
    return {
        **basis,
        "law": law.title,
        "article": article.title,
        "text_of": law.text_of,
        "in_force_since": law.in_force_since,
    }
