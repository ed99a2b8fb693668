"""Toys for the group-commit writer: a table of notes, a table of purses, and batch verbs over them."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import CheckConstraint, Column, ForeignKey, MetaData, Table, Text, select, text
from sqlalchemy.orm import Session

from greencredit.kernel.database import Database, Whole, is_sqlite
from greencredit.kernel.errors import Conflict, Refused
from greencredit.kernel.writer import Outcome

TOYS: Final = MetaData()

NOTES: Final = Table(
    "toy_note",
    TOYS,
    Column("id", Whole, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    sqlite_strict=True,
)
PURSES: Final = Table(
    "toy_purse",
    TOYS,
    Column("name", Text, primary_key=True),
    Column("coins", Whole, CheckConstraint("coins >= 0"), nullable=False),
    sqlite_strict=True,
)
LINKS: Final = Table(
    "toy_link",
    TOYS,
    Column("key", Text, ForeignKey("toy_purse.name", deferrable=True, initially="DEFERRED"), primary_key=True),
    sqlite_strict=True,
)

POISON: Final = "poison"


class KeyTaken(Conflict):
    """A refusal of these tests."""

    code = "toy.key_taken"

    def __init__(self, key: str) -> None:
        super().__init__(f"{key} is there already", key=key)


class PurseEmpty(Refused):
    """A refusal of these tests."""

    code = "toy.purse_empty"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no coin left", name=name)


class Poisoned(Exception):  # noqa: N818 - it is thrown on purpose
    """A fault that the verb did not foresee."""


def note(session: Session, items: Sequence[str]) -> list[Outcome]:
    """Write one note for each key that is not there yet; a poisonous one breaks the whole batch after the others."""
    taken = set(session.scalars(select(NOTES.c.key).where(NOTES.c.key.in_(items))))
    outcomes: list[Outcome] = []
    fresh: list[str] = []
    for key in items:
        outcomes.append(KeyTaken(key) if key in taken else key.upper())
        if key not in taken:
            fresh.append(key)
        taken.add(key)
    if fresh:
        mark = "?" if is_sqlite(session) else "%s"
        rows = [(key,) for key in fresh]
        session.connection().exec_driver_sql(f"INSERT INTO toy_note (key) VALUES ({mark})", rows)
    if POISON in fresh:
        raise Poisoned
    return outcomes


def spend(session: Session, items: Sequence[str]) -> list[Outcome]:
    """Take one coin out of each purse named."""
    statement = text("UPDATE toy_purse SET coins = coins - 1 WHERE name = :name AND coins >= 1")
    taken: list[Any] = [session.execute(statement, {"name": name}) for name in items]
    return [1 if one.rowcount else PurseEmpty(name) for one, name in zip(taken, items, strict=True)]


def spend_blindly(session: Session, items: Sequence[str]) -> list[Outcome]:
    """Take coins without looking, so that only the constraint of the table stops it."""
    for name in items:
        session.execute(text("UPDATE toy_purse SET coins = coins - 1 WHERE name = :name"), {"name": name})
    return list(items)


def link(session: Session, items: Sequence[str]) -> list[Outcome]:
    """Write a row that must point to a purse when the transaction commits."""
    for name in items:
        session.execute(text("INSERT INTO toy_link VALUES (:name)"), {"name": name})
    return list(items)


def echo(_session: Session, items: Sequence[Any]) -> list[Outcome]:
    """Write nothing and give the items back."""
    return list(items)


def fill(database: Database, name: str, coins: int) -> None:
    """Put a purse in the table."""
    with database.writing() as session:
        session.execute(text("INSERT INTO toy_purse VALUES (:name, :coins)"), {"name": name, "coins": coins})


def notes(database: Database) -> list[str]:
    """Give the keys of all notes in the order of their writing."""
    with database.reading() as session:
        return list(session.scalars(select(NOTES.c.key).order_by(NOTES.c.id)))


def coins(database: Database, name: str) -> int | None:
    """Give what a purse holds."""
    with database.reading() as session:
        return session.scalar(select(PURSES.c.coins).where(PURSES.c.name == name))
