"""What an exception of the database means for a batch: try again, give up, or look for the one bad item."""

from enum import Enum
from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Fault(Enum):
    """What helps."""

    PASSING = "locked, deadlocked or disconnected: the same batch again"
    STORAGE = "the database can't be written at all: nobody's item is to blame"
    ITEM = "something in the batch: the same items in smaller batches"


_SQLITE_PASSING: Final = frozenset({5, 6, 17})  # busy, locked, schema changed
_SQLITE_STORAGE: Final = frozenset({7, 8, 9, 10, 11, 13, 14, 26})
"""No memory, read-only, interrupted, I/O error, corrupt, full, can't open, not a database."""
_SQLITE_IO: Final = 10

_POSTGRES_PASSING: Final = ("40001", "40P01", "55P03", "08", "57P01", "57P02", "57P03", "57P05", "25P03")
"""Serialisation, deadlock, lock timeout, connection, shutdown, crash, starting, idle."""
_POSTGRES_STORAGE: Final = ("25006", "53", "58", "XX")
"""Read-only, out of disk or memory, I/O error, corrupt."""
_POSTGRES_LOST: Final = ("08", "57P0", "40003")


def fault_of(error: BaseException) -> Fault:
    """Tell what an exception that stopped a batch means; whatever is unknown is looked for among the items."""
    if isinstance(error, PoolTimeout):
        return Fault.PASSING
    if not isinstance(error, DBAPIError):
        return Fault.ITEM
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        return _of_sqlite(code & 0xFF)
    return _of_postgres(error)


def _of_sqlite(code: int) -> Fault:
    if code in _SQLITE_PASSING:
        return Fault.PASSING
    return Fault.STORAGE if code in _SQLITE_STORAGE else Fault.ITEM


def _of_postgres(error: DBAPIError) -> Fault:
    state = getattr(error.orig, "sqlstate", None)
    # Without an answer of the server, it could not be reached.
    is_gone = error.connection_invalidated or (state is None and isinstance(error, OperationalError))
    if is_gone or (state or "").startswith(_POSTGRES_PASSING):
        return Fault.PASSING
    return Fault.STORAGE if (state or "").startswith(_POSTGRES_STORAGE) else Fault.ITEM


def is_surely_undone(error: BaseException) -> bool:
    """Tell whether a commit that raised surely kept nothing: the database itself said so and is still there."""
    if not isinstance(error, DBAPIError):
        return False
    if (code := getattr(error.orig, "sqlite_errorcode", None)) is not None:
        # After a failed sync nobody knows what the disk has.
        return bool(code & 0xFF != _SQLITE_IO)
    state = getattr(error.orig, "sqlstate", None)
    return state is not None and not error.connection_invalidated and not state.startswith(_POSTGRES_LOST)
