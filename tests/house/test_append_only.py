"""What was written stays as it was written: the database itself refuses to change or remove a row."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Engine, LargeBinary, Text, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import Table as SchemaTable
from sqlalchemy.types import TypeDecorator

from greencredit.kernel.database import Table, throwaway_engine
from tests.conftest import Dialect
from tests.house.sources import modules

APPEND_ONLY: Final = (
    "actions_certificate",
    "actions_factor",
    "actions_factor_file",
    "actions_method",
    "actions_override",
    "actions_override_decision",
    "awards_award",
    "awards_hold",
    "awards_hold_decision",
    "awards_case",
    "awards_claim",
    "awards_claim_withdrawal",
    "awards_counter",
    "awards_gift",
    "awards_household",
    "awards_judged",
    "awards_level",
    "awards_measure",
    "awards_part",
    "awards_reversal",
    "awards_rule",
    "badges_key",
    "badges_version",
    "documents_attachment",
    "documents_deposit",
    "documents_document",
    "evidence_aside",
    "evidence_certificate",
    "evidence_item",
    "evidence_list",
    "evidence_purchase",
    "evidence_refund",
    "evidence_reject",
    "evidence_told",
    "issuers_agency",
    "issuers_agency_standing",
    "issuers_assessment",
    "issuers_certificate",
    "issuers_code_decision",
    "issuers_code_review",
    "issuers_review",
    "issuers_scored",
    "issuers_check",
    "issuers_coverage",
    "issuers_findings",
    "issuers_opinion",
    "issuers_placing",
    "issuers_section",
    "issuers_statement",
    "issuers_step",
    "ledger_batch",
    "ledger_block",
    "ledger_decision",
    "ledger_event",
    "ledger_frozen",
    "ledger_ground",
    "ledger_note",
    "ledger_proposal",
    "ledger_series",
    "ledger_sum",
    "ledger_touch",
    "organisations_month",
    "organisations_publication",
    "people_audit",
    "people_consent",
    "people_enterprise",
    "projects_adjustment",
    "projects_baseline",
    "projects_claim",
    "projects_data",
    "projects_decision",
    "projects_measurement",
    "projects_project",
    "projects_share",
    "projects_step",
    "proofs_checkpoint",
    "proofs_conflict",
    "proofs_cosignature",
    "proofs_entry",
    "proofs_key",
    "proofs_tile",
    "reports_announced",
    "reports_announcement",
    "reports_logged",
    "reports_manifest",
    "reports_report",
    "reports_seal",
    "reports_signature",
    "reports_withdrawal",
)
"""Facts that are never edited; a table joins or leaves this list by an act of architecture."""

_FORGETTABLE: Final = "ledger_holder"
"""A number stands for one subject for ever, or for nobody once that one is forgotten."""

_SEALED: Final = "issuers_filing"
"""A version of a filing stays what it was; its state alone goes on."""

_CHOSEN: Final[dict[str, dict[str, Any]]] = {
    "actions_override": {"region": None, "tier": "B"},
    "actions_override_decision": {"approved": 0, "decided_by": "acc_second"},
    "badges_version": {"sha256": "0" * 64},
    "issuers_opinion": {"verdict": "accept"},
    "ledger_decision": {"approved": 0, "event_id": None, "decided_by": "acc_second"},
    "ledger_event": {"key": b"k" * 16},
    "projects_data": {"part": "baseline"},
    "projects_step": {"state": "open"},
    "proofs_checkpoint": {"root": b"r" * 32},
    "issuers_statement": {"account_kind": "custody_account", "account_last4": "0000"},
    "proofs_entry": {"hash": b"h" * 32},
    "proofs_tile": {"hashes": b"h" * 8192, "root": b"r" * 32},
    "reports_announced": {"facts_sha256": "0" * 64, "table_sha256": "0" * 64},
    "reports_logged": {"size": 2},
    "reports_seal": {"fingerprint": "0" * 64},
    "reports_signature": {"level": "B-B"},
    "reports_withdrawal": {"status": "revoked", "successor": None},
    "reports_report": {
        "lang": "zh",
        "media_type": "application/pdf",
        "facts_sha256": "0" * 64,
        "file_sha256": "0" * 64,
    },
}
"""What a row must say where a CHECK asks for more than any value of the column's type."""


@pytest.fixture
def own(database_url: str) -> Iterator[Engine]:
    """Give an engine on a database of the test's own, where a refused statement spoils nothing else."""
    modules("tables")
    engine = throwaway_engine(database_url)
    yield engine
    engine.dispose()


def _write_one(engine: Engine, table: SchemaTable, dialect: Dialect) -> None:
    """Write one row made of nothing but the columns' types, without the rows it would refer to."""
    row: dict[str, Any] = {}
    for column in table.columns:
        kind = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
        row[column.name] = "x" if isinstance(kind, Text) else b"x" if isinstance(kind, LargeBinary) else 1
    row |= _CHOSEN.get(table.name, {})
    columns = ", ".join(f'"{name}"' for name in row)
    mark = "?" if dialect == "sqlite" else "%s"
    # Below SQLAlchemy's transaction, inside which neither setting could be changed.
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF" if dialect == "sqlite" else "SET session_replication_role = replica")
        marks = ", ".join([mark] * len(row))
        cursor.execute(f"INSERT INTO {table.name} ({columns}) VALUES ({marks})", tuple(row.values()))
        connection.commit()


