"""Triggers that make a table append-only on both engines: what was written stays as it was written."""

from alembic import op


def append_only(table: str, *, key: tuple[str, ...] = ("id",), unless: str = "FALSE") -> None:
    """Refuse every update, delete and truncate of a table, and on SQLite every insert over an existing key.

    `unless` names the one update that goes through, in terms of OLD and NEW: words of somebody who was erased.

    SQLite resolves `INSERT OR REPLACE` by deleting first, and fires delete triggers for it only when the connection
    asked for recursive triggers; the insert trigger holds for every connection.
    """
    if op.get_bind().dialect.name == "sqlite":
        for verb, allowed in (("UPDATE", unless), ("DELETE", "FALSE")):
            when = "" if allowed == "FALSE" else f"WHEN NOT COALESCE({allowed}, FALSE) "
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {when}"
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    refuses = "refuse_change"
    if unless != "FALSE":
        refuses = f"{table}_refuse_change"
        op.execute(
            f"CREATE FUNCTION {refuses}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF {unless} THEN RETURN NEW; END IF; END IF; "
            "RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {refuses}()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
