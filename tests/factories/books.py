"""A ledger in which everything happened at least once, and a burglar with the keys of the house."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database
from greencredit.ledger import service
from greencredit.ledger.queries.audit import CHECKS
from greencredit.ledger.queries.audit.answer import opened
from greencredit.ledger.rules import key_of
from greencredit.schemas.ledger import (
    Accrual,
    Activation,
    Allotment,
    Capture,
    Command,
    Compensation,
    Earning,
    Freeze,
    Funding,
    Passing,
    Posted,
    Redemption,
    Release,
    Restoration,
    Reversal,
    Unfreeze,
    Verb,
    Withdrawal,
)
from tests.factories.ledger import because, hold, holder_of, make_terms, redeem

DAY: Final = timedelta(days=1)
_CHECKS: Final = (
    "SELECT conrelid::regclass, conname FROM pg_constraint "
    "WHERE contype = 'c' AND conrelid::regclass::text ~ '^(ledger|proofs)_'"
)


class Books:
    """Posts what a ledger can live through, one batch after the other; `event` finds what a verb wrote first."""

    def __init__(self, database: Database, clock: StandingClock) -> None:
        self.database, self.clock = database, clock
        self._keys = iter(range(1_000))

    def live(self, *, filed_only: bool = False) -> None:
        """Let everything happen; or only what needs no filing that names enterprises."""
        with self.database.writing() as session:
            self._earn_and_spend(session)
            self._correct(session)
            if not filed_only:
                self._enterprises(session)
            self._fall_short(session)
            self._take_back(session)
            self._erased_holds(session)
            self._spend_graced(session)
        self.clock.move(11 * DAY)
        with self.database.writing() as session:
            self._refund_late(session)
            service.erase(session, "con_gone")
        self.clock.move(11 * DAY)
        with self.database.writing() as session:
            service.expire(session, service.caller(session, "tests"), until=self.clock.now())

    def event(self, verb: Verb, place: int = 0) -> int:
        """Give the number of the first event of a verb, or of a later one."""
        asked = text("SELECT id FROM ledger_event WHERE kind = :kind ORDER BY id LIMIT 1 OFFSET :place")
        with self.database.reading() as session:
            return int(session.execute(asked, {"kind": verb.value, "place": place}).scalar_one())

    def _key(self) -> bytes:
        return key_of(f"k{next(self._keys)}")

    def _post(self, session: Session, *commands: Command) -> list[int]:
        posted = service.post(session, service.caller(session, "tests"), commands)
        return [one.event_id for one in posted if isinstance(one, Posted)]

    def _series(self, session: Session) -> dict[str, int]:
        start = self.clock.now()
        return {
            "life": service.series(session, make_terms()),
            "short": service.series(session, make_terms(expires_at=start + 10 * DAY)),
            "later": service.series(session, make_terms(expires_at=start + 20 * DAY)),
            "other": service.series(session, make_terms("iss_other", clawback_cap=6)),
            "other_new": service.series(session, make_terms("iss_other", award_month=202604, clawback_cap=6)),
            "graced": service.series(
                session, make_terms(terms_version=2, expires_at=start + 10 * DAY, refund_grace_days=30)
            ),
        }

    def _earn_and_spend(self, session: Session) -> None:
        self.series = self._series(session)
        life, short = self.series["life"], self.series["short"]
        li, wu, tea = (holder_of(session, name) for name in ("con_li", "con_wu", "mer_tea"))
        trees = holder_of(session, "prj_trees")
        self._post(
            session,
            Earning(li, life, 30, self._key()),
            Earning(wu, life, 12, self._key()),
            Earning(li, short, 20, self._key()),
        )
        (waiting,) = self._post(session, Accrual(li, life, 40, self._key()))
        self._post(session, Activation(waiting, self._key()))
        held = hold(session, 25, key="held").event_id
        (self.captured,) = self._post(session, Capture(held, 22, tea, self._key()))
        self._post(session, Release(held, 2, self._key()))
        redeem(session, 10, key="redeemed")
        self._post(session, Restoration(self.captured, 5, self._key()))
        self._post(session, Redemption(wu, 2, trees, self._key(), donation=True))
        held = hold(session, 4, holder="con_wu", key="held by wu").event_id
        self._post(session, Capture(held, 3, trees, self._key(), donation=True))
        (frozen,) = self._post(session, Freeze(li, 6, self._key(), because("申诉")))
        self._post(session, Unfreeze(frozen, 4, self._key(), because("申诉成立")))

    def _correct(self, session: Session) -> None:
        life, wu = self.series["life"], holder_of(session, "con_wu")
        self._post(session, Compensation(wu, life, 5, self._key(), because("停机")))
        for credits_ in (3, -1):
            proposal = service.propose(session, wu, life, credits_, because("错账", "acc_one"))
            service.decide(session, proposal, decided_by="acc_two", approved=True)
        proposal = service.propose(session, wu, life, 100, because("错账", "acc_one"))
        service.decide(session, proposal, decided_by="acc_two", approved=False)

    def _enterprises(self, session: Session) -> None:
        mill, shop, wu = (holder_of(session, name) for name in ("ent_mill", "ent_shop", "con_wu"))
        why = because("员工奖励")
        (fund,) = self._post(session, Funding(mill, self.series["life"], 50, self._key(), why))
        self._post(session, Allotment(mill, wu, 10, self._key(), why))
        self._post(session, Passing(mill, shop, 7, self._key(), why))
        self._post(session, Withdrawal(fund, 5, self._key(), why))

    def _fall_short(self, session: Session) -> None:
        wu = holder_of(session, "con_wu")
        (award,) = self._post(session, Earning(wu, self.series["other"], 9, self._key()))
        redeem(session, 9, holder="con_wu", key="all of it", issuer_id="iss_other")
        self._post(session, Reversal(award, 9, self._key(), because()))
        self._post(session, Earning(wu, self.series["other_new"], 8, self._key()))

    def _take_back(self, session: Session) -> None:
        wu, life = holder_of(session, "con_wu"), self.series["life"]
        (waiting,) = self._post(session, Accrual(wu, life, 8, self._key()))
        (award,) = self._post(session, Earning(wu, life, 7, self._key()))
        self._post(session, Reversal(waiting, 3, self._key(), because()), Reversal(award, 2, self._key(), because()))

    def _erased_holds(self, session: Session) -> None:
        gone = holder_of(session, "con_gone")
        self._post(session, Earning(gone, self.series["life"], 11, self._key()))
        self._post(session, Earning(gone, self.series["later"], 4, self._key()))

    def _spend_graced(self, session: Session) -> None:
        self._post(session, Earning(holder_of(session, "con_wu"), self.series["graced"], 3, self._key()))
        self.graced = redeem(session, 3, holder="con_wu", key="graced").event_id

    def _refund_late(self, session: Session) -> None:
        self._post(session, Restoration(self.captured, 4, self._key()))
        self._post(session, Restoration(self.graced, 3, self._key()))
        service.expire(session, service.caller(session, "tests"), until=self.clock.now())


@contextmanager
def burgled(connection: Connection) -> Iterator[None]:
    """Take guards, checks and references away, as whoever owns the database could; everything is undone at the end."""
    savepoint = connection.begin_nested()
    try:
        lift_guards(connection)
        yield
    finally:
        savepoint.rollback()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints=OFF")


def lift_guards(connection: Connection) -> None:
    """Take guards, checks and references away, inside the present transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        guards = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
        for guard in guards:
            connection.exec_driver_sql(f"DROP TRIGGER {guard}")
        return
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for table, name in connection.exec_driver_sql(_CHECKS).all():
        connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def flip_a_byte(connection: Connection, table: str, column: str, where: str) -> None:
    """Change the last bit of a number, or of the first byte of stored bytes."""
    value: Any = connection.exec_driver_sql(f"SELECT {column} FROM {table} WHERE {where}").scalar_one()
    flipped = value ^ 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + bytes(value[1:])
    connection.execute(text(f"UPDATE {table} SET {column} = :value WHERE {where}"), {"value": flipped})


def broken_by(database: Database, faults: Mapping[str, Iterable[str]]) -> dict[str, dict[str, list[str]]]:
    """Plant each fault, undone before the next; tell what the check of its invariant finds."""
    found: dict[str, dict[str, list[str]]] = {}
    with database.connection() as connection, burgled(connection):
        for name, planted in faults.items():
            for fault in planted:
                savepoint = connection.begin_nested()
                connection.exec_driver_sql(fault)
                with Session(connection, join_transaction_mode="create_savepoint") as session:
                    found.setdefault(name, {})[fault] = list(CHECKS[name](opened(session)).broken)
                savepoint.rollback()
    return found
