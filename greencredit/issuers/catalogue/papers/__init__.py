"""Papers that issuers register with: one file is one paper, with the kinds of issuer that need it and why."""

from functools import cache

from greencredit.kernel.catalogue import data_files
from greencredit.schemas.issuers import IssuerKind, RequiredPaper


@cache
def every_paper() -> tuple[RequiredPaper, ...]:
    """Give every paper that some kind of issuer needs, by name."""
    return tuple(RequiredPaper.model_validate({"name": name, **content}) for name, content in data_files(__name__))


def required_papers(kind: IssuerKind) -> tuple[RequiredPaper, ...]:
    """Give the papers that one kind of issuer registers with."""
    return tuple(one for one in every_paper() if kind in one.kinds)
