"""Two writers at once: what the first issues is owed already when the second is asked whether it is covered."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from greencredit.awards import service
from greencredit.awards.service.direct import Basis
from greencredit.issuers import service as issuing
from greencredit.issuers.errors import CoverageShort
from greencredit.kernel.clock import StandingClock
from greencredit.kernel.database import Database, is_sqlite
from greencredit.kernel.errors import Refusal
from greencredit.ledger.rules import key_of
from tests.factories.awards import purchase_rule, require_sound
from tests.factories.direct import GIFT, make_promoter
from tests.factories.evidence import bought, make_shop
from tests.factories.issuers import WHY, admin_of, new_scheme, new_statement
from tests.factories.people import make_consumer

SECONDS = 30
_ISSUED = text("SELECT COUNT(*), COALESCE(SUM(amount), 0) FROM ledger_event")

Award = Callable[[Session, str], object]
"""Awards ten credits under a key; gives what became of it, or refuses."""


def _hold_nine(session: Session, issuer_id: str, clock: StandingClock) -> None:
    """State a guarantee of nine fen: ten credits are more than it covers."""
    statement = new_statement(clock.now().date(), amount_fen=9)
    issuing.state_guarantee(session, admin_of(issuer_id), issuer_id, statement, reason=WHY)


def _on_a_promotion(session: Session) -> tuple[str, Award]:
    issuer_id = make_promoter(session)
    basis, consumer = Basis(issuer_id, "welcome_gift", "acc_till"), make_consumer(session).id

    def award(session: Session, key: str) -> object:
        (outcome,) = service.award_directly(session, [(basis, consumer, 10, key_of(key))])
        return outcome

    return issuer_id, award


def _by_different_ways(session: Session) -> tuple[str, Award]:
    """Let the first award on a promotion and the second under a rule: they have no lock in common but the ledger's."""
    shop = make_shop(session, scheme=new_scheme(purchase_rule()).model_copy(update={"promotions": (GIFT,)}))
    basis, member = Basis(shop.issuer_id, GIFT.name, "acc_till"), shop.consumers["CARD-0001"]

    def record(session: Session, key: str, yuan: str) -> object:
        line = bought(receipt_no=f"R-{key}", amount_yuan=yuan)
        (outcome,) = service.take_records(session, [service.RecordAsked(shop.receipts, key, line)])
        return outcome

    def award(session: Session, key: str) -> object:
        if key == "two":
            return record(session, key, "10.00")
        (outcome,) = service.award_directly(session, [(basis, member, 10, key_of(key))])
        return outcome

    record(session, "before", "1.00")
    return shop.issuer_id, award


@pytest.mark.proves("ISS-6", "LED-3")
@pytest.mark.parametrize("way", [_on_a_promotion, _by_different_ways])
def test_of_two_batches_at_once_the_second_finds_what_the_first_issued(
    shared: Database, clock: StandingClock, way: Callable[[Session], tuple[str, Award]]
) -> None:
    with shared.writing() as session:
        issuer_id, award = way(session)
        _hold_nine(session, issuer_id, clock)
        before = session.execute(_ISSUED).one()
    begun, outcomes = threading.Event(), list[object]()

    def second() -> None:
        try:
            with shared.writing() as session:
                begun.set()
                outcomes.append(award(session, "two"))
        except Refusal as refusal:
            outcomes.append(refusal)

    thread = threading.Thread(target=second)
    with shared.writing() as session:
        outcomes.append(award(session, "one"))
        thread.start()
        if not is_sqlite(session):  # there the second writer begins only when the first has ended
            assert begun.wait(SECONDS)
            _waits_for(session)
    thread.join(SECONDS)

    assert not thread.is_alive()
    first, other = outcomes
    assert not isinstance(first, Refusal)
    assert isinstance(other, CoverageShort)
    assert (other.code, other.facts["issuer_id"]) == ("issuers.coverage_short", issuer_id)
    with shared.reading() as session:
        assert session.execute(_ISSUED).one() == (before[0] + 1, before[1] + 10)
    require_sound(shared)


def _waits_for(session: Session) -> None:
    """Look on until the second writer waits for a lock that this transaction holds."""
    waiting = text("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")
    for _ in range(200):
        if session.execute(waiting).scalar_one():
            return
        session.execute(text("SELECT pg_sleep(0.05)"))
    pytest.fail("the second writer never waited")
