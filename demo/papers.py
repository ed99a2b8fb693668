"""The paper side of the story: accounts for a few households, their reports, the issuer's dossier."""

from collections.abc import Callable
from typing import Final

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.schemas.issuers import Issuer

_PASSWORD_BYTES: Final = 9


def open_consumer_accounts(database: Database, issuer: Issuer) -> dict[str, str]:
    """Open an account for a few households, so that somebody can look at the portal."""
    del database, issuer
    return {}


def issue(database: Database, settings: Settings, issuer: Issuer, say: Callable[[str], None]) -> None:
    """Issue reports of a few households and the issuer's dossier, in both languages."""
    del database, settings, issuer, say
