"""Where the issuer or filing lies that a path names: asked by the gates of all routes of issuers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from greencredit.issuers import queries
from greencredit.kernel.access import Scope


def here(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places of the issuer that the path names."""
    return queries.scopes_of(queries.issuer(session, parameters["issuer_id"]))


def here_by_filing(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Give the places of the issuer whose filing the path names."""
    filing = queries.filing(session, parameters["filing_id"])
    return queries.scopes_of(queries.issuer(session, filing.issuer_id))
