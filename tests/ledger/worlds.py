"""One ledger to be stepped by tests: on either engine, with its own clock and randomness, and undone at the end."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import DatabaseInside
from greencredit.kernel.errors import Refusal
from greencredit.kernel.ids import seeded_entropy
from greencredit.kernel.keys import Keys
from greencredit.ledger import queries, rules, service
from greencredit.ledger.errors import ItemRefused
from greencredit.proofs import queries as proofs
from greencredit.schemas.ledger import LeafKind, Refunded, Restoration, Reversal, TakenBack, Terms
from tests.conftest import NOON

COLUMNS: Final = ", ".join(rules.Row._fields)
_NUMBERED: Final = ("ledger_holder", "ledger_caller", "ledger_series", "ledger_proposal")
_STATES: Final = {kind: kind.name.lower() for kind in LeafKind}


class World:
    """A ledger inside a savepoint."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.savepoint = connection.begin_nested()
        self.clock = StandingClock(NOON)
        self.database = DatabaseInside(
            connection, clock=self.clock, entropy=seeded_entropy("world"), keys=Keys(bytes(32))
        )
        self.renumber()

    def close(self) -> None:
        """Undo everything."""
        self.savepoint.rollback()

    def renumber(self) -> None:
        """Number the next rows as SQLite does: PostgreSQL's sequences do not come back with a transaction."""
        if self.connection.dialect.name == "postgresql":
            for table in _NUMBERED:
                self.connection.execute(
                    text(f"SELECT setval('{table}_id_seq', COALESCE(MAX(id), 0) + 1, FALSE) FROM {table}")
                )

    def found(self, subjects: list[str], terms: list[Terms], callers: list[str]) -> dict[str, int]:
        """Make the names that a story needs, in one order, and give the holders' numbers."""
        with self.database.writing() as session:
            numbers = {subject: service.holders(session, [subject])[subject] for subject in subjects}
            for one in terms:
                service.series(session, one)
            for name in callers:
                service.caller(session, name)
        return numbers

    def do(self, act: Callable[[Session], Any]) -> Any:  # noqa: ANN401
        """Carry something out in a transaction; answers are whatever it gives, refusals are told by what they say."""
        try:
            with self.database.writing() as session:
                return told(act(session))
        except ItemRefused as refusal:
            return ("item refused", refusal.facts["item"], refusal.facts["cause"])
        except Refusal as refusal:
            return refusal.code
        finally:
            self.renumber()

    def see(self, look: Callable[[Session], Any]) -> Any:  # noqa: ANN401
        """Look at something."""
        with self.database.reading() as session:
            return look(session)


def ask(caller: int, command: Any) -> Callable[[Session], Any]:  # noqa: ANN401
    """Ask for one command by the door that gives the fullest answer."""
    if isinstance(command, Reversal):
        return lambda session: service.reverse(session, caller, command)
    if isinstance(command, Restoration):
        return lambda session: service.restore(session, caller, command)
    return lambda session: service.post_one(session, caller, command)


def told(answer: Any) -> Any:  # noqa: ANN401
    """Write an answer so that those of two engines, and the model's, can be compared."""
    if isinstance(answer, TakenBack | Refunded):
        sums = answer.model_dump(exclude={"event_id", "repeated"})
        return (answer.event_id, answer.repeated, sums)
    if isinstance(answer, Refusal):
        return answer.code
    if isinstance(answer, list):
        return [told(one) for one in answer]
    return tuple(answer) if isinstance(answer, tuple) else answer


def standing(session: Session) -> tuple[dict[tuple[str, int, int], int], Counter[tuple[int, int]]]:
    """Give what stands on the leaves: by state, owner and series, and apart from it what is owed."""
    has: dict[tuple[str, int, int], int] = {}
    owed: Counter[tuple[int, int]] = Counter()
    for leaf, posted in session.execute(text("SELECT leaf_id, posted FROM ledger_balance WHERE posted <> 0")):
        kind, series, holder = rules.parts_of(leaf)
        if kind is LeafKind.OWED:
            owed[holder, series] = -posted
        elif kind is not LeafKind.ISSUED:
            has[_STATES[kind], holder, series] = posted
    return has, owed


def events(session: Session) -> list[tuple[Any, ...]]:
    """Give every event as it lies on disk."""
    return [tuple(row) for row in session.execute(text(f"SELECT {COLUMNS} FROM ledger_event ORDER BY id"))]


def log_root(session: Session) -> bytes:
    """Give the root of the log at the size the head knows."""
    size = session.execute(text("SELECT log_size FROM ledger_head")).scalar_one()
    return proofs.root(session, size)


def broken(session: Session) -> list[Any]:
    """Give the invariants that do not hold."""
    return [finding for finding in queries.audit(session) if not finding.holds]
