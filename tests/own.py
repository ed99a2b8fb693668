"""A test's own database on PostgreSQL: made once by each worker, and put back between tests to what the template holds.

Making a database of fifty tables anew costs the server a third of a second; emptying what a test has written, a
hundredth, and so does dropping the tables that it added. Whatever else is not as in the template (a guard that it took
away, a column it added, a database that is gone) is not mended but made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from greencredit.kernel.database import throwaway_engine
from tests.postgres import Cluster

# What statements of a schema change: relations and who may use them, columns, constraints, guards, functions.
_SHAPE: Final = """
SELECT md5(string_agg(line, ',' ORDER BY line)) FROM (
  SELECT concat_ws(' ', 'relation', oid, relname, relkind, relacl) AS line
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, atttypid, attnotnull, atthasdef, attisdropped)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm') AND attnum > 0
  UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname, conrelid, convalidated)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgname, tgrelid, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', 'function', oid, proname, md5(prosrc))
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'schema', nspname) FROM pg_namespace WHERE nspname !~ '^pg_'
  UNION ALL SELECT concat_ws(' ', 'setting', setdatabase, setrole, setconfig) FROM pg_db_role_setting
) shape
"""
_TABLES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
_ADDED_TABLES: Final = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' "
    "AND relname <> ALL (:tables)"
)
_FUNCTIONS: Final = "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
_SEQUENCES: Final = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S'"
_OTHERS_GO: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class _Template:
    """What a fresh database looks like: its shape, the rows of the migrations, the statement that finds more."""

    shape: str
    tables: list[str]
    functions: frozenset[str]
    seeds: dict[str, Sequence[dict[str, Any]]]
    touched: str
    sequences: tuple[str, ...]


class OwnDatabase:
    """The database that the tests of one worker have to themselves, one after the other."""

    def __init__(self, cluster: Cluster, name: str) -> None:
        self._cluster, self._name = cluster, name
        self._template: _Template | None = None

    def fresh(self) -> str:
        """Give the address of the database, which is as the migrations left it."""
        if self._template is not None:
            if self._put_back(self._template):
                return self._cluster.url(self._name)
            self._cluster.drop(self._name)
        self._cluster.create(self._name)
        self._template = self._read()
        return self._cluster.url(self._name)

    def _read(self) -> _Template:
        engine = throwaway_engine(self._cluster.url(self._name))
        with engine.connect() as connection:
            tables = connection.scalars(text(_TABLES)).all()
            rows: dict[str, Sequence[dict[str, Any]]] = {
                table: [dict(row) for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings()]
                for table in tables
            }
            seeds = {table: found for table, found in rows.items() if found}
            empty = [table for table in tables if table not in seeds]
            return _Template(
                shape=_shape(connection),
                tables=[*tables],
                functions=frozenset(connection.scalars(text(_FUNCTIONS))),
                seeds=seeds,
                touched=" UNION ALL ".join(
                    f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in empty
                ),
                sequences=tuple(connection.scalars(text(_SEQUENCES))),
            )

    def _put_back(self, template: _Template) -> bool:
        """Empty what was written and tell whether the database is as the template again."""
        engine = throwaway_engine(self._cluster.url(self._name))
        try:
            with engine.begin() as connection:
                connection.execute(text(_OTHERS_GO))
                _drop_added(connection, template)
                if _shape(connection) != template.shape:
                    return False
                _empty(connection, template)
        except SQLAlchemyError:
            return False  # it is gone, or somebody holds on to it: it is made anew
        return True


def _shape(connection: Connection) -> str:
    found: str = connection.scalar(text(_SHAPE))
    return found


def _drop_added(connection: Connection, template: _Template) -> None:
    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
    for table in connection.scalars(text(_ADDED_TABLES), {"tables": template.tables}).all():
        connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
    for function in {*connection.scalars(text(_FUNCTIONS))} - template.functions:
        connection.execute(text(f"DROP FUNCTION {function} CASCADE"))


def _empty(connection: Connection, template: _Template) -> None:
    # Guards against changing what was written hold for everybody but a replica.
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    names = ", ".join(f'"{table}"' for table in (*connection.scalars(text(template.touched)), *template.seeds))
    connection.execute(text(f"TRUNCATE {names} CASCADE"))
    for sequence in template.sequences:
        connection.execute(text(f'ALTER SEQUENCE "{sequence}" RESTART'))
    for table, rows in template.seeds.items():
        columns = ", ".join(f'"{column}"' for column in rows[0])
        values = ", ".join(f":{column}" for column in rows[0])
        connection.execute(text(f'INSERT INTO "{table}" ({columns}) VALUES ({values})'), rows)
