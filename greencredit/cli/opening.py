"""Opens this installation for a command: settings from the environment, logs, a database that is set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from greencredit.kernel.errors import Refused

if TYPE_CHECKING:
    from greencredit.kernel.database import Database
    from greencredit.kernel.settings import Settings


class NotSetUp(Refused):
    """尚未初始化: the database is missing or older than this version; `greencredit setup` brings it up to date."""

    code = "cli.not_set_up"

    def __init__(self, database: str, *, found: str | None, wanted: str) -> None:
        super().__init__(
            f"{database} has schema {found or 'none'}, {wanted} wanted: run `greencredit setup`",
            database=database,
            found=found,
            wanted=wanted,
        )


def settings() -> "Settings":
    """Read the settings of this process from the environment."""
    from greencredit.kernel.settings import Settings

    return Settings()


@contextmanager
def opened() -> Iterator["Database"]:
    """Give the database of this installation, set up and with its keys; refuses one that is not set up."""
    from greencredit.kernel import logs
    from greencredit.kernel.installation import open_database, schema_of
    from greencredit.migrations.upgrade import newest

    logs.set_up_logs("plain", lowest="warning")
    if not (settings().data_dir / "keys" / "root").exists():  # looking must not make an empty installation
        raise NotSetUp(str(settings().data_dir.absolute()), found=None, wanted=newest())
    database = open_database(settings())
    try:
        found, wanted = schema_of(database), newest()
        if found != wanted:
            raise NotSetUp(database.url.render_as_string(), found=found, wanted=wanted)
        yield database
    finally:
        database.close()
