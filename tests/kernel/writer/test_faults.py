"""What each error of a driver means: again, given up, or the fault of an item; and what a commit that raised kept."""

import sqlite3

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from greencredit.kernel.writer.faults import Fault, fault_of, is_surely_undone


def _sqlite(code: int) -> OperationalError:
    raised = sqlite3.OperationalError("示例")
    raised.sqlite_errorcode = code
    return OperationalError("COMMIT", None, raised)


def _postgres(state: str | None, *, lost: bool = False) -> OperationalError:
    class Raised(psycopg.OperationalError):
        sqlstate = state

    return OperationalError("COMMIT", None, Raised("示例"), connection_invalidated=lost)


@pytest.mark.proves("LED-3")
@pytest.mark.parametrize(
    ("error", "fault", "undone"),
    [
        (_sqlite(sqlite3.SQLITE_BUSY), Fault.PASSING, True),
        (_sqlite(sqlite3.SQLITE_BUSY_SNAPSHOT), Fault.PASSING, True),
        (_sqlite(sqlite3.SQLITE_LOCKED), Fault.PASSING, True),
        (_sqlite(sqlite3.SQLITE_FULL), Fault.STORAGE, True),
        (_sqlite(sqlite3.SQLITE_READONLY), Fault.STORAGE, True),
        (_sqlite(sqlite3.SQLITE_CORRUPT), Fault.STORAGE, True),
        (_sqlite(sqlite3.SQLITE_IOERR_FSYNC), Fault.STORAGE, False),
        (_sqlite(sqlite3.SQLITE_CONSTRAINT_CHECK), Fault.ITEM, True),
        (_sqlite(sqlite3.SQLITE_ERROR), Fault.ITEM, True),
        (_postgres("40001"), Fault.PASSING, True),
        (_postgres("40P01"), Fault.PASSING, True),
        (_postgres("55P03"), Fault.PASSING, True),
        (_postgres("57P01"), Fault.PASSING, False),
        (_postgres("08006"), Fault.PASSING, False),
        (_postgres("40003"), Fault.ITEM, False),
        (_postgres("53100"), Fault.STORAGE, True),
        (_postgres("25006"), Fault.STORAGE, True),
        (_postgres("23505"), Fault.ITEM, True),
        (_postgres("23505", lost=True), Fault.PASSING, False),
        (_postgres(None), Fault.PASSING, False),
        (_postgres(None, lost=True), Fault.PASSING, False),
        (PoolTimeout("示例"), Fault.PASSING, False),
        (KeyError("示例"), Fault.ITEM, False),
        (IntegrityError("COMMIT", None, KeyError("示例")), Fault.ITEM, False),
    ],
)
def test_an_error_means_what_its_code_says(error: Exception, fault: Fault, undone: bool) -> None:
    assert (fault_of(error), is_surely_undone(error)) == (fault, undone)
