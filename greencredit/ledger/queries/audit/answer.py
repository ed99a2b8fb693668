"""How a check of the audit asks and answers: how much it looked at, and the first places where something is wrong."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from greencredit.schemas.ledger import LeafKind, Verb

FIRST_FEW: Final = 10
"""So many broken places are written out; who knows ten knows where to look."""

_BEYOND: Final = "integer overflow"
"""What SQLite says of a sum that no longer fits; PostgreSQL adds up without a limit."""

_COUNTS: Final = text(
    "SELECT (SELECT COUNT(*) FROM ledger_event) AS events, (SELECT COUNT(*) FROM ledger_balance) AS balances, "
    "(SELECT COUNT(*) FROM ledger_batch) AS batches, (SELECT COUNT(*) FROM ledger_block) AS blocks, "
    "(SELECT COUNT(*) FROM ledger_holder) AS holders, (SELECT COUNT(*) FROM ledger_frozen) AS frozen"
)


class Answer(NamedTuple):
    """What was looked at, the first few things that are wrong, and what a reader should know besides."""

    looked_at: int
    broken: tuple[str, ...]
    note: str | None = None


class Books(NamedTuple):
    """What the checks read: a session that sees one state, and how much there is in it."""

    session: Session
    events: int
    balances: int
    batches: int
    blocks: int
    holders: int
    frozen: int


def opened(session: Session) -> Books:
    """Count everything once, for all checks."""
    return Books(session, *session.execute(_COUNTS).one())


def rows(books: Books, looked_at: int, broken: str, *, by: int = 2) -> Answer:
    """Write out the first rows that should not be there, in the order of so many of their columns."""
    order = ", ".join(map(str, range(1, by + 1)))
    statement = text(f"SELECT * FROM ({broken}) found ORDER BY {order} LIMIT {FIRST_FEW}")  # noqa: S608 - our own
    try:
        found = books.session.execute(statement).all()
    except OperationalError as error:
        if _BEYOND not in str(error.orig):
            raise
        return Answer(looked_at, ("sums go beyond 63 bits",))
    return Answer(looked_at, tuple(", ".join(f"{k}={v}" for k, v in row._asdict().items()) for row in found))


def numbers(some: Iterable[Verb | LeafKind]) -> str:
    """Write verbs or kinds of leaf as SQL lists them."""
    return ", ".join(str(one.value) for one in sorted(some))
