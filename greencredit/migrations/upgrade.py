"""Brings a database to the newest schema; running it again changes nothing."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from greencredit.kernel.errors import Conflict


class OlderLayout(Conflict):
    """旧版账本结构: this database was made before the first release, when the ledger was laid out otherwise."""

    code = "migrations.older_layout"

    def __init__(self) -> None:
        super().__init__(
            "this database was made before the first release and its ledger is laid out otherwise (table ledger_leaf "
            "found, none wanted); nothing converts it: set up a new data folder or database"
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run every migration not yet run, on the given connection and inside its transaction.

    Raises:
        OlderLayout: the database is older than the first release.
    """
    if inspect(connection).has_table("ledger_leaf"):
        raise OlderLayout
    command.upgrade(_config(connection), to)


@cache
def newest() -> str:
    """Give the newest revision the code knows."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None, "there is at least one migration"
    return head
