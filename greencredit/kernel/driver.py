"""The driver beneath a session, for the few statements that run with every posting.

A statement through SQLAlchemy costs ten times what the statement itself costs; these go to the driver's own cursor, on
the session's connection and in its transaction. Places for parameters are written `?` on both engines.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

from sqlalchemy.orm import Session

_CURSOR: Final = "kernel.driver"


class Driver:
    """One cursor of the session's connection."""

    def __init__(self, cursor: Any, *, sqlite: bool) -> None:  # noqa: ANN401 - the drivers share no type
        self.cursor = cursor
        self.sqlite = sqlite

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        self.cursor.execute(statement if self.sqlite else statement.replace("?", "%s"), parameters)
        found: list[tuple[Any, ...]] = self.cursor.fetchall()
        return found

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement that gives no rows; tells how many it changed."""
        self.cursor.execute(statement if self.sqlite else statement.replace("?", "%s"), parameters)
        changed: int = self.cursor.rowcount
        return changed

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row; tells how many it changed."""
        self.cursor.executemany(statement if self.sqlite else statement.replace("?", "%s"), rows)
        changed: int = self.cursor.rowcount
        return changed

    def where_in(self, statement: str, numbers: Sequence[int], *, at_once: int = 10_000) -> list[tuple[Any, ...]]:
        """Run `… WHERE column` for whole numbers, however many; the rows are in no order."""
        if not self.sqlite:
            self.cursor.execute(f"{statement} = ANY(%s)", (list(numbers),))
            return list(self.cursor.fetchall())
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(numbers), at_once):
            self.cursor.execute(f"{statement} IN ({', '.join(map(str, numbers[start : start + at_once]))})")
            found += self.cursor.fetchall()
        return found

    def __enter__(self) -> Self:
        """Be used in a `with` block; the cursor lives as long as the transaction."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the cursor open: the next statement of the transaction takes it again."""


def driver(session: Session) -> Driver:
    """Give the driver's cursor on the session's connection, the same one throughout a transaction."""
    known: tuple[object, Driver] | None = session.info.get(_CURSOR)
    transaction = session.get_transaction()
    if known is not None and transaction is not None and known[0] is transaction:
        return known[1]
    connection = session.connection()
    found = Driver(connection.connection.cursor(), sqlite=connection.dialect.name == "sqlite")
    session.info[_CURSOR] = (session.get_transaction(), found)
    return found