def _over(engine: Engine, table: SchemaTable, *, moved: set[str] | None = None) -> str:
    """Write the row's own values over it; `moved` columns get another value, so that another key collides."""
    columns = [column.name for column in table.columns]
    values = [
        f"{name} || 'y'"
        if name in (moved or ()) and table.columns[name].type.python_type is str
        else f"{name} + 1"
        if name in (moved or ())
        else f'"{name}"'
        for name in columns
    ]
    listed = ", ".join(f'"{name}"' for name in columns)
    taken = f"SELECT {', '.join(values)} FROM {table.name}"
    if engine.dialect.name == "sqlite":
        return f"INSERT OR REPLACE INTO {table.name} ({listed}) {taken}"
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    first = next(iter(table.primary_key)).name
    return (
        f'INSERT INTO {table.name} ({listed}) {taken} ON CONFLICT ({key}) DO UPDATE SET "{first}" = EXCLUDED."{first}"'
    )


def _attempts(engine: Engine, table: SchemaTable) -> dict[str, tuple[str, ...]]:
    """Give every way to change or remove a row, as the statements that try it."""
    column = next(iter(table.columns)).name
    attempts: dict[str, tuple[str, ...]] = {
        "update": (f'UPDATE {table.name} SET "{column}" = "{column}"',),
        "delete": (f"DELETE FROM {table.name}",),
        "write over": (_over(engine, table),),
    }
    if engine.dialect.name == "postgresql":
        return attempts | {"truncate": (f"TRUNCATE {table.name} CASCADE",)}
    attempts["write over, by a careless connection"] = ("PRAGMA recursive_triggers=OFF", _over(engine, table))
    primary = {column.name for column in table.primary_key}
    for index in inspect(engine).get_indexes(table.name, include_auto_indexes=True):
        if index["unique"] and (moved := primary - {str(name) for name in index["column_names"]}):
            attempts[f"write over {index['name']}"] = (_over(engine, table, moved=moved),)
    return attempts


def _rows(engine: Engine, table: SchemaTable) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table.name}"))]


def _what_goes_through(engine: Engine, table: SchemaTable) -> dict[str, str]:
    """Try everything on a table that holds one row; give the attempts that the database did not refuse."""
    went: dict[str, str] = {}
    for attempt, statements in _attempts(engine, table).items():
        try:
            with engine.begin() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
            went[attempt] = "it went through"
        except DBAPIError as refused:
            # a block is refused before that, because its serials were given out already
            if not re.search(f"{table.name} is append-only|ledger_block does not follow", str(refused)):
                went[attempt] = str(refused)
    return went


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_a_written_row_can_neither_be_changed_nor_removed(own: Engine, dialect: Dialect) -> None:
    tables = [Table.metadata.tables[name] for name in APPEND_ONLY]
    for table in tables:
        _write_one(own, table, dialect)
    written = {table.name: _rows(own, table) for table in tables}

    went_through = {table.name: went for table in tables if (went := _what_goes_through(own, table))}

    assert went_through == {}
    assert {table.name: _rows(own, table) for table in tables} == written
    assert {name: len(rows) for name, rows in written.items()} == dict.fromkeys(APPEND_ONLY, 1)


def test_the_guarded_tables_are_the_ones_that_must_be(connection: Connection, dialect: Dialect) -> None:
    if dialect == "sqlite":
        found = connection.execute(text("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        guarded = {(table, verb) for table, sql in found for verb in ("UPDATE", "DELETE") if f"BEFORE {verb} ON" in sql}
    else:
        listed = (
            "SELECT event_object_table, event_manipulation FROM information_schema.triggers "
            "WHERE action_timing = 'BEFORE' AND event_manipulation IN ('UPDATE', 'DELETE')"
        )
        guarded = {(table, verb) for table, verb in connection.execute(text(listed))}

    wanted = (*APPEND_ONLY, _FORGETTABLE, _SEALED)
    assert guarded == {(table, verb) for table in wanted for verb in ("UPDATE", "DELETE")}


@pytest.mark.proves("LED-1")
def test_a_holder_is_forgotten_whole_and_never_renamed_or_removed(connection: Connection) -> None:
    insert = text("INSERT INTO ledger_holder (id, subject_id, secret) VALUES (7, 'con_li', :secret)")
    connection.execute(insert, {"secret": b"s" * 16})

    for change in (
        "UPDATE ledger_holder SET subject_id = 'con_wu' WHERE id = 7",
        "UPDATE ledger_holder SET id = 8 WHERE id = 7",
        "DELETE FROM ledger_holder WHERE id = 7",
    ):
        with pytest.raises(DBAPIError), connection.begin_nested():
            connection.execute(text(change))
    connection.execute(text("UPDATE ledger_holder SET subject_id = NULL, secret = NULL WHERE id = 7"))

    assert connection.execute(text("SELECT id, subject_id, secret FROM ledger_holder")).all() == [(7, None, None)]
