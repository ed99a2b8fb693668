"""Migrations run from nothing to the newest schema, and a second run changes nothing."""

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from greencredit.kernel.database import Database
from greencredit.migrations.upgrade import OlderLayout, newest, upgrade
from tests.house.sources import ROOT


def _schema(connection: Connection) -> dict[str, list[str]]:
    inspector = inspect(connection)
    return {table: [column["name"] for column in inspector.get_columns(table)] for table in inspector.get_table_names()}


def test_running_the_migrations_again_changes_nothing(connection: Connection) -> None:
    before = _schema(connection)

    upgrade(connection)

    assert _schema(connection) == before


def test_the_newest_revision_ends_one_chain_of_all_files() -> None:
    files = sorted(path.name[:4] for path in (ROOT / "greencredit/migrations/versions").glob("[0-9]*.py"))
    chain = [revision.revision for revision in ScriptDirectory(str(ROOT / "greencredit/migrations")).walk_revisions()]

    assert (sorted(chain), newest()) == (files, files[-1])


def test_a_migration_that_fails_leaves_nothing_behind(database_url: str) -> None:
    database = Database(database_url)
    with database.connection() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        before = _schema(connection)

    # Every later migration meets tables that are there already; whatever was done before that is undone.
    with pytest.raises(DBAPIError), database.connection() as connection:
        upgrade(connection)
    with database.connection() as connection:
        left = (connection.scalar(text("SELECT version_num FROM alembic_version")), _schema(connection))
    database.close()

    assert left == ("0001", before)


def test_a_database_from_before_the_first_release_is_refused_and_left_as_it_is(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE ledger_leaf (id integer PRIMARY KEY)"))
    before = _schema(connection)

    with pytest.raises(OlderLayout) as no:
        upgrade(connection)

    assert (no.value.code, _schema(connection)) == ("migrations.older_layout", before)
