"""The driver beneath a session, for the few statements that run with every posting.

A statement through SQLAlchemy costs ten times what the statement itself costs; these go to the driver's own cursor, on
the session's connection and in its transaction. Places for parameters are written `?` on both engines. What the driver
raises is raised as SQLAlchemy would, so that whoever handles a failed transaction need not know how it was written.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, Self

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from greencredit.kernel import arrays

_CURSOR: Final = "kernel.driver"

_BEYOND: Final = 2**63
"""No column holds a number as large as this."""

Ask = tuple[str, Sequence[Any]]
"""A statement and its parameters."""


class Driver:
    """One cursor of the session's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sqlite = connection.dialect.name == "sqlite"
        if not self.sqlite:
            arrays.teach(connection)
        self._cursor: Any = connection.connection.cursor()
        dbapi = connection.dialect.loaded_dbapi
        self._error: type[Exception] = dbapi.Error

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and give its rows."""
        try:
            self._cursor.execute(self._written(statement), parameters)
            found: list[tuple[Any, ...]] = self._cursor.fetchall()
        except self._error as error:
            raise self._wrapped(error, statement) from error
        return found

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement that gives no rows; tells how many it changed."""
        try:
            self._cursor.execute(self._written(statement), parameters)
        except self._error as error:
            raise self._wrapped(error, statement) from error
        changed: int = self._cursor.rowcount
        return changed

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> int:
        """Run a statement once for each row; tells how many it changed."""
        try:
            self._cursor.executemany(self._written(statement), rows)
        except self._error as error:
            raise self._wrapped(error, statement) from error
        changed: int = self._cursor.rowcount
        return changed

    def copy(self, statement: str, data: bytes) -> None:
        """Hand rows over in PostgreSQL's own form."""
        try:
            with self._cursor.copy(statement) as copy:
                copy.write(data)
        except self._error as error:
            raise self._wrapped(error, statement) from error

    def together(self, asks: Sequence[Ask]) -> list[list[tuple[Any, ...]]]:
        """Run statements that give rows and give the rows of each; PostgreSQL is asked once for all of them."""
        if self.sqlite:
            return [self.rows(*ask) for ask in asks]
        cursors = [self._connection.connection.cursor() for _ in asks]
        with self.piped():
            for cursor, (statement, parameters) in zip(cursors, asks, strict=True):
                cursor.execute(self._written(statement), parameters)
        return [list(cursor.fetchall()) for cursor in cursors]

    @contextmanager
    def piped(self) -> Iterator[None]:
        """Send what runs inside without waiting for each answer; an error comes at the end, and counts are not told.

        On SQLite there is nobody to wait for.
        """
        if self.sqlite:
            yield
            return
        connection: Any = self._connection.connection.driver_connection
        try:
            with connection.pipeline():
                yield
        except self._error as error:
            raise self._wrapped(error, "several statements") from error

    def where_in(self, statement: str, numbers: Sequence[int], *, at_once: int = 10_000) -> list[tuple[Any, ...]]:
        """Run `… WHERE column` for whole numbers, however many; the rows are in no order."""
        if not self.sqlite:
            return self.rows(*self.among(statement, numbers))
        found: list[tuple[Any, ...]] = []
        for start in range(0, len(numbers), at_once):
            found += self.rows(*self.among(statement, numbers[start : start + at_once]))
        return found

    def among(self, statement: str, numbers: Sequence[int]) -> Ask:
        """Write `… WHERE column` for whole numbers that one statement can hold."""
        if self.sqlite:
            return f"{statement} IN ({', '.join(map(str, numbers))})", ()
        fit = [number for number in numbers if -_BEYOND <= number < _BEYOND]
        return f"{statement} = ANY(?)", (arrays.bigints(fit),)

    def _written(self, statement: str) -> str:
        return statement if self.sqlite else statement.replace("?", "%s")

    def _wrapped(self, error: Exception, statement: str) -> Exception:
        """Give the exception that SQLAlchemy would raise; parameters stay out of it, they may name persons."""
        dialect = self._connection.dialect
        is_lost = dialect.is_disconnect(error, self._connection.connection.dbapi_connection, self._cursor)  # type: ignore[arg-type]  # the drivers share no type
        wrapped = DBAPIError.instance(
            statement, None, error, self._error, hide_parameters=True, connection_invalidated=is_lost, dialect=dialect
        )
        if is_lost:
            self._connection.invalidate(error)
        return wrapped

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
    found = Driver(session.connection())
    session.info[_CURSOR] = (session.get_transaction(), found)
    return found
