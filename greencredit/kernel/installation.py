"""One installation: its version, and the database that its settings name, opened with its own keys."""

import secrets
import tomllib
from importlib import metadata
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from greencredit.kernel.database import Database
from greencredit.kernel.keys import open_keys
from greencredit.kernel.settings import Settings


def open_database(settings: Settings) -> Database:
    """Open the database of this installation; its keys are made on first use."""
    return Database(settings.database_url, keys=open_keys(settings.data_dir, secrets.token_bytes))


def schema_of(database: Database) -> str | None:
    """Give the schema that the database has; none if it has none or does not answer."""
    try:
        with database.reading() as session:
            found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        return None
    return found


def version() -> str:
    """Give the version of the installed package, or of the checkout it runs from."""
    checkout = Path(__file__).parents[2] / "pyproject.toml"
    if checkout.is_file():
        found: str = tomllib.loads(checkout.read_text(encoding="utf-8"))["project"]["version"]
        return found
    return metadata.version("greencredit")
