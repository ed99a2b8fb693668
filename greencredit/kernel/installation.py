"""One installation: the database that its settings name, opened with its own keys."""

import secrets

from greencredit.kernel.database import Database
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings


def open_database(settings: Settings) -> Database:
    """Open the database of this installation; its keys are made on first use."""
    return Database(settings.database_url, keys=open_keys(settings.data_dir, secrets.token_bytes))
