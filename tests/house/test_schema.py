"""The mapped tables and the migrated database are the same, on every database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ClauseElement, Connection, Inspector, inspect, text

from greencredit.kernel.database import Table, throwaway_engine
from tests.conftest import Dialect
from tests.house.sources import modules

_SCHEMA = "mapped"
_NOT_MAPPED = {"alembic_version"}  # Alembic's own


def _without_schema(value: Any) -> Any:  # noqa: ANN401 - whatever the database tells
    """Leave out the name of the schema that the mapped tables were made in; write conditions as text."""
    if isinstance(value, ClauseElement):
        value = str(value)
    if isinstance(value, str):
        return value.replace(f"{_SCHEMA}.", "")
    if isinstance(value, dict):
        return {key: _without_schema(found) for key, found in value.items() if key != "referred_schema"}
    if isinstance(value, list | tuple):
        return [_without_schema(found) for found in value]
    return value


def _described(inspector: Inspector, table: str, schema: str | None) -> dict[str, Any]:
    """Describe a table so that two that behave alike are equal: the order of columns does not count."""
    columns = {
        column["name"]: (str(column["type"]), column["nullable"], column["default"], column.get("autoincrement"))
        for column in inspector.get_columns(table, schema)
    }
    named: dict[str, Sequence[Any]] = {
        "uniques": inspector.get_unique_constraints(table, schema),
        "indexes": _indexes(inspector, table, schema),
        "checks": inspector.get_check_constraints(table, schema),
        "foreign keys": inspector.get_foreign_keys(table, schema),
    }
    parts = {kind: {str(part["name"]): part for part in found} for kind, found in named.items()}
    described = {"columns": columns, "primary key": inspector.get_pk_constraint(table, schema), **parts}
    found: dict[str, Any] = _without_schema(described)
    return found


def _indexes(inspector: Inspector, table: str, schema: str | None) -> Sequence[Any]:
    """Describe the indexes; those over expressions, which SQLAlchemy does not read from SQLite, as they are written."""
    found: list[Any] = [*inspector.get_indexes(table, schema)]
    if inspector.dialect.name == "sqlite":
        asked = text(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = :table AND sql LIKE '%((%'"
        )
        given = {"table": table, "over": "%((%"}
        assert isinstance(inspector.bind, Connection)
        found += [{"name": name, "sql": sql} for name, sql in inspector.bind.execute(asked, given)]
    return found


@contextmanager
def _mapped(connection: Connection, dialect: Dialect) -> Iterator[tuple[Connection, str | None]]:
    """Make the tables as the code maps them, beside the migrated ones."""
    if dialect == "sqlite":
        with throwaway_engine("sqlite://").connect() as beside:
            Table.metadata.create_all(beside)
            yield beside, None
        return
    connection.execute(text(f"CREATE SCHEMA {_SCHEMA}"))
    Table.metadata.create_all(connection.execution_options(schema_translate_map={None: _SCHEMA}))
    yield connection, _SCHEMA


def test_the_migrated_database_has_the_mapped_tables_and_no_others(connection: Connection) -> None:
    modules("tables")

    assert set(inspect(connection).get_table_names()) - _NOT_MAPPED == set(Table.metadata.tables)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_every_migrated_table_is_as_the_code_maps_it(connection: Connection, dialect: Dialect) -> None:
    modules("tables")
    names = sorted(Table.metadata.tables)

    migrated = {name: _described(inspect(connection), name, None) for name in names}
    with _mapped(connection, dialect) as (beside, schema):
        mapped = {name: _described(inspect(beside), name, schema) for name in names}

    different = {
        f"{name}: {part}": {"migrated": migrated[name][part], "mapped": mapped[name][part]}
        for name in names
        for part in mapped[name]
        if migrated[name][part] != mapped[name][part]
    }
    assert different == {}


def test_every_table_is_strict_on_sqlite(_migrated_file: Path) -> None:  # noqa: PT019 - its value is used
    with throwaway_engine(f"sqlite:///{_migrated_file}").connect() as connection:
        tables = connection.execute(text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")).all()
    lax = {name for name, strict in tables if not strict and not name.startswith("sqlite_")}

    assert lax - _NOT_MAPPED == set()


def test_every_table_is_named_for_its_room() -> None:
    modules("tables")
    misnamed = [
        f"{mapper.class_.__module__}: {mapper.class_.__tablename__}"
        for mapper in Table.registry.mappers
        if not mapper.class_.__tablename__.startswith(mapper.class_.__module__.split(".")[1] + "_")
    ]

    assert misnamed == []


def test_every_name_fits_into_postgresql() -> None:
    modules("tables")
    names = [
        str(name)
        for table in Table.metadata.tables.values()
        for name in (*(part.name for part in table.constraints), *(index.name for index in table.indexes))
    ]

    assert [name for name in names if len(name) > 63] == []
